import type { DataType } from '../model/dtype.ts';
import type { TensorValue } from '../model/tensor.ts';

type Converted<Values> = Values | { readonly fault: string };

/** Makes the values of a tensor of a caller's values, or says why they are not values of this dtype. */
export function toValues(given: unknown, dtype: DataType): Converted<TensorValue['values']> {
  switch (dtype) {
    case 'float32':
      return toFloats(given);
    case 'int32':
      return toIntegers(given);
    case 'bool':
      return toBooleans(given);
    case 'string':
      return toStrings(given);
  }
}

function toFloats(given: unknown): Converted<Float32Array> {
  if (given instanceof Float32Array) return given;
  if (given instanceof Float64Array || isSmallIntegers(given)) return floatsOf(given);
  if (given instanceof Int32Array || given instanceof Uint32Array) return floatsOf(given);
  const list = listOf(given);
  return list?.every(isNumber)
    ? floatsOf(list)
    : { fault: 'needs one list of numbers in row-major order, or a Float32Array' };
}

/** A number beyond float32 would become infinite. */
function floatsOf(numbers: ArrayLike<number>): Converted<Float32Array> {
  const floats = Float32Array.from(numbers);
  const beyond = floats.findIndex(
    (float, index) => !Number.isFinite(float) && Number.isFinite(numbers[index]),
  );
  return beyond < 0 ? floats : { fault: `has ${numbers[beyond]}, which is beyond float32` };
}

function toIntegers(given: unknown): Converted<Int32Array> {
  if (given instanceof Int32Array) return given;
  if (isSmallIntegers(given)) return Int32Array.from(given);
  const list =
    given instanceof Uint32Array || given instanceof BigInt64Array || given instanceof BigUint64Array
      ? [...given]
      : listOf(given);
  if (!list?.every(isIntegral)) return { fault: 'needs integers, or an Int32Array' };
  const integers = new Int32Array(list.length);
  for (const [index, value] of list.entries()) {
    integers[index] = Number(value);
    if (integers[index] !== Number(value)) return { fault: `has ${value}, which is beyond int32` };
  }
  return integers;
}

function toBooleans(given: unknown): Converted<Uint8Array> {
  if (given instanceof Uint8Array && given.every((byte) => byte <= 1)) return given;
  const list = listOf(given);
  return list?.every((value) => typeof value === 'boolean')
    ? Uint8Array.from(list, Number)
    : { fault: 'needs booleans, or a Uint8Array of 0 and 1' };
}

const ENCODER = new TextEncoder();

function toStrings(given: unknown): Converted<Uint8Array[]> {
  const list = given instanceof Uint8Array ? [given] : listOf(given);
  const strings: Uint8Array[] = [];
  for (const value of list ?? [undefined]) {
    if (value instanceof Uint8Array) strings.push(value);
    else if (typeof value === 'string') strings.push(ENCODER.encode(value));
    else return { fault: 'needs strings, or Uint8Arrays' };
  }
  return strings;
}

function isSmallIntegers(
  given: unknown,
): given is Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array {
  return (
    given instanceof Int8Array ||
    given instanceof Uint8Array ||
    given instanceof Uint8ClampedArray ||
    given instanceof Int16Array ||
    given instanceof Uint16Array
  );
}

/** Returns the list, or the one value as a list; undefined for anything else. */
function listOf(given: unknown): readonly unknown[] | undefined {
  if (Array.isArray(given)) return given;
  return isOneValue(given) ? [given] : undefined;
}

/** True for a value that is no list. */
export function isOneValue(given: unknown): given is number | bigint | boolean | string {
  return ['number', 'bigint', 'boolean', 'string'].includes(typeof given);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isIntegral(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || Number.isInteger(value);
}
