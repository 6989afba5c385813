import type { NodeBuilder } from '../../nodes/node_builder.ts';
import { transpose } from '../../nodes/shaping.ts';
import { rank, type SymbolicTensor } from '../../nodes/symbolic_tensor.ts';

/** [batch, channels, ...] as [batch, ..., channels]. */
export function channelsLast(g: NodeBuilder, x: SymbolicTensor): SymbolicTensor {
  const axes = [...x.shape.keys()];
  return rank(x) < 3 ? x : transpose(g, x, [0, ...axes.slice(2), 1]);
}

/** [batch, ..., channels] as [batch, channels, ...]. */
export function channelsFirst(g: NodeBuilder, x: SymbolicTensor): SymbolicTensor {
  const axes = [...x.shape.keys()];
  return rank(x) < 3 ? x : transpose(g, x, [0, rank(x) - 1, ...axes.slice(1, -1)]);
}
