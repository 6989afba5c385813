import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { concatenate, reshape, transpose } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { LayerWeights } from '../layer_weights.ts';

/** What Keras 1 keeps in one weight for each gate, in the order of its gates, as one weight in Keras 2's order. */
export function joinedGates(
  g: NodeBuilder,
  weights: LayerWeights,
  gates: { readonly stored: readonly string[]; readonly order: readonly string[] },
  [inputs, units]: readonly [number, number],
): readonly [kernel: SymbolicTensor, recurrent: SymbolicTensor, bias: SymbolicTensor] {
  const parts = new Map<string, SymbolicTensor>();
  for (const gate of gates.stored) {
    parts.set(`W${gate}`, weights.get(`W_${gate}`, [inputs, units]));
    parts.set(`U${gate}`, weights.get(`U_${gate}`, [units, units]));
    parts.set(`b${gate}`, weights.get(`b_${gate}`, [units]));
  }
  const joined = (kind: string, axis: number) =>
    concatenate(
      g,
      gates.order.flatMap((gate) => parts.get(`${kind}${gate}`) ?? []),
      axis,
    );
  return [joined('W', 1), joined('U', 1), joined('b', 0)];
}

/** The kernel of a convolution as Keras 1 keeps it, in Keras 2's order: [...space, channels, filters]. */
export function keras1Kernel(
  g: NodeBuilder,
  weights: LayerWeights,
  shape: readonly number[],
  isChannelsFirst: boolean,
): SymbolicTensor {
  const space = shape.slice(0, -2);
  const [channels = 1, filters = 1] = shape.slice(-2);
  // One dimension of space is stored as two.
  const [length] = space;
  if (space.length === 1 && length !== undefined) {
    return reshape(g, weights.get('kernel', [length, 1, channels, filters]), [length, channels, filters]);
  }
  if (!isChannelsFirst) return weights.get('kernel', shape);
  const stored = weights.get('kernel', [filters, channels, ...space]);
  return transpose(g, stored, [...space.map((_, axis) => axis + 2), 1, 0]);
}
