import { select } from '../elementwise.ts';
import type { NodeBuilder } from '../node_builder.ts';
import { expandDimension } from '../shaping.ts';
import { rank, type SymbolicTensor } from '../symbolic_tensor.ts';
import { at, type Step } from './cell.ts';

/** A step that does not count leaves the states as they were. @param isCounted [batch] */
export function maskedStep(
  g: NodeBuilder,
  isCounted: SymbolicTensor,
  next: Step,
  before: Step,
  start: Step,
  zeroForMask: boolean,
): Step {
  const choose = (one: SymbolicTensor, other: SymbolicTensor) => {
    let wide = isCounted;
    while (rank(wide) < rank(one)) wide = expandDimension(g, wide, rank(wide));
    return select(g, wide, one, other);
  };
  return {
    output: choose(next.output, zeroForMask ? start.output : before.output),
    states: next.states.map((state, index) => choose(state, at(before.states, index))),
  };
}
