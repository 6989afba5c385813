import { elementCount } from '../../../worker/model/tensor.ts';

export type Nested = number | Nested[];

/** Converts flat values to the nested lists of a tensor in JSON. */
export function nest(values: ArrayLike<number>, shape: readonly number[], offset = 0): Nested {
  const [size, ...rest] = shape;
  if (size === undefined) return values[offset] ?? 0;
  const stride = elementCount(rest);
  return Array.from({ length: size }, (_, index) => nest(values, rest, offset + index * stride));
}

/** The values of nested lists, in order. */
export function flatten(nested: Nested, length: number): Float32Array {
  const values = new Float32Array(length);
  let count = 0;
  const visit = (member: Nested): void => {
    if (typeof member === 'number') values[count++] = member;
    else for (const inner of member) visit(inner);
  };
  visit(nested);
  if (count !== length) throw new Error(`${count} values where ${length} were expected`);
  return values;
}
