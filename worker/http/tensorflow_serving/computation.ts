import type { Signature } from '../../model/signature.ts';
import type { NamedTensors } from '../../model/tensor.ts';
import type { ExecutionResult, ServableView } from '../../serving/api.ts';
import type { AnswerText } from '../answer_text.ts';
import { shortened } from '../json/json_excerpt.ts';
import type { NotFinite } from '../json/tensors/byte_writer.ts';
import type { MemoryShare } from '../memory/memory_share.ts';
import type { MemoryRefusal } from '../memory/request_memory.ts';
import { decodeExamples } from './examples/decode_examples.ts';
import { encodeClassifications, encodeRegressions } from './examples/example_results.ts';
import { type ExampleRequest, parseExampleRequest } from './examples/parse_examples.ts';
import { decodeInputs } from './predict/decode_predict.ts';
import { type EncodeOutcome, encodeOutputs } from './predict/encode_predict.ts';
import { type PredictRequest, parsePredictRequest } from './predict/parse_predict.ts';

export type Method = 'predict' | 'classify' | 'regress';

export type ComputedAnswer =
  /** `examples` is the size of the batch. */
  | { readonly kind: 'computed'; readonly json: AnswerText; readonly examples: number }
  | MemoryRefusal
  /** This version cannot answer this request; the message is the client's. */
  | { readonly kind: 'refused'; readonly message: string };

/**
 * Computes a request with one version. Without effects, and synchronous where the execution is, so that it can
 * run speculatively while the pointer is checked.
 */
export type Computation = (servable: ServableView) => ComputedAnswer | Promise<ComputedAnswer>;

export type ComputationOutcome =
  | { readonly kind: 'computation'; readonly compute: Computation }
  /** The body is no such request, whatever the model. */
  | { readonly kind: 'invalid'; readonly message: string };

/** Parses a request's body as far as that is possible without a model. */
export function parseComputation(
  method: Method,
  bytes: Uint8Array,
  notFinite: NotFinite,
  share: MemoryShare,
): ComputationOutcome {
  if (method === 'predict') {
    const parsed = parsePredictRequest(bytes);
    if (parsed.kind === 'invalid') return parsed;
    return {
      kind: 'computation',
      compute: (servable) => predict(servable, parsed.request, notFinite, share),
    };
  }
  const parsed = parseExampleRequest(bytes);
  if (parsed.kind === 'invalid') return parsed;
  const { request } = parsed;
  return {
    kind: 'computation',
    compute: (servable) => computeExamples(method, servable, request, notFinite, share),
  };
}

function predict(
  servable: ServableView,
  request: PredictRequest,
  notFinite: NotFinite,
  share: MemoryShare,
): ReturnType<Computation> {
  share.beginComputation();
  const signature = findSignature(servable, request.signatureName);
  if (signature === undefined) {
    const name = shortened(request.signatureName);
    return refused(`Serving signature name: "${name}" not found in signature def`);
  }
  const decoded = decodeInputs(request, signature);
  if (decoded.kind === 'invalid') return refused(decoded.message);
  const { inputs } = decoded;
  const refusal = share.takeTensors(inputs, 'The inputs');
  if (refusal !== undefined) return refusal;
  const result = servable.execute(signature, inputs, share.left);
  return result instanceof Promise
    ? result.then((settled) => predictAnswer(servable, request, inputs, settled, notFinite, share))
    : predictAnswer(servable, request, inputs, result, notFinite, share);
}

function predictAnswer(
  servable: ServableView,
  request: PredictRequest,
  inputs: NamedTensors,
  result: ExecutionResult,
  notFinite: NotFinite,
  share: MemoryShare,
): ComputedAnswer {
  if (result.kind === 'failed') return notComputed(servable, result.reason);
  const refusal = share.takeTensors(result.outputs, 'The outputs');
  if (refusal !== undefined) return refusal;
  const format = request.tensors.kind === 'row' ? 'row' : 'columnar';
  return encodedAnswer(encodeOutputs(result.outputs, format, notFinite), inputs);
}

/** tfjs models come with one signature to predict; it also serves where its tensors fit. */
const METHODS = {
  classify: { name: 'tensorflow/serving/classify', noun: 'classification' },
  regress: { name: 'tensorflow/serving/regress', noun: 'regression' },
} as const;

function computeExamples(
  method: 'classify' | 'regress',
  servable: ServableView,
  request: ExampleRequest,
  notFinite: NotFinite,
  share: MemoryShare,
): ReturnType<Computation> {
  share.beginComputation();
  const signature = findSignature(servable, request.signatureName);
  if (signature === undefined) {
    return refused(`No signature was found with the name: ${shortened(request.signatureName)}`);
  }
  const { name, noun } = METHODS[method];
  if (signature.method !== name && signature.method !== 'tensorflow/serving/predict') {
    const was = `Was: ${signature.method}`;
    return refused(`Expected ${noun} signature method_name to be ${name}. ${was}`);
  }
  const decoded = decodeExamples(request, signature);
  if (decoded.kind === 'invalid') return refused(decoded.message);
  const { inputs } = decoded;
  const refusal = share.takeTensors(inputs, 'The inputs');
  if (refusal !== undefined) return refusal;
  const answer = (result: ExecutionResult): ComputedAnswer => {
    if (result.kind === 'failed') return notComputed(servable, result.reason);
    const { outputs } = result;
    const tooMuch = share.takeTensors(outputs, 'The outputs');
    if (tooMuch !== undefined) return tooMuch;
    const encoded =
      method === 'classify'
        ? encodeClassifications(outputs, signature.outputs, batchOf(inputs), notFinite)
        : encodeRegressions(outputs, batchOf(inputs), notFinite);
    return encodedAnswer(encoded, inputs);
  };
  const result = servable.execute(signature, inputs, share.left);
  return result instanceof Promise ? result.then(answer) : answer(result);
}

function notComputed({ model, version }: ServableView, reason: string): ComputedAnswer {
  return refused(`Version ${version} of model ${model} could not compute these inputs: ${reason}`);
}

function encodedAnswer(encoded: EncodeOutcome, inputs: NamedTensors): ComputedAnswer {
  return encoded.kind === 'invalid'
    ? refused(encoded.message)
    : { kind: 'computed', json: encoded.json, examples: batchOf(inputs) };
}

/** The size of the first input's first dimension; 1 where it has none. */
function batchOf(inputs: NamedTensors): number {
  for (const { shape } of inputs.values()) return shape[0] ?? 1;
  return 1;
}

function findSignature({ signatures }: ServableView, name: string): Signature | undefined {
  return Object.hasOwn(signatures, name) ? signatures[name] : undefined;
}

function refused(message: string): ComputedAnswer {
  return { kind: 'refused', message };
}
