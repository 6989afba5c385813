import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';

/** A part of a path. */
export const parameter = (name: string, description: string) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});

export const MODEL = parameter('model', 'The name of a model');
/** Converts a schema to OpenAPI 3.1. Checks in code are omitted. */
export function schemaOf(schema: v.GenericSchema): object {
  return toJsonSchema(schema, { target: 'draft-2020-12', typeMode: 'input', errorMode: 'ignore' });
}

export const documented = (description: string, schema: object) => ({
  description,
  content: { 'application/json': { schema } },
});
export const json = (description: string, schema: v.GenericSchema) =>
  documented(description, schemaOf(schema));

const ERROR = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
const ERRORS: Readonly<Record<number, string>> = {
  400: 'The request is invalid; the message says where',
  401: 'The token, or the assertion of Cloudflare Access, is missing or not valid',
  403: 'The caller lacks the scope, or the management API is off',
  404: 'The object does not exist',
  405: 'Only the Worker itself writes or deletes this object',
  409: 'The change is not possible; the message says why, and `reason` says it without the model',
  411: 'The upload does not state its length',
  412: 'The object has changed; for a change, `generation` is the current one',
  413: 'The body is larger than the limit',
  415: 'The Content-Encoding is not accepted',
  422: 'The bytes do not have the digest',
  428: 'A condition is needed: If-Match or If-None-Match',
  429: 'Too many wrong tokens from this address, or too many publishes under way',
  500: 'The server failed to answer; its log contains the reason',
  501: 'The management Worker is not bound to the predict Worker, or no dataset of requests is configured',
  502: 'The dataset of requests cannot be read',
  503: 'The request may succeed later; the message says why',
};

/** The errors of every path, and those of this one. */
export function errors(...statuses: readonly number[]) {
  return Object.fromEntries(
    [400, 401, 403, 429, 500, 503, ...statuses].map((status) => [
      status,
      { description: ERRORS[status] ?? 'An error', content: ERROR },
    ]),
  );
}
