import type { NodeBuilder } from '../node_builder.ts';
import { transpose } from '../shaping.ts';
import { rank, type SymbolicTensor } from '../symbolic_tensor.ts';

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
