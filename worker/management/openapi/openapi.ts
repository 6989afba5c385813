import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { jsonResponse } from '../../http/answer/answer_headers.ts';
import { DOCUMENT_SCHEMA } from '../../http/openapi/document_schema.ts';
import { changeDefinitions } from '../../registry/pointer/change/table.ts';
import { DEFAULT_MINUTES, MOST_MINUTES } from '../../traffic/report/traffic_report.ts';
import { PRUNE_NAME, PRUNE_SUMMARY, PruneBodySchema } from '../prune/prune_request.ts';
import { ANSWERS, ErrorSchema } from './openapi_answers.ts';

let text: string | undefined;

/** Returns the management Worker's OpenAPI document, which is generated on the first request. */
export function answerManagementDocument(): Response {
  text ??= JSON.stringify(managementDocument());
  return jsonResponse(text);
}

const parameter = (name: string, description: string) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});
const MODEL = parameter('model', 'The name of a model');
const ifMatch = (description: string) => ({
  name: 'If-Match',
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'A repeated request with the same key takes effect once',
  schema: { type: 'string', pattern: '^"?[A-Za-z0-9_.:-]{1,200}"?$' },
};

/** Converts a schema to OpenAPI 3.1. Checks in code are omitted. */
function schemaOf(schema: v.GenericSchema): object {
  return toJsonSchema(schema, { typeMode: 'input', errorMode: 'ignore' });
}

const documented = (description: string, schema: object) => ({
  description,
  content: { 'application/json': { schema } },
});
const json = (description: string, schema: v.GenericSchema) => documented(description, schemaOf(schema));
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

function errors(...statuses: readonly number[]) {
  return Object.fromEntries(
    [400, 401, 403, 429, 500, 503, ...statuses].map((status) => [
      status,
      { description: ERRORS[status] ?? 'An error', content: ERROR },
    ]),
  );
}

/**
 * Generates the OpenAPI 3.1 document. The request bodies of the changes are generated from the schemas that validate
 * them.
 */
function managementDocument() {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Edge Serving management',
      version: '1',
      description:
        'Publishes and flips models. A token may have the scopes publish and flip; every token may read.',
    },
    security: [{ bearer: [] }, { access: [] }],
    paths: {
      '/healthz': {
        get: {
          operationId: 'health',
          summary: 'Check that the server runs',
          security: [],
          responses: { 200: json('It runs', ANSWERS.health) },
        },
      },
      '/openapi.json': {
        get: {
          operationId: 'openapi',
          summary: 'This document',
          security: [],
          responses: { 200: documented('OpenAPI 3.1', DOCUMENT_SCHEMA) },
        },
      },
      '/api/v1': {
        get: {
          operationId: 'caller',
          summary: 'The name and the scopes of the caller',
          responses: { 200: json('The caller', ANSWERS.caller), ...errors() },
        },
      },
      '/api/v1/models': {
        get: {
          operationId: 'models',
          summary: 'Models by name; if the response contains `after`, there may be more',
          parameters: [
            {
              name: 'after',
              in: 'query',
              description: 'Return only models after this one',
              schema: { type: 'string' },
            },
            {
              name: 'roles',
              in: 'query',
              description: 'true: with the roles of the versions and the last change',
              schema: { type: 'string', enum: ['true', 'false'] },
            },
          ],
          responses: { 200: json('Models', ANSWERS.models), ...errors() },
        },
      },
      '/api/v1/models/{model}': {
        get: {
          operationId: 'model',
          summary: 'Pointer, history and versions of a model; the ETag is the generation',
          parameters: [MODEL],
          responses: { 200: json('The model', ANSWERS.model), ...errors(404) },
        },
      },
      '/api/v1/models/{model}/versions/{version}': {
        get: {
          operationId: 'version',
          summary: 'The manifest of a version',
          parameters: [MODEL, parameter('version', 'MAJOR.MINOR.PATCH or an integer')],
          responses: { 200: json('The manifest', ANSWERS.manifest), ...errors(404) },
        },
      },
      '/api/v1/models/{model}/traffic': {
        get: {
          operationId: 'traffic',
          summary:
            'The requests of the last minutes from all isolates: versions, locations, generations, keys',
          parameters: [
            MODEL,
            {
              name: 'minutes',
              in: 'query',
              description: `The number of minutes, ${DEFAULT_MINUTES} by default`,
              schema: { type: 'integer', minimum: 1, maximum: MOST_MINUTES },
            },
          ],
          responses: { 200: json('The report', ANSWERS.traffic), ...errors(404, 501, 502) },
        },
      },
      ...changePaths(),
      ...predictPaths(),
      ...objectPaths(),
    },
    components: {
      schemas: {
        Error: schemaOf(ErrorSchema),
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        access: {
          type: 'apiKey',
          in: 'header',
          name: 'Cf-Access-Jwt-Assertion',
          description:
            'Cloudflare Access adds it for those who have signed in, if the Worker is configured for it',
        },
      },
    },
  };
}

function changePaths() {
  const changes = changeDefinitions().map(({ name, summary, schema }) =>
    changePath(name, summary, schemaOf(schema), {
      200: json('The change; `change` is null if nothing changed', ANSWERS.changed),
    }),
  );
  const prune = changePath(PRUNE_NAME, PRUNE_SUMMARY, schemaOf(PruneBodySchema), {
    200: json('The deleted objects, or with dryRun the objects to delete', ANSWERS.pruned),
    202: json('Part of the work is done: send the request again with this idempotencyKey', ANSWERS.pruned),
  });
  return Object.fromEntries([...changes, prune]);
}

function changePath(name: string, summary: string, body: object, answers: object): [string, object] {
  return [
    `/api/v1/models/{model}/${name}`,
    {
      post: {
        operationId: name,
        summary,
        parameters: [MODEL, ifMatch('The generation that you have seen, or * for any'), IDEMPOTENCY_KEY],
        requestBody: { content: { 'application/json': { schema: body } } },
        responses: { ...answers, ...errors(404, 409, 412, 413, 415, 428) },
      },
    },
  ];
}

function predictPaths() {
  const path = parameter('path', 'A path of the predict Worker below /v1/models or /v2/models');
  const key = {
    name: 'x-api-key',
    in: 'header',
    description: "The predict Worker's API key, if it asks for one",
    schema: { type: 'string' },
  };
  const any = {
    description: "The predict Worker's own answer",
    content: { 'application/json': { schema: {} } },
  };
  const responses = { default: any, ...errors(404, 501) };
  return {
    '/api/v1/predict/{path}': {
      get: {
        operationId: 'forwardGet',
        summary: 'Ask the predict Worker, through its service binding: metadata, status',
        parameters: [path, key],
        responses,
      },
      post: {
        operationId: 'forwardPost',
        summary: 'Ask the predict Worker for a prediction, through its service binding',
        parameters: [path, key],
        requestBody: { content: { 'application/json': { schema: {} } } },
        responses,
      },
    },
  };
}

function objectPaths() {
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
