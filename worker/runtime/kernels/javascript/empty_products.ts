import type { KernelCall } from '../gate/kernel_call.ts';
import { isEmpty } from '../gate/shapes.ts';
import { broadcastOffset } from '../operators/broadcast_offset.ts';
import { makeOutput, type PlainKernel, valuesOf } from './javascript_kernel.ts';

/** Of products whose sums have no terms, the bias and the activation are left. */
export const emptyProduct: PlainKernel = (backend, call, [output]) => {
  const factors = call.list().slice(0, 2);
  if (output === undefined || factors.every(({ shape }) => !isEmpty(shape))) return undefined;
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, result);
  const bias = call.optional('bias');
  const biases = bias && valuesOf(backend, bias);
  const columns = output.shape.at(-1) ?? 1;
  const slopes = slopeAt(call, output.shape, (tensor) => valuesOf(backend, tensor));
  const activation = call.text('activation') ?? 'linear';
  for (let index = 0; index < values.length; index++)
    values[index] = activate(activation, biases?.[index % columns] ?? 0, slopes(index));
  return result;
};

function slopeAt(
  call: KernelCall,
  shape: readonly number[],
  read: KernelCall['values'],
): (index: number) => number {
  const slopes = call.optional('preluActivationWeights');
  if (slopes === undefined) {
    const alpha = call.attribute('leakyreluAlpha');
    return () => (typeof alpha === 'number' ? alpha : 0);
  }
  const values = read(slopes);
  const offset = broadcastOffset(slopes.shape, shape);
  return (index) => values[offset(index)] ?? 0;
}

function activate(activation: string, value: number, slope: number): number {
  switch (activation) {
    case 'relu':
      return Math.max(0, value);
    case 'relu6':
      return Math.min(6, Math.max(0, value));
    case 'elu':
      return value >= 0 ? value : Math.expm1(value);
    case 'sigmoid':
      return 1 / (1 + Math.exp(-value));
    case 'leakyrelu':
    case 'prelu':
      return value >= 0 ? value : value * slope;
    default:
      return value;
  }
}
