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

/** The largest magnitude of zeros and bounds. Their sums with rounded numbers are exact in float32, and fit into the kernels' 32 bits. */
const LARGEST = 2 ** 16;
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
  const isRange = lowest <= highest && highest - lowest < MOST_INTEGERS;
  if (!isRange || !isSmallInteger(lowest) || !isSmallInteger(highest)) return undefined;
  const shifted = shiftOf(earlier.writerOf(from), heap);
  // Bytes have no -0. Rounding makes it, which a zero of -0 keeps and any other one makes 0, and so does a bound.
  const zero = shifted?.by ?? -0;
  const isKept = Object.is(zero, -0) && lowest <= 0 && highest >= 0;
  const hasNegativeZero = isKept || Object.is(lowest, -0) || Object.is(highest, -0);
  const rounded = roundedBy(earlier.writerOf(shifted?.x ?? from));
  if (rounded === undefined || hasNegativeZero || !isSmallInteger(zero)) return undefined;
  const range = { zero, lowest, highest, result, count };
  const scaled = constantOperand(earlier.writerOf(rounded), heap);
  if (scaled?.operation === BinaryOperation.multiply && scaled.count === count)
    return { ...range, sums: scaled.x, width: scaled.width, scaleAt: scaled.valueAt };
  return { ...range, sums: rounded, width: 1, scaleAt: () => 1 };
}

function isSmallInteger(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= LARGEST;
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
