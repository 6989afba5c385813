import { elementCount } from '../../../worker/model/tensor.ts';
import { type Imported, malformed, read } from '../../import_result.ts';

/** A part of a tensor: a start and a length for each dimension. Without a length, it is the whole dimension. */
export type Slice = readonly { readonly start: number; readonly length?: number }[];

/** A slice inside a tensor of a known shape, with all lengths. */
export interface Region {
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
}

/** Returns the region of a slice in a tensor, or undefined if it is outside. */
export function sliceRegion(slice: Slice, shape: readonly number[]): Region | undefined {
  if (slice.length !== shape.length) return undefined;
  const starts = slice.map(({ start }) => start);
  const lengths = slice.map(({ start, length }, index) => length ?? (shape[index] ?? 0) - start);
  const isInside = shape.every((size, index) => {
    const start = starts[index] ?? -1;
    const length = lengths[index] ?? -1;
    return Number.isSafeInteger(start) && start >= 0 && length >= 0 && start + length <= size;
  });
  return isInside ? { starts, lengths } : undefined;
}

/**
 * Parses RestoreV2's description of a part: the shape of the whole, and a range or `-` for each dimension, such as `10
 * 4 0,5:-`. Returns undefined for an empty text, which means the whole.
 */
export function parseShapeAndSlice(
  text: string,
  place: string,
): Imported<{ readonly shape: readonly number[]; readonly slice: Slice } | undefined> {
  if (text === '') return read(undefined);
  const fault = malformed(`${place}: "${text.slice(0, 100)}" is not a shape and a slice`);
  const words = text.split(' ');
  const ranges = words.pop()?.split(':') ?? [];
  if (ranges.length !== words.length || !words.every((word) => /^\d{1,10}$/.test(word))) return fault;
  const slice: { start: number; length?: number }[] = [];
  for (const range of ranges) {
    const match = /^(?:-|(\d{1,10}),(\d{1,10}))$/.exec(range);
    if (match === null) return fault;
    slice.push(match[1] === undefined ? { start: 0 } : { start: Number(match[1]), length: Number(match[2]) });
  }
  return read({ shape: words.map(Number), slice });
}

/** Returns the intersection of two regions of a tensor, or undefined if it is empty. */
export function overlap(one: Region, other: Region): Region | undefined {
  const starts = one.starts.map((start, index) => Math.max(start, other.starts[index] ?? 0));
  const lengths = starts.map((start, index) => {
    const end = (one.starts[index] ?? 0) + (one.lengths[index] ?? 0);
    const otherEnd = (other.starts[index] ?? 0) + (other.lengths[index] ?? 0);
    return Math.min(end, otherEnd) - start;
  });
  return lengths.some((length) => length <= 0) ? undefined : { starts, lengths };
}

/**
 * Copies the elements of a tensor's region from the bytes of one part of the tensor to those of another.
 *
 * @param region the region, which is inside both parts
 * @param elementBytes the bytes of one element
 */
export function copyRegion(
  region: Region,
  source: { readonly bytes: Uint8Array; readonly part: Region },
  target: { readonly bytes: Uint8Array; readonly part: Region },
  elementBytes: number,
): void {
  const rank = region.lengths.length;
  const run = (region.lengths[rank - 1] ?? 1) * elementBytes;
  const rows = elementCount(region.lengths.slice(0, -1));
  for (let row = 0; row < rows; row++) {
    const position = rowPosition(region, row);
    const from = elementOffset(source.part, position) * elementBytes;
    const to = elementOffset(target.part, position) * elementBytes;
    target.bytes.set(source.bytes.subarray(from, from + run), to);
  }
}

/** Returns the position in the whole tensor at which a row of a region begins. */
function rowPosition({ starts, lengths }: Region, row: number): number[] {
  const position = [...starts];
  let rest = row;
  for (let axis = starts.length - 2; axis >= 0; axis--) {
    const length = lengths[axis] ?? 1;
    position[axis] = (starts[axis] ?? 0) + (rest % length);
    rest = Math.floor(rest / length);
  }
  return position;
}

function elementOffset({ starts, lengths }: Region, position: readonly number[]): number {
  return position.reduce((offset, at, axis) => offset * (lengths[axis] ?? 1) + at - (starts[axis] ?? 0), 0);
}
