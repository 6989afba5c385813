import { BinaryOperation } from '../../../kernels/kernel_signatures.ts';
import type { BufferId } from '../../ir/buffers.ts';
import type { Step } from '../../ir/step.ts';
import { boundsOf, constantOperand, shiftOf } from './constant_operand.ts';
import type { HeapReader } from './heap_reader.ts';

/** clamp(round(sums * scale) + zero, lowest, highest), all values of which are integers. */
export interface Requantization {
  readonly sums: BufferId;
  /** The number of scales: one, or one for each position of the last dimension. */
  readonly width: number;
  scaleAt(position: number): number;
  readonly zero: number;
  readonly lowest: number;
  readonly highest: number;
  readonly result: BufferId;
  readonly count: number;
}

/** The steps before the present one. */
export interface EarlierSteps {
  /** Returns the only step that writes a buffer, or undefined. */
  writerOf(buffer: BufferId): Step | undefined;
}

/** Numbers are rounded only below this magnitude: see assembly/integers/requantize.ts. */
export const ROUNDED = 2 ** 22;

/** The zero is added to rounded numbers of up to 2^22, the sums of which are exact in float32. */
const LARGEST_ZERO = 2 ** 22;
/** The integers of a byte. */
const MOST_INTEGERS = 256;

/**
 * Returns the requantization that ends with a step, or undefined if the step does not bound integers to the range of a
 * byte. The parts are the ones that import/builder makes of quantized models.
 */
export function requantizationAt(
  step: Step,
  earlier: EarlierSteps,
  heap: HeapReader,
): Requantization | undefined {
  const last = boundsOf(step, heap);
  if (last === undefined) return undefined;
  const { result, count } = last;
  const { from, lower: lowest, upper: highest } = boundsBefore(last, earlier, heap);
  if (!Number.isInteger(lowest) || !Number.isInteger(highest) || highest - lowest >= MOST_INTEGERS)
    return undefined;
  const shifted = shiftOf(earlier.writerOf(from), heap);
  const zero = shifted?.by ?? 0;
  const rounded = roundedBy(earlier.writerOf(shifted?.x ?? from));
  if (rounded === undefined || !Number.isInteger(zero) || Math.abs(zero) > LARGEST_ZERO) return undefined;
  const range = { zero, lowest, highest, result, count };
  const scaled = constantOperand(earlier.writerOf(rounded), heap);
  if (scaled?.operation === BinaryOperation.multiply && scaled.count === count)
    return { ...range, sums: scaled.x, width: scaled.width, scaleAt: scaled.valueAt };
  return { ...range, sums: rounded, width: 1, scaleAt: () => 1 };
}

/** Combines a step's bounds with those of the steps directly before it. */
function boundsBefore(
  last: NonNullable<ReturnType<typeof boundsOf>>,
  earlier: EarlierSteps,
  heap: HeapReader,
): { readonly from: BufferId; readonly lower: number; readonly upper: number } {
  let { x: from, lower, upper } = last;
  for (let before = boundsOf(earlier.writerOf(from), heap); before !== undefined; ) {
    const within = (bound: number): number => Math.min(Math.max(bound, lower), upper);
    [from, lower, upper] = [before.x, within(before.lower), within(before.upper)];
    before = boundsOf(earlier.writerOf(from), heap);
  }
  return { from, lower, upper };
}

/** Returns what a step rounds to integers, ties to even ones. */
function roundedBy(step: Step | undefined): BufferId | undefined {
  if (step?.kind !== 'kernel' || step.name !== 'Round') return undefined;
  const x = step.inputs.get('x');
  return x?.kind === 'buffer' ? x.buffer : undefined;
}
