import { fill } from '../creation.ts';
import type { NodeBuilder } from '../node_builder.ts';
import { dimension, reverse, stack, unstack } from '../shaping.ts';
import type { SymbolicTensor } from '../symbolic_tensor.ts';
import type { Cell, Sequence, Step } from './cell.ts';
import { loop } from './loop.ts';
import { maskedStep } from './masked_step.ts';

export interface SequenceOptions {
  /** One for each of the cell's; zeros where there are none. */
  readonly initial: readonly SymbolicTensor[];
  readonly mask: SymbolicTensor | undefined;
  readonly isBackwards: boolean;
  readonly returnsSequence: boolean;
  /** Whether a step that does not count gives zeros rather than what the one before gave. */
  readonly zeroForMask: boolean;
}

/**
 * Up to so many steps are written out one after the other: a plan computes them in one go, and a loop is interpreted
 * anew for every request.
 */
const MOST_STEPS = 64;

/** Lets a cell go over [batch, steps, ...]. */
export function runSequence(
  g: NodeBuilder,
  cell: Cell,
  input: SymbolicTensor,
  options: SequenceOptions,
): Sequence {
  const { isBackwards } = options;
  const mask = options.mask && (isBackwards ? reverse(g, options.mask, 1) : options.mask);
  const projected = cell.project(g, input);
  const x = isBackwards ? reverse(g, projected, 1) : projected;
  const batch = dimension(g, x, 0);
  const states =
    options.initial.length > 0 ? options.initial : cell.states.map((sizes) => fill(g, [batch, ...sizes], 0));
  const start: Step = { output: fill(g, [batch, ...cell.outputSizes], 0), states };
  const steps = x.shape[1] ?? null;
  return steps !== null && steps > 0 && steps <= MOST_STEPS
    ? writtenOut(g, cell, x, { ...options, mask, start, steps })
    : loop(g, cell, x, { ...options, mask, start });
}

interface Started extends SequenceOptions {
  readonly start: Step;
}

function writtenOut(
  g: NodeBuilder,
  cell: Cell,
  x: SymbolicTensor,
  { mask, start, steps, returnsSequence, zeroForMask }: Started & { readonly steps: number },
): Sequence {
  const outputs: SymbolicTensor[] = [];
  const counted = mask && unstack(g, mask, 1, steps);
  let current = start;
  for (const [index, element] of unstack(g, x, 1, steps).entries()) {
    const next = cell.step(g, element, current.states, cell.constants);
    const isCounted = counted?.[index];
    current = isCounted === undefined ? next : maskedStep(g, isCounted, next, current, start, zeroForMask);
    outputs.push(current.output);
  }
  return { output: returnsSequence ? stack(g, outputs, 1) : current.output, states: current.states };
}
