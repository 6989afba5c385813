import type { DataType } from '../model/dtype.ts';
import { elementCount, fitsShape, MAX_RANK, type TensorValue } from '../model/tensor.ts';
import { isOneValue, toValues } from './values.ts';

interface Fault {
  readonly fault: string;
}

/** What a signature says of an input. */
export interface InputInfo {
  readonly dtype: DataType;
  /** -1 for a dimension of any size; null for any rank. */
  readonly shape: readonly number[] | null;
  /** True if any shape is accepted despite `shape`. */
  readonly anyShape?: boolean;
}

/**
 * Makes a tensor of a caller's argument: its values, or `{ values, shape }`. The fault, where there is one, goes on from
 * the name of the input.
 */
export function toTensor(given: unknown, info: InputInfo): TensorValue | Fault {
  const shaped = shapedValues(given);
  const values = toValues(shaped === undefined ? given : shaped.values, info.dtype);
  if ('fault' in values) return values;
  const shape =
    shaped === undefined
      ? deducedShape(values.length, info.shape, isOneValue(given))
      : checkedShape(shaped.shape, values.length, info);
  return 'fault' in shape ? shape : tensorOf(info.dtype, shape, values);
}

function shapedValues(
  given: unknown,
): { readonly values: unknown; readonly shape: readonly number[] } | undefined {
  if (typeof given !== 'object' || given === null || Object.keys(given).length !== 2) return undefined;
  if (!('values' in given && 'shape' in given && isShape(given.shape))) return undefined;
  return { values: given.values, shape: given.shape };
}

function isShape(given: unknown): given is readonly number[] {
  return (
    Array.isArray(given) &&
    given.length <= MAX_RANK &&
    given.every((size) => Number.isSafeInteger(size) && size >= 0)
  );
}

function tensorOf(dtype: DataType, shape: readonly number[], values: TensorValue['values']): TensorValue {
  if (dtype === 'float32' && values instanceof Float32Array) return { dtype, shape, values };
  if (dtype === 'int32' && values instanceof Int32Array) return { dtype, shape, values };
  if (dtype === 'bool' && values instanceof Uint8Array) return { dtype, shape, values };
  if (dtype === 'string' && Array.isArray(values)) return { dtype, shape, values };
  throw new Error(`values of another dtype than ${dtype}`);
}

function checkedShape(
  shape: readonly number[],
  count: number,
  { shape: expected, anyShape = false }: InputInfo,
): readonly number[] | Fault {
  if (elementCount(shape) !== count) return { fault: `has ${count} values for shape [${shape}]` };
  const isScalar = shape.length === 0;
  const fits =
    expected === null ||
    fitsShape(shape, expected) ||
    // Even a graph that takes any shape does not take a list for a scalar, or a scalar for a list.
    (anyShape && isScalar === (expected.length === 0));
  return fits ? shape : { fault: `has shape [${shape}], but the model expects [${expected}]` };
}

/** Returns the shape that the values have if the signature knows all sizes except one. */
function deducedShape(
  count: number,
  expected: InputInfo['shape'],
  isOne: boolean,
): readonly number[] | Fault {
  if (expected === null) return isOne ? [] : [count];
  const unknown = expected.filter((size) => size === -1).length;
  const known = elementCount(expected.filter((size) => size !== -1));
  const wanted = `[${expected}]`;
  if (unknown > 1) return { fault: `needs its shape, { values, shape }, since the model expects ${wanted}` };
  const free = unknown === 1 ? count / known : undefined;
  const fits = free === undefined ? count === known : Number.isInteger(free);
  if (!fits) return { fault: `has ${count} values, but the model expects ${wanted}` };
  return expected.map((size) => (size === -1 ? (free ?? size) : size));
}
