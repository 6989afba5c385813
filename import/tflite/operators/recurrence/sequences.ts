import { fill } from '../../../builder/creation.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import type { Cell } from '../../../builder/recurrence/cell.ts';
import { runSequence } from '../../../builder/recurrence/sequence.ts';
import { dimension, reverse, transpose } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';

interface Run {
  /** What the states are at the beginning, one number for each; 0 unless told. */
  readonly initial?: readonly number[];
  readonly isBackwards?: boolean;
  readonly isTimeMajor?: boolean;
}

/**
 * What a cell gives for each step of [batch, steps, inputs], or of [steps, batch, inputs] if time is major. States begin anew:
 * no request sees what another one left.
 */
export function runCell(
  g: NodeBuilder,
  cell: Cell,
  x: SymbolicTensor,
  { initial = [], isBackwards = false, isTimeMajor = false }: Run = {},
): SymbolicTensor {
  const given = isTimeMajor ? transpose(g, x, [1, 0, 2]) : x;
  const batch = dimension(g, given, 0);
  const { output } = runSequence(g, cell, given, {
    initial: initial.map((value, index) => fill(g, [batch, ...(cell.states[index] ?? [])], value)),
    mask: undefined,
    isBackwards,
    returnsSequence: true,
    zeroForMask: false,
  });
  const inOrder = isBackwards ? reverse(g, output, 1) : output;
  return isTimeMajor ? transpose(g, inOrder, [1, 0, 2]) : inOrder;
}
