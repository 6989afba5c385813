import { clip, multiply, unary } from '../../../builder/elementwise.ts';
import { quantized } from '../../../builder/quantized.ts';
import { pool } from '../../../builder/spatial/pool.ts';
import type { Window } from '../../../builder/spatial/windows.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
  output,
} from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';
import type { FusedActivation } from '../../file/option_tables.ts';
import { codesOf, isQuantized, rescale } from '../../tensors/quantization.ts';
import type { TfliteTensor } from '../../tensors/tflite_tensor.ts';
import { activate } from '../elementwise/fused_activation.ts';
import { windowOf } from './window_options.ts';

interface PoolCall {
  readonly x: TfliteTensor;
  readonly window: Window;
  readonly activation: FusedActivation;
}

function readPool(call: OperatorCall): PoolCall {
  const options = call.options.read('Pool2DOptions');
  const x = input(call, 0);
  if (rank(x) !== 4) refuseMalformed(`takes ${rank(x)} dimensions, and needs 4`);
  const window = windowOf(
    [options.filter_height, options.filter_width],
    [options.stride_h, options.stride_w],
    [1, 1],
    options.padding,
  );
  return { x, window, activation: options.fused_activation_function };
}

function pooled(
  { g }: OperatorCall,
  kind: 'Average' | 'Max',
  x: SymbolicTensor,
  window: Window,
): SymbolicTensor {
  return pool(g, kind, x, window) ?? refuse('has a window that does not fit its input');
}

const maximum: Operator = (call) => {
  const { g } = call;
  const { x, window, activation } = readPool(call);
  const target = output(call, 0);
  if (!isQuantized(x)) return activate(g, pooled(call, 'Max', x, window), activation);
  const largest = pooled(call, 'Max', rescale(g, x, target), window);
  if (activation === 'NONE') return largest;
  const [least, most] = codesOf(target, activation).range;
  return clip(g, largest, least, most);
};

/**
 * A factor that lifts the average of integers over the middle between two others, and no other average of as many over one.
 *
 * TensorFlow Lite rounds such averages away from zero.
 */
const UPWARD = 1 + 2 ** -20;

const average: Operator = (call) => {
  const { g } = call;
  const { x, window, activation } = readPool(call);
  if (!isQuantized(x)) return activate(g, pooled(call, 'Average', x, window), activation);
  const target = output(call, 0);
  const mean = pooled(call, 'Average', rescale(g, x, target), window);
  return quantized(g, mean, UPWARD, { ...codesOf(target, activation), zero: 0 });
};

/** The root of the average of squares. */
const rootOfSquares: Operator = (call) => {
  const { g } = call;
  const { x, window, activation } = readPool(call);
  const mean = pooled(call, 'Average', multiply(g, x, x), window);
  return activate(g, unary(g, 'Sqrt', mean), activation);
};

export const POOLING: OperatorTable = {
  AVERAGE_POOL_2D: { convert: average, quantized: 'itself' },
  L2_POOL_2D: { convert: rootOfSquares, quantized: 'in-float' },
  MAX_POOL_2D: { convert: maximum, quantized: 'itself' },
};
