/**
 * Tensors as they enter and leave the runtime: flat values in row-major order and a shape.
 * A bool is one byte, 0 or 1. A string is bytes, since TensorFlow's strings need not be UTF-8.
 */
export type TensorValue =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly values: Float32Array }
  | { readonly dtype: 'int32'; readonly shape: readonly number[]; readonly values: Int32Array }
  | { readonly dtype: 'bool'; readonly shape: readonly number[]; readonly values: Uint8Array }
  | { readonly dtype: 'string'; readonly shape: readonly number[]; readonly values: readonly Uint8Array[] };

/** A tensor of numbers, such as the samples of images. */
export type NumberTensor = Extract<TensorValue, { dtype: 'float32' | 'int32' }>;

/** Tensors by the public names that a signature gives them. */
export type NamedTensors = ReadonlyMap<string, TensorValue>;

/** Returns the number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (let axis = 0; axis < shape.length; axis++) count *= shape[axis] ?? 1;
  return count;
}

/** The runtime has no kernels for higher ranks. */
export const MAX_RANK = 6;

/** True if a tensor of this shape is one of the expected shape, in which a negative size is any. */
export function fitsShape(shape: readonly number[], expected: readonly number[]): boolean {
  return expected.length === shape.length && expected.every((size, axis) => size < 0 || size === shape[axis]);
}
