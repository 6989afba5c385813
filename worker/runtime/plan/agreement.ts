import type { NamedTensors, TensorValue } from '../tensor.ts';

/** Whether two computations gave the same, bit for bit but for the sign of zeros and the kind of a NaN. */
export function agree(a: NamedTensors, b: NamedTensors): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other === undefined || !isSame(value, other)) return false;
  }
  return true;
}

function isSame(a: TensorValue, b: TensorValue): boolean {
  if (a.dtype !== b.dtype || a.shape.length !== b.shape.length) return false;
  if (!a.shape.every((size, index) => size === b.shape[index])) return false;
  if (a.values.length !== b.values.length) return false;
  if (a.dtype === 'string' || b.dtype === 'string') return JSON.stringify(a) === JSON.stringify(b);
  const { values } = b;
  return a.values.every((value, index) => value === values[index] || Object.is(value, values[index]));
}
