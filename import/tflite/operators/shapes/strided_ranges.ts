import type { Shape } from '../../../builder/symbolic_tensor.ts';
import { refuseMalformed } from '../../conversion/refusal.ts';
import type { OptionValues } from '../../file/options.ts';

/** What is taken of one dimension. */
export interface AxisRange {
  /** undefined where it begins or ends with the dimension. */
  readonly begin: number | undefined;
  readonly end: number | undefined;
  readonly step: number;
}

/** A dimension of the result: one of the tensor, or a new one of size 1. */
type ResultAxis = number | 'new';

export interface StridedRanges {
  /** For each dimension of the tensor. */
  readonly ranges: readonly AxisRange[];
  /** Without the dimensions of which one place is taken. */
  readonly axes: readonly ResultAxis[];
}

const WHOLE: AxisRange = { begin: undefined, end: undefined, step: 1 };

/**
 * The ranges of a strided slice, as TensorFlow's masks tell: a bit for each entry of the lists.
 *
 * @param offset whether ends are counted from the begins
 */
export function readStridedRanges(
  shape: Shape,
  { begin, end, steps }: { readonly [Key in 'begin' | 'end' | 'steps']: readonly number[] },
  { offset, ...masks }: OptionValues<'StridedSliceOptions'>,
): StridedRanges {
  const has = (mask: number, index: number) => (mask & (1 << index)) !== 0;
  const entries = [...begin.keys()];
  const isReal = (index: number) => !has(masks.new_axis_mask, index) && !has(masks.ellipsis_mask, index);
  const left = shape.length - entries.filter(isReal).length;
  const ranges: AxisRange[] = [];
  const axes: ResultAxis[] = [];
  const keep = (range: AxisRange) => {
    axes.push(ranges.length);
    ranges.push(range);
  };
  for (const index of entries) {
    if (has(masks.ellipsis_mask, index)) {
      for (let count = 0; count < left; count++) keep(WHOLE);
    } else if (has(masks.new_axis_mask, index)) {
      axes.push('new');
    } else {
      const [from = 0, to = 0, step = 1] = [begin[index], end[index], steps[index]];
      if (step === 0) refuseMalformed('has a step of 0');
      const start = has(masks.begin_mask, index) ? undefined : from;
      if (has(masks.shrink_axis_mask, index)) ranges.push(placeOf(from));
      else if (has(masks.end_mask, index)) keep({ begin: start, end: undefined, step });
      else keep({ begin: start, end: offset ? offsetEnd(from, to) : to, step });
    }
  }
  while (ranges.length < shape.length) keep(WHOLE);
  if (ranges.length > shape.length) refuseMalformed(`has ranges for more than ${shape.length} dimensions`);
  return { ranges, axes };
}

/** One place, which may be counted from the end. */
function placeOf(place: number): AxisRange {
  return { begin: place, end: place === -1 ? undefined : place + 1, step: 1 };
}

/** The end of so many elements; those that are counted from the end go at most to it. */
function offsetEnd(begin: number, count: number): number | undefined {
  const end = begin + count;
  return begin < 0 && end >= 0 ? undefined : end;
}

/** The places that a range keeps of a dimension. */
export function placesOf(size: number, range: AxisRange): number[] {
  const { from, count } = keptOf(size, range);
  return Array.from({ length: count }, (_, index) => from + index * range.step);
}

/** The first place that a range keeps of a dimension, and how many it keeps. */
export function keptOf(size: number, { begin, end, step }: AxisRange): { from: number; count: number } {
  const [least, most] = step > 0 ? [0, size] : [-1, size - 1];
  const limit = (value: number) => Math.max(least, Math.min(most, value < 0 ? value + size : value));
  const [first, last] = step > 0 ? [0, size] : [size - 1, -1];
  const from = begin === undefined ? first : limit(begin);
  const to = end === undefined ? last : limit(end);
  return { from, count: Math.max(Math.ceil((to - from) / step), 0) };
}
