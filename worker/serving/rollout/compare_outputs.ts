import type { NamedTensors, TensorValue } from '../../model/tensor.ts';

/** The differences between two versions' outputs for one request. */
export interface OutputDifference {
  /** Infinite if one value is finite and the other is not. */
  readonly largestAbsolute: number;
  /** Relative to the larger magnitude, so at most 2. */
  readonly largestRelative: number;
  /** Rows along the last of several dimensions, of two elements or more: a classifier's scores of one example. */
  readonly rows: number;
  /** Rows whose largest element is at another position. */
  readonly mismatchedRows: number;
}

export type Comparison =
  | ({ readonly kind: 'compared' } & OutputDifference)
  | { readonly kind: 'incomparable'; readonly reason: string };

/**
 * Compares a candidate's outputs with the live version's, output by output. Outputs that only the candidate has are
 * ignored.
 */
export function compareOutputs(live: NamedTensors, candidate: NamedTensors): Comparison {
  let largestAbsolute = 0;
  let largestRelative = 0;
  let rows = 0;
  let mismatchedRows = 0;
  for (const [name, left] of live) {
    const right = candidate.get(name);
    if (right === undefined) return incomparable(`the output ${name} does not exist`);
    if (left.dtype !== right.dtype) {
      return incomparable(`output ${name} is ${right.dtype} instead of ${left.dtype}`);
    }
    if (left.shape.join() !== right.shape.join()) {
      return incomparable(`output ${name} has shape [${right.shape}] instead of [${left.shape}]`);
    }
    if (left.dtype === 'string' || right.dtype === 'string') {
      if (!sameStrings(left, right)) return incomparable(`the strings of output ${name} differ`);
      continue;
    }
    const distance = largestDistance(left.values, right.values);
    largestAbsolute = Math.max(largestAbsolute, distance.absolute);
    largestRelative = Math.max(largestRelative, distance.relative);
    const width = left.shape.at(-1) ?? 1;
    // A single dimension is a batch of single values, not the scores of one example.
    if (left.shape.length < 2 || width < 2) continue;
    rows += left.values.length / width;
    mismatchedRows += countMismatches(left.values, right.values, width);
  }
  return { kind: 'compared', largestAbsolute, largestRelative, rows, mismatchedRows };
}

type Numbers = Float32Array | Int32Array | Uint8Array;

function largestDistance(left: Numbers, right: Numbers): { absolute: number; relative: number } {
  let absolute = 0;
  let relative = 0;
  for (let index = 0; index < left.length; index++) {
    const a = left[index] ?? 0;
    const b = right[index] ?? 0;
    if (Object.is(a, b) || a === b) continue;
    const distance = Math.abs(a - b);
    if (!Number.isFinite(distance)) {
      return { absolute: Number.POSITIVE_INFINITY, relative: Number.POSITIVE_INFINITY };
    }
    absolute = Math.max(absolute, distance);
    relative = Math.max(relative, distance / Math.max(Math.abs(a), Math.abs(b)));
  }
  return { absolute, relative };
}

function countMismatches(left: Numbers, right: Numbers, width: number): number {
  let mismatches = 0;
  for (let start = 0; start < left.length; start += width) {
    if (largestAt(left, start, width) !== largestAt(right, start, width)) mismatches++;
  }
  return mismatches;
}

function largestAt(values: Numbers, start: number, width: number): number {
  let best = start;
  for (let index = start + 1; index < start + width; index++) {
    if ((values[index] ?? 0) > (values[best] ?? 0)) best = index;
  }
  return best - start;
}

function sameStrings(left: TensorValue, right: TensorValue): boolean {
  if (left.dtype !== 'string' || right.dtype !== 'string') return false;
  return left.values.every((bytes, index) => {
    const other = right.values[index];
    return other?.length === bytes.length && bytes.every((byte, position) => byte === other[position]);
  });
}

function incomparable(reason: string): Comparison {
  return { kind: 'incomparable', reason };
}
