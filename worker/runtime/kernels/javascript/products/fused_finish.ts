import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import { broadcastOffset } from '../../broadcast_offset.ts';
import type { KernelCall } from '../../gate/kernel_call.ts';
import { DEFAULT_LEAKY_SLOPE } from '../../gate/rules/products/fused.ts';
import { valuesOf } from '../javascript_kernel.ts';

/**
 * Makes the last step of a fused product: it adds the column's bias and applies the activation.
 *
 * @param shape the product's shape, with columns last
 * @returns a function from a sum and its index to the value; valid until memory is allocated
 */
export function fusedFinish(
  backend: BackendWasm,
  call: KernelCall,
  shape: readonly number[],
): (index: number, sum: number) => number {
  const bias = call.optional('bias');
  const biases = bias && valuesOf(backend, bias);
  const columns = shape.at(-1) ?? 1;
  const slopes = slopeAt(call, shape, (tensor) => valuesOf(backend, tensor));
  const activation = call.text('activation') ?? 'linear';
  return (index, sum) => activate(activation, sum + (biases?.[index % columns] ?? 0), slopes(index));
}

function slopeAt(
  call: KernelCall,
  shape: readonly number[],
  read: KernelCall['values'],
): (index: number) => number {
  const slopes = call.optional('preluActivationWeights');
  if (slopes === undefined) {
    const alpha = call.attribute('leakyreluAlpha');
    return () => (typeof alpha === 'number' ? alpha : DEFAULT_LEAKY_SLOPE);
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
