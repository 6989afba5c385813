import { ANSWERS } from './openapi_answers.ts';
import { errors, json, parameter } from './parts.ts';

/** The objects of the bucket, as the commands read and write them. */
export function objectPaths() {
  const key = parameter('key', 'A key of the bucket, with unescaped slashes');
  const bytes = { description: 'The object', content: { 'application/octet-stream': { schema: {} } } };
  const empty = (description: string) => ({ description });
  return {
    '/api/v1/objects': {
      get: {
        operationId: 'listObjects',
        summary:
          'Objects below a prefix, one JSON value a line, then {"end":true}, or {"after":TEXT} if there may be more',
        parameters: [
          { name: 'prefix', in: 'query', required: true, schema: { type: 'string' } },
          { name: 'folders', in: 'query', schema: { type: 'boolean' } },
          { name: 'after', in: 'query', schema: { type: 'string' } },
        ],
        responses: {
          200: { description: 'Lines', content: { 'application/x-ndjson': { schema: { type: 'string' } } } },
          ...errors(),
        },
      },
    },
    '/api/v1/objects/{key}': {
      get: {
        operationId: 'readObject',
        summary: 'An object',
        parameters: [key],
        responses: { 200: bytes, 304: empty('The object has the ETag of If-None-Match'), ...errors(404) },
      },
      head: {
        operationId: 'describeObject',
        summary: 'Length and ETag of an object, if it exists; an upload is resumed by its digest',
        parameters: [key],
        responses: { 200: empty('The object exists'), ...errors(404) },
      },
      put: {
        operationId: 'writeObject',
        summary: 'Writes a blob, a manifest or the announcement of a publish, checked against its key',
        parameters: [key],
        requestBody: { required: true, content: { 'application/octet-stream': { schema: {} } } },
        responses: {
          201: json('Written', ANSWERS.written),
          ...errors(405, 409, 411, 412, 413, 415, 422, 428),
        },
      },
      delete: {
        operationId: 'deleteObject',
        summary: 'Withdraws an announcement of this token',
        parameters: [key],
        responses: { 204: empty('The announcement does not exist any more'), ...errors(404, 405) },
      },
    },
  };
}
