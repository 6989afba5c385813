import { cast, subtract } from '../../builder/elementwise.ts';
import type { NodeBuilder } from '../../builder/node_builder.ts';
import { reshape, transpose } from '../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../builder/symbolic_tensor.ts';
import { refuse } from '../conversion/refusal.ts';
import { floatWeightOf, permuted, reshaped, weightOf } from './stored_tensor.ts';
import type { TfliteTensor } from './tflite_tensor.ts';

export interface Arrangement {
  /** Which dimension of the tensor each of the result is. */
  readonly order?: readonly number[];
  /** Instead of an order. */
  readonly shape?: readonly number[];
  /** What is taken off each integer. */
  readonly zero?: number;
}

/** The floats of a tensor in another arrangement, which constants get when they are read. */
export function arranged(
  g: NodeBuilder,
  x: TfliteTensor,
  { order, shape, zero = 0 }: Arrangement = {},
): SymbolicTensor {
  if (order !== undefined && order.length !== rank(x))
    refuse(`has a tensor of ${rank(x)} dimensions where there have to be ${order.length}`);
  if (x.stored === undefined) {
    const floats = cast(g, x, 'float32');
    const centered = zero === 0 ? floats : subtract(g, floats, zero);
    const turned = order === undefined ? centered : transpose(g, centered, order);
    return shape === undefined ? turned : reshape(g, turned, shape);
  }
  const turned = order === undefined ? x.stored : permuted(x.stored, order);
  const stored = shape === undefined ? turned : reshaped(turned, shape);
  return g.constant(x.ref, x.dtype === 'float32' ? weightOf(stored, zero) : floatWeightOf(stored));
}
