import { SERVER_METADATA } from '../open_inference/metadata.ts';
import { DOCUMENT_SCHEMA } from './document_schema.ts';
import { documentExamples, SAMPLES, type ShownModel } from './model_examples.ts';
import { openInferencePaths } from './open_inference_paths.ts';
import { type Operation, type Paths, responses } from './operation.ts';
import { jsonSchemas } from './schemas.ts';
import { tensorFlowServingPaths } from './tensorflow_serving_paths.ts';

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Paths;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
  readonly security: readonly object[];
}

/**
 * The requests and responses of both protocols as OpenAPI 3.1, with schemas generated from those that validate.
 *
 * @param models the models in its examples
 */
export function openApiDocument(models: readonly ShownModel[] = SAMPLES): OpenApiDocument {
  const examples = documentExamples(models);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Edge Serving',
      version: SERVER_METADATA.version,
      description:
        'Models served over the REST API of TensorFlow Serving and over Open Inference Protocol v2. Every ' +
        'response of a model names the version that computed it in the header x-model-version.',
    },
    tags: [
      { name: 'TensorFlow Serving', description: "TensorFlow Serving's REST API" },
      { name: 'Open Inference Protocol v2', description: 'As KServe, MLServer and Triton implement it' },
      { name: 'Server', description: 'The server itself' },
    ],
    paths: { ...tensorFlowServingPaths(examples), ...openInferencePaths(examples), ...serverPaths() },
    components: {
      schemas: jsonSchemas(),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      },
    },
    // Keys are required only if the operator has set some.
    security: [{}, { bearer: [] }, { apiKey: [] }],
  };
}

function serverPaths(): Paths {
  const operation = (operationId: string, summary: string, answer: Operation['responses']): Operation => ({
    operationId,
    tags: ['Server'],
    summary,
    responses: answer,
  });
  const text = (type: string, description: string): Operation['responses'] => ({
    200: { description, content: { [type]: { schema: { type: 'string' } } } },
  });
  return {
    '/healthz': {
      get: {
        ...operation('health', 'Check that the server runs', responses('Health', 'The server runs', [])),
        security: [],
      },
    },
    '/monitoring/prometheus/metrics': {
      get: operation('metrics', 'Metrics of the answering isolate', {
        ...responses('Error', '', [401, 403, 429]),
        ...text('text/plain', "Prometheus's text format"),
      }),
    },
    '/openapi.json': {
      get: {
        ...operation(
          'openapi',
          'This document, with examples of the published models for clients that may use them',
          {
            200: {
              description: 'OpenAPI 3.1',
              content: { 'application/json': { schema: DOCUMENT_SCHEMA } },
            },
          },
        ),
        security: [],
      },
    },
    '/docs': {
      get: {
        ...operation('docs', 'This document as a page that can send the requests', text('text/html', 'HTML')),
        security: [],
      },
    },
  };
}
