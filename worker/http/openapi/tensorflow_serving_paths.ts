import type { DocumentExamples } from './model_examples.ts';
import { type Examples, jsonOrFileBody, type Operation, type Paths, responses } from './operation.ts';
import type { SchemaName } from './schemas.ts';
import { labelTarget, type Target, targets } from './targets.ts';

const tags = ['TensorFlow Serving'];

/** JSON cannot represent NaN. Clients with a strict parser use this parameter. */
const STRICT_JSON = {
  name: 'strict_json',
  in: 'query',
  required: false,
  description: 'With true, NaN and infinities are written as null instead of as tokens that are not JSON',
  schema: { type: 'boolean', default: false },
};

const READ_ERRORS = [400, 401, 403, 404, 429, 503];
const POST_ERRORS = [400, 401, 403, 404, 413, 415, 429, 503];

const FILES =
  'An image may be the body for a version that was published with image.json, or whose signature has a single input of ' +
  'strings; several may be in a form. A text may be the body for a single input of strings, unless it begins with a ' +
  'brace, which begins JSON.';

type Method = 'predict' | 'classify' | 'regress';
const METHODS: readonly (readonly [name: Method, verb: string, SchemaName, SchemaName])[] = [
  ['predict', 'Predict with', 'PredictRequest', 'PredictResponse'],
  ['classify', 'Classify examples with', 'ExamplesRequest', 'ClassifyResponse'],
  ['regress', 'Regress examples with', 'ExamplesRequest', 'RegressResponse'],
];

/** The paths of TensorFlow Serving's REST API, for each way to select a version. */
export function tensorFlowServingPaths(examples: DocumentExamples): Paths {
  const list: Operation = {
    operationId: 'listServedModels',
    tags,
    summary: 'The models that have a version. TensorFlow Serving has no such list',
    responses: responses('ModelList', 'Their names', [401, 429, 503]),
  };
  return Object.fromEntries([
    ['/v1/models', { get: list }],
    ...[...targets(examples), labelTarget(examples)].flatMap((target) => {
      const base = `/v1/models/{model}${target.suffix}`;
      return [
        [base, { get: status(target) }],
        [`${base}/metadata`, { get: metadata(target) }],
        ...METHODS.map(([name, verb, request, response]) => [
          `${base}:${name}`,
          { post: method(target, { name, verb, request, response, examples: examples[name] }) },
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

interface MethodDescription {
  readonly name: Method;
  readonly verb: string;
  readonly request: SchemaName;
  readonly response: SchemaName;
  readonly examples: Examples;
}

function method(
  { id, words, parameters }: Target,
  { name, verb, request, response, examples }: MethodDescription,
): Operation {
  return {
    operationId: `${name}${id}`,
    tags,
    summary: `${verb} ${words} of a model`,
    parameters: [...parameters, STRICT_JSON],
    description: FILES,
    requestBody: jsonOrFileBody(request, examples),
    responses: responses(response, 'What the model computed', POST_ERRORS, { ofModel: true }),
  };
}
