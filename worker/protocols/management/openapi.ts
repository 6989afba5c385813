import { toJsonSchema } from '@valibot/to-json-schema';
import { jsonResponse } from '../response.ts';
import { CHANGE_NAMES, CHANGE_SCHEMAS, type ChangeName } from './changes.ts';

let text: string | undefined;

/** What the management Worker can be asked, made when it is asked for first. */
export function answerManagementDocument(): Response {
  text ??= JSON.stringify(managementDocument());
  return jsonResponse(text);
}

const SUMMARIES: Readonly<Record<ChangeName, string>> = {
  flip: 'Makes a published version current',
  promote: 'Flips to the staged version, or to the canary',
  rollback: 'Flips back to the previous version, or to any published one',
  label: 'Moves a label to a version',
  unlabel: 'Removes a label',
  stage: 'Has a version loaded everywhere while the current one goes on serving',
  unstage: 'Gives up what is staged',
  canary: 'Gives a share of the requests to another version; 0 ends it',
  shadow: 'Has another version compute a share of the requests again, to compare; 0 ends it',
  prune: 'Deletes versions that nothing points to, and files that no version needs',
};

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

const json = (description: string) => ({
  description,
  content: { 'application/json': { schema: { type: 'object' } } },
});
const ERROR = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
const ERRORS: Readonly<Record<number, string>> = {
  400: 'The request is at fault; the sentence says where',
  401: 'No token, or an unknown one',
  403: 'The token has no scope for this, or the management API is off',
  404: 'It is not there',
  409: 'It cannot be done; the sentence says why',
  411: 'The upload does not announce its length',
  412: 'It has moved; for a change, `generation` says where to',
  413: 'It is larger than what is taken',
  422: 'The bytes do not have the digest',
  428: 'A condition is needed: If-Match or If-None-Match',
  429: 'Too many wrong tokens from this address',
};

function errors(...statuses: readonly number[]) {
  return Object.fromEntries(
    [401, 403, 429, ...statuses].map((status) => [
      status,
      { description: ERRORS[status] ?? 'An error', content: ERROR },
    ]),
  );
}

/** OpenAPI 3.1; the bodies of the changes are made of the schemas that validate them. */
export function managementDocument() {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Edge Serving management',
      version: '1',
      description: 'Publishes and flips models. A token has the scopes publish and flip, or only reads.',
    },
    security: [{ bearer: [] }],
    paths: {
      '/healthz': {
        get: {
          operationId: 'health',
          summary: 'Whether it runs',
          security: [],
          responses: { 200: json('It runs') },
        },
      },
      '/openapi.json': {
        get: {
          operationId: 'openapi',
          summary: 'This document',
          security: [],
          responses: { 200: json('OpenAPI 3.1') },
        },
      },
      '/api/v1': {
        get: {
          operationId: 'caller',
          summary: 'Whose token it is, and its scopes',
          responses: { 200: json('The token'), ...errors(400) },
        },
      },
      '/api/v1/models': {
        get: {
          operationId: 'models',
          summary: 'Every model',
          responses: { 200: json('Models'), ...errors(400) },
        },
      },
      '/api/v1/models/{model}': {
        get: {
          operationId: 'model',
          summary: 'Pointer, history and versions of a model; the ETag is the generation',
          parameters: [MODEL],
          responses: { 200: json('The model'), ...errors(400, 404) },
        },
      },
      '/api/v1/models/{model}/versions/{version}': {
        get: {
          operationId: 'version',
          summary: 'The manifest of a version',
          parameters: [MODEL, parameter('version', 'MAJOR.MINOR.PATCH or an integer')],
          responses: { 200: json('The manifest'), ...errors(400, 404) },
        },
      },
      ...changePaths(),
      ...objectPaths(),
    },
    components: {
      schemas: {
        Error: {
          type: 'object',
          required: ['error'],
          properties: { error: { type: 'string' }, generation: { type: ['integer', 'null'] } },
        },
      },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function changePaths() {
  return Object.fromEntries(
    CHANGE_NAMES.map((name) => [
      `/api/v1/models/{model}/${name}`,
      {
        post: {
          operationId: name,
          summary: SUMMARIES[name],
          parameters: [MODEL, ifMatch('The generation that you have seen, or * for whatever it is')],
          requestBody: {
            content: {
              'application/json': {
                schema: toJsonSchema(CHANGE_SCHEMAS[name], { typeMode: 'input', errorMode: 'ignore' }),
              },
            },
          },
          responses: {
            200: json('What changed; null where nothing did'),
            ...errors(400, 404, 409, 412, 413, 428),
          },
        },
      },
    ]),
  );
}

function objectPaths() {
  const key = parameter('key', 'A key of the bucket, its slashes as they are');
  const bytes = { description: 'The object', content: { 'application/octet-stream': { schema: {} } } };
  const empty = (description: string) => ({ description });
  return {
    '/api/v1/objects': {
      get: {
        operationId: 'listObjects',
        summary: 'Objects below a prefix, one JSON value a line, then {"end":true}',
        parameters: [
          { name: 'prefix', in: 'query', schema: { type: 'string' } },
          { name: 'folders', in: 'query', schema: { type: 'boolean' } },
        ],
        responses: {
          200: { description: 'Lines', content: { 'application/x-ndjson': { schema: { type: 'string' } } } },
          ...errors(400),
        },
      },
    },
    '/api/v1/objects/{key}': {
      get: {
        operationId: 'readObject',
        summary: 'An object',
        parameters: [key],
        responses: { 200: bytes, 304: empty('It has the ETag of If-None-Match'), ...errors(400, 404) },
      },
      head: {
        operationId: 'describeObject',
        summary: 'Whether an object is there, its length and ETag; so an upload is resumed by its digest',
        parameters: [key],
        responses: { 200: empty('It is there'), ...errors(400, 404) },
      },
      put: {
        operationId: 'writeObject',
        summary:
          'Writes a blob, a manifest, a pointer or an announcement, checked by what its key says it is',
        parameters: [key],
        requestBody: { required: true, content: { 'application/octet-stream': { schema: {} } } },
        responses: { 201: json('Written'), ...errors(400, 409, 411, 412, 413, 422, 428) },
      },
    },
    '/api/v1/deletions': {
      post: {
        operationId: 'deleteObjects',
        summary: 'Deletes objects; pointers never',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['keys'],
                properties: { keys: { type: 'array', items: { type: 'string' }, maxItems: 1000 } },
              },
            },
          },
        },
        responses: { 204: empty('They are gone'), ...errors(400) },
      },
    },
  };
}
