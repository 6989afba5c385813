import { jsonOrFileBody, type Operation, type Paths, pathParameter, responses } from './operation.ts';
import type { SchemaName } from './schemas.ts';

const tags = ['TensorFlow Serving'];
const MODEL = pathParameter('model', 'The name of a model');

const TARGETS = [
  { suffix: '', id: '', words: 'the current version', parameters: [MODEL] },
  {
    suffix: '/versions/{version}',
    id: 'Version',
    words: 'a version',
    parameters: [MODEL, pathParameter('version', 'MAJOR.MINOR.PATCH or an integer')],
  },
  {
    suffix: '/labels/{label}',
    id: 'Label',
    words: 'the version with a label',
    parameters: [MODEL, pathParameter('label', 'A label of the model')],
  },
] as const;

/** JSON cannot represent NaN. Clients with a strict parser use this parameter. */
const STRICT_JSON = {
  name: 'strict_json',
  in: 'query',
  required: false,
  description: 'With true, NaN and infinities are written as null instead of as tokens that are not JSON',
  schema: { type: 'boolean', default: false },
};

type Target = (typeof TARGETS)[number];

const READ_ERRORS = [400, 401, 403, 404, 429, 503];
const POST_ERRORS = [400, 401, 403, 404, 413, 415, 429, 503];

const FILES =
  'An image may be the body for a version that was published with image.json, or whose signature has a single input of ' +
  'strings; several may be in a form. A text may be the body for a single input of strings, unless it begins with a ' +
  'brace, which begins JSON.';

const METHODS: readonly (readonly [name: string, verb: string, SchemaName, SchemaName])[] = [
  ['predict', 'Predict with', 'PredictRequest', 'PredictResponse'],
  ['classify', 'Classify examples with', 'ExamplesRequest', 'ClassifyResponse'],
  ['regress', 'Regress examples with', 'ExamplesRequest', 'RegressResponse'],
];

/** The paths of TensorFlow Serving's REST API, for each way to select a version. */
export function tensorFlowServingPaths(): Paths {
  const list: Operation = {
    operationId: 'listServedModels',
    tags,
    summary: 'The models that have a version. TensorFlow Serving has no such list',
    responses: responses('ModelList', 'Their names', [401, 429, 503]),
  };
  return Object.fromEntries([
    ['/v1/models', { get: list }],
    ...TARGETS.flatMap((target) => {
      const base = `/v1/models/{model}${target.suffix}`;
      return [
        [base, { get: status(target) }],
        [`${base}/metadata`, { get: metadata(target) }],
        ...METHODS.map(([name, verb, request, response]) => [
          `${base}:${name}`,
          { post: method(target, name, verb, request, response) },
        ]),
      ];
    }),
  ]);
}

function status({ id, words, parameters }: Target): Operation {
  return {
    operationId: `status${id}`,
    tags,
    summary: `The states of a model's versions, requested by ${words}`,
    parameters,
    responses: responses(
      'ModelStatus',
      'The versions that this isolate has loaded or resolved',
      READ_ERRORS,
      {
        ofModel: true,
      },
    ),
  };
}

function metadata({ id, words, parameters }: Target): Operation {
  return {
    operationId: `metadata${id}`,
    tags,
    summary: `The signatures of ${words}`,
    parameters,
    responses: responses('SignatureMetadata', 'The signatures', READ_ERRORS, { ofModel: true }),
  };
}

function method(
  { id, words, parameters }: Target,
  name: string,
  verb: string,
  request: SchemaName,
  response: SchemaName,
): Operation {
  return {
    operationId: `${name}${id}`,
    tags,
    summary: `${verb} ${words} of a model`,
    parameters: [...parameters, STRICT_JSON],
    description: FILES,
    requestBody: jsonOrFileBody(request),
    responses: responses(response, 'What the model computed', POST_ERRORS, { ofModel: true }),
  };
}
