import { jsonResponse } from '../../http/answer/answer_headers.ts';
import { DOCUMENT_SCHEMA } from '../../http/openapi/document_schema.ts';
import { DEFAULT_MINUTES, MOST_MINUTES } from '../../traffic/report/traffic_report.ts';
import { changePaths } from './change_paths.ts';
import { forwardingPaths } from './forwarding_paths.ts';
import { objectPaths } from './object_paths.ts';
import { ANSWERS, ErrorSchema } from './openapi_answers.ts';
import { documented, errors, json, MODEL, parameter, schemaOf } from './parts.ts';

let text: string | undefined;

/** Returns the management Worker's OpenAPI document, which is generated on the first request. */
export function answerManagementDocument(): Response {
  text ??= JSON.stringify(managementDocument());
  return jsonResponse(text);
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
      ...forwardingPaths(),
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
