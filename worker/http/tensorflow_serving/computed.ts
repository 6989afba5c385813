import type { Signature } from '../../model/signature.ts';
import type { NamedTensors } from '../../model/tensor.ts';
import type { ServableView } from '../../serving/api.ts';
import { withClause } from '../alternatives.ts';
import { leftOutReason } from '../left_out.ts';
import { namesClause } from '../listed_names.ts';
import type { MemoryShare } from '../memory/memory_share.ts';
import type { Computed } from '../protocol_handler.ts';
import type { EncodeOutcome } from './predict/encode_predict.ts';

/** Finds a signature by the name in a request. */
export function findSignature({ signatures }: ServableView, name: string): Signature | undefined {
  return Object.hasOwn(signatures, name) ? signatures[name] : undefined;
}

/** tfjs models have one signature with the method predict. It is accepted if its tensors fit. */
const METHODS = {
  classify: { name: 'tensorflow/serving/classify', noun: 'classification' },
  regress: { name: 'tensorflow/serving/regress', noun: 'regression' },
} as const;

/** Returns why a signature is not for a method, or undefined if it may be. */
export function methodFault(method: keyof typeof METHODS, signature: Signature): string | undefined {
  const { name, noun } = METHODS[method];
  return signature.method === name || signature.method === 'tensorflow/serving/predict'
    ? undefined
    : `Expected ${noun} signature method_name to be ${name}. Was: ${signature.method}`;
}

/** Returns the size of the first input's first dimension, or 1 for a scalar. */
export function batchOf(inputs: NamedTensors): number {
  for (const { shape } of inputs.values()) return shape[0] ?? 1;
  return 1;
}

/**
 * Refuses a request for a signature that the version does not have: why it was left out, and which ones there are.
 *
 * @param sentence TensorFlow Serving's words
 */
export function noSignature({ signatures, leftOut }: ServableView, name: string, sentence: string): Computed {
  const clause = namesClause('signature', Object.keys(signatures));
  return refused(withClause(`${sentence}${leftOutReason(leftOut, name)}`, clause));
}

export function refused(message: string): Computed {
  return { kind: 'refused', message };
}

/**
 * Executes a signature on inputs and encodes its outputs. Both count in the memory of the request.
 *
 * @param encode makes the body of the answer
 */
export async function computed(
  servable: ServableView,
  signature: Signature,
  inputs: NamedTensors,
  share: MemoryShare,
  encode: (outputs: NamedTensors) => EncodeOutcome,
): Promise<Computed> {
  const refusal = share.takeTensors(inputs, 'The inputs');
  if (refusal !== undefined) return refusal;

  const result = await servable.execute(signature, inputs, share.left);
  if (result.kind === 'failed') {
    const { model, version } = servable;
    return refused(`Version ${version} of model ${model} could not compute these inputs: ${result.reason}`);
  }

  const tooMuch = share.takeTensors(result.outputs, 'The outputs');
  if (tooMuch !== undefined) return tooMuch;
  const outcome = encode(result.outputs);
  return outcome.kind === 'invalid'
    ? refused(outcome.message)
    : { kind: 'computed', body: outcome.json, examples: batchOf(inputs) };
}
