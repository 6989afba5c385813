import type { NamedTensors, TensorValue } from '../../../model/tensor.ts';

/**
 * True if two computations returned the same values. The sign of zeros and the payload of NaN are ignored.
 *
 * @param tolerance the permitted difference of a float, relative to its own magnitude or to the median magnitude of its
 *   row or channel, whichever median is smaller. One large value does not widen the tolerance of others. 0: equal to
 *   the last bit. Integers, booleans and values that are not finite must always be equal
 */
export function areEquivalent(actual: NamedTensors, expected: NamedTensors, tolerance: number): boolean {
  if (actual.size !== expected.size) return false;
  for (const [name, value] of actual) {
    const other = expected.get(name);
    if (other === undefined || !isSame(value, other, tolerance)) return false;
  }
  return true;
}

function isSame(actual: TensorValue, expected: TensorValue, tolerance: number): boolean {
  if (actual.dtype !== expected.dtype || actual.shape.length !== expected.shape.length) return false;
  if (!actual.shape.every((size, index) => size === expected.shape[index])) return false;
  if (actual.values.length !== expected.values.length) return false;
  if (actual.dtype === 'string' || expected.dtype === 'string')
    return JSON.stringify(actual) === JSON.stringify(expected);
  const { values } = expected;
  const scaleAt =
    tolerance > 0 && expected.dtype === 'float32' ? scales(expected.values, expected.shape) : undefined;
  return actual.values.every((value, index) => {
    const other = values[index] ?? Number.NaN;
    if (value === other || Object.is(value, other)) return true;
    if (scaleAt === undefined || !Number.isFinite(value) || !Number.isFinite(other)) return false;
    return Math.abs(value - other) <= tolerance * Math.max(Math.abs(other), scaleAt(index));
  });
}

/** Returns a function from an element's index to the smaller median magnitude of its row and of its channel. */
function scales(values: Float32Array, shape: readonly number[]): (index: number) => number {
  const width = shape.at(-1) ?? 1;
  const rows = width === 0 ? 0 : values.length / width;
  const ofRows = medians(rows, width, (row, column) => values[row * width + column] ?? 0);
  const ofChannels = medians(width, rows, (column, row) => values[row * width + column] ?? 0);
  return (index) => {
    const row = ofRows[Math.floor(index / width)] ?? Number.POSITIVE_INFINITY;
    const channel = ofChannels[index % width] ?? Number.POSITIVE_INFINITY;
    const scale = Math.min(row, channel);
    return Number.isFinite(scale) ? scale : 0;
  };
}

/**
 * Returns the median magnitude of each group's values, without zeros and values that are not finite. Groups of one
 * value have none.
 */
function medians(
  groups: number,
  size: number,
  valueAt: (group: number, position: number) => number,
): Float32Array {
  if (size < 2) return new Float32Array();
  const sizes = new Float32Array(size);
  return Float32Array.from({ length: groups }, (_, group) => {
    let count = 0;
    for (let position = 0; position < size; position++) {
      const value = Math.abs(valueAt(group, position));
      if (value > 0 && value < Number.POSITIVE_INFINITY) sizes[count++] = value;
    }
    return sizes.subarray(0, count).sort()[count >> 1] ?? 0;
  });
}
