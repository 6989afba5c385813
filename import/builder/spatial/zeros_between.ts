import type { NodeBuilder } from '../node_builder.ts';
import { crop, dimensions, expandDimension, pad, reshape, scaledDimension } from '../shaping.ts';
import type { SymbolicTensor } from '../symbolic_tensor.ts';

/**
 * A tensor with zeros between its elements along an axis, so that their distance is the step.
 *
 * @param axis from 0 on; its size may be open
 * @returns (size - 1) * step + 1 elements along the axis
 */
export function zerosBetween(g: NodeBuilder, x: SymbolicTensor, axis: number, step: number): SymbolicTensor {
  if (step === 1) return x;
  const apart = expandDimension(g, x, axis + 1);
  const widths = apart.shape.map((_, each): [number, number] => [0, each === axis + 1 ? step - 1 : 0]);
  const sizes = dimensions(g, x).map((length, each) =>
    each === axis ? scaledDimension(g, length, step) : length,
  );
  return crop(g, reshape(g, pad(g, apart, widths), sizes), axis, [0, step - 1]);
}
