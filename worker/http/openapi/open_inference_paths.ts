import type { DocumentExamples } from './model_examples.ts';
import {
  type Examples,
  jsonBody,
  jsonOrBinaryBody,
  type Operation,
  type Paths,
  responses,
} from './operation.ts';
import { type Target, targets } from './targets.ts';

const tags = ['Open Inference Protocol v2'];

const READ_ERRORS = [400, 401, 403, 404, 405, 429, 503];

/** The paths of Open Inference Protocol v2, for each way to select a version. */
export function openInferencePaths(examples: DocumentExamples): Paths {
  return {
    '/v2': { get: serverMetadata('serverMetadata') },
    '/v2/': { get: serverMetadata('serverMetadataSlash') },
    '/v2/health/live': {
      get: {
        operationId: 'live',
        tags,
        summary: 'Check that the server runs',
        security: [],
        responses: responses('Live', 'It runs', [405]),
      },
    },
    '/v2/health/ready': {
      get: {
        operationId: 'ready',
        tags,
        summary: 'Check that the server is ready; models load on demand',
        security: [],
        responses: responses('Ready', 'It can', [405]),
      },
    },
    '/v2/models': {
      get: {
        operationId: 'listModels',
        tags,
        summary: 'The models that have a version',
        responses: responses('ModelList', 'Their names', [401, 405, 429, 503]),
      },
    },
    '/v2/models/stats': {
      get: {
        operationId: 'allStatistics',
        tags,
        summary: "What the answering isolate has counted of all models, in the form of Triton's extension",
        responses: responses('Statistics', 'By model and version', [401, 405, 429]),
      },
    },
    '/v2/repository/index': {
      post: {
        operationId: 'repositoryIndex',
        tags,
        summary: "The models in the form of Triton's extension for model repositories",
        requestBody: jsonBody('RepositoryIndexRequest', { ready: { value: { ready: true } } }),
        responses: responses('RepositoryIndex', 'Their names', [401, 405, 429, 503]),
      },
    },
    ...Object.fromEntries(
      targets(examples).flatMap((target) => {
        const base = `/v2/models/{model}${target.suffix}`;
        return [
          [base, { get: modelMetadata(target) }],
          [`${base}/ready`, { get: modelReady(target) }],
          [`${base}/config`, { get: modelConfiguration(target) }],
          [`${base}/stats`, { get: modelStatistics(target) }],
          [`${base}/infer`, { post: infer(target, examples.infer) }],
        ];
      }),
    ),
  };
}

function serverMetadata(operationId: string): Operation {
  return {
    operationId,
    tags,
    summary: 'The server and its protocol extensions',
    responses: responses('ServerMetadata', 'The server', [401, 405, 429]),
  };
}

function modelMetadata({ id, words, parameters }: Target): Operation {
  return {
    operationId: `modelMetadata${id}`,
    tags,
    summary: `The inputs and outputs of ${words} of a model`,
    parameters,
    responses: responses('ModelMetadata', 'The inputs and outputs of the default signature', READ_ERRORS, {
      ofModel: true,
    }),
  };
}

function modelReady({ id, words, parameters }: Target): Operation {
  return {
    operationId: `modelReady${id}`,
    tags,
    summary: `Check that ${words} of a model can be served; the check loads it`,
    parameters,
    responses: responses('ModelReady', 'It can', READ_ERRORS, { ofModel: true }),
  };
}

function modelConfiguration({ id, words, parameters }: Target): Operation {
  return {
    operationId: `modelConfiguration${id}`,
    tags,
    summary: `The configuration of ${words} of a model in the form of Triton's extension`,
    parameters,
    responses: responses('ModelConfiguration', 'The inputs and outputs', READ_ERRORS, { ofModel: true }),
  };
}

function modelStatistics({ id, words, parameters }: Target): Operation {
  return {
    operationId: `modelStatistics${id}`,
    tags,
    summary: `What the answering isolate has counted of ${words} of a model, in the form of Triton's extension`,
    parameters,
    responses: responses('Statistics', 'By version', READ_ERRORS, { ofModel: true }),
  };
}

const INFER_DESCRIPTION =
  'Tensors are written in JSON, or as binary data behind the JSON in the order in which it announces them with ' +
  'binary_data_size: little-endian, row-major, an element of BYTES behind its length as uint32. The header ' +
  'Inference-Header-Content-Length is then the length of the JSON; 0 means that the body is the data of the ' +
  'only input and nothing else. The parameter signature_name selects one of the signatures of a model that has ' +
  'several. The parameter classification of an output asks for its classes. In floats, null is NaN, and a number ' +
  'beyond all doubles (1e999) is infinity. An answer is compressed if Accept-Encoding names gzip or deflate alone.';

function infer({ id, words, parameters }: Target, examples: Examples): Operation {
  return {
    operationId: `infer${id}`,
    tags,
    summary: `Infer with ${words} of a model`,
    description: INFER_DESCRIPTION,
    parameters: [
      ...parameters,
      {
        name: 'Inference-Header-Content-Length',
        in: 'header',
        required: false,
        description: 'The length of the JSON in bytes, if binary data follows it',
        schema: { type: 'integer', minimum: 0 },
      },
    ],
    requestBody: jsonOrBinaryBody('InferenceRequest', examples),
    responses: responses('InferenceResponse', 'What the model computed', [...READ_ERRORS, 413, 415], {
      ofModel: true,
      binary: true,
    }),
  };
}
