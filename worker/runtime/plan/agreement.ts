import type { NamedTensors, TensorValue } from '../tensor.ts';

/**
 * Whether two computations gave the same, the sign of zeros and the kind of a NaN aside.
 *
 * @param tolerance of a value or of a tenth of the largest of its tensor; with 0 it is the same to the last bit
 */
export function agree(a: NamedTensors, b: NamedTensors, tolerance: number): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other === undefined || !isSame(value, other, tolerance)) return false;
  }
  return true;
}

function isSame(a: TensorValue, b: TensorValue, tolerance: number): boolean {
  if (a.dtype !== b.dtype || a.shape.length !== b.shape.length) return false;
  if (!a.shape.every((size, index) => size === b.shape[index])) return false;
  if (a.values.length !== b.values.length) return false;
  if (a.dtype === 'string' || b.dtype === 'string') return JSON.stringify(a) === JSON.stringify(b);
  const { values } = b;
  const least = tolerance === 0 ? 0 : largestOf(values) / 10;
  return a.values.every((value, index) => {
    const other = values[index] ?? Number.NaN;
    if (value === other || Object.is(value, other)) return true;
    return Math.abs(value - other) <= tolerance * Math.max(Math.abs(other), least);
  });
}

function largestOf(values: Iterable<number>): number {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return largest;
}
