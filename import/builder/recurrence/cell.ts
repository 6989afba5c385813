import type { NodeBuilder } from '../node_builder.ts';
import type { SymbolicTensor } from '../symbolic_tensor.ts';

/** What a cell makes of one step. */
export interface Step {
  readonly output: SymbolicTensor;
  readonly states: readonly SymbolicTensor[];
}

/** What a cell makes of a sequence. */
export interface Sequence {
  readonly output: SymbolicTensor;
  readonly states: readonly SymbolicTensor[];
}

/** What a recurrent layer does over and over. */
export interface Cell {
  /** The sizes of its states without the batch; the first one's are those of what it gives. */
  readonly states: readonly (readonly number[])[];
  readonly outputSizes: readonly number[];
  /** What it needs of the inputs, for all steps at once: [batch, steps, ...] of [batch, steps, ...]. */
  project(g: NodeBuilder, x: SymbolicTensor): SymbolicTensor;
  /** Weights, which are the same in all steps. */
  readonly constants: readonly SymbolicTensor[];
  /** @param x what was made of one step's inputs, [batch, ...] @param constants in the order of the cell's */
  step(
    g: NodeBuilder,
    x: SymbolicTensor,
    states: readonly SymbolicTensor[],
    constants: readonly SymbolicTensor[],
  ): Step;
}

/** One of a list that is known to have it. */
export function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`a cell is given no member ${index}`);
  return found;
}
