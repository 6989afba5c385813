import { elementCount } from '../../../../../model/tensor.ts';
import type { KernelCall } from '../../kernel_call.ts';
import { isSameShape } from '../../shapes.ts';
import { expectBroadcastTo } from '../elementwise/binary.ts';

/** The slope of a leaky ReLU below 0 that has none of its own, as in TensorFlow's LeakyRelu. */
export const DEFAULT_LEAKY_SLOPE = 0.2;

const ACTIVATIONS: ReadonlySet<unknown> = new Set([
  undefined,
  null,
  'linear',
  'relu',
  'relu6',
  'elu',
  'sigmoid',
  'leakyrelu',
  'prelu',
]);

/**
 * Refuses a bias or slopes that do not fit the result of a product, and unknown activations.
 *
 * @param isOurs true if the project's own kernel computes the product and broadcasts the slopes. tfjs's kernel repeats
 *   them
 */
export function expectFused(call: KernelCall, shape: readonly number[], isOurs: boolean): void {
  const activation = call.attribute('activation');
  if (!ACTIVATIONS.has(activation)) call.refuse(`the activation ${String(activation)} is not computed`);
  const bias = call.optional('bias');
  if (bias !== undefined) {
    call.expectDtype(bias, 'bias', 'float32');
    if (!isSameShape(bias.shape, shape.slice(-1)))
      call.refuse(`a bias of shape [${bias.shape}] does not fit a result of shape [${shape}]`);
  }
  const slopes = call.optional('preluActivationWeights');
  if (slopes === undefined) {
    if (activation === 'prelu') call.refuse('the slopes of prelu are missing');
    return;
  }
  call.expectDtype(slopes, 'preluActivationWeights', 'float32');
  expectBroadcastTo(call, slopes.shape, 'preluActivationWeights', shape);
  if (!isOurs && !isRepeated(slopes.shape, shape))
    call.refuse(`slopes of shape [${slopes.shape}] are not computed for a result of shape [${shape}]`);
}

/**
 * True if repeating the tensor equals broadcasting it: its shape consists of the last dimensions, or it has one value.
 */
export function isRepeated(part: readonly number[], shape: readonly number[]): boolean {
  if (elementCount(part) === 1) return true;
  const first = part.findIndex((size) => size !== 1);
  const own = part.slice(first);
  return isSameShape(own, shape.slice(shape.length - own.length));
}
