import type { DataType } from '../../worker/model/dtype.ts';
import { isJsonObject } from '../../worker/model/json_object.ts';
import type { TensorInfo } from '../../worker/model/signature.ts';
import { type Imported, malformed, read } from '../import_result.ts';

/** An element as a manifest has it. */
export type Element = number | boolean | string | { readonly b64: string };

export interface FlatTensor {
  readonly shape: number[];
  /** In row-major order. */
  readonly values: Element[];
}

/** The highest rank: more than tfjs can compute, and few enough for recursion. */
const HIGHEST_RANK = 8;

/**
 * Reads a tensor from nested lists, as in the columnar format of TensorFlow Serving's JSON, and checks that it fits an
 * input or output.
 *
 * @param readElement reads an element of the innermost lists, or returns undefined if it does not have the dtype
 */
export function readTensorJson(
  json: unknown,
  { dtype, shape }: TensorInfo,
  readElement: typeof readScalar = readScalar,
): Imported<FlatTensor> {
  const found: number[] = [];
  let innermost: unknown = json;
  while (Array.isArray(innermost)) {
    if (found.length === HIGHEST_RANK) return malformed(`has more than ${HIGHEST_RANK} dimensions`);
    found.push(innermost.length);
    innermost = innermost[0];
  }
  if (shape !== null && !fits(found, shape)) {
    return malformed(misshapen(found, shape));
  }
  const values: FlatTensor['values'] = [];
  const fault = flatten(json, found, 0, dtype, values, readElement);
  return fault === undefined ? read({ shape: found, values }) : malformed(fault);
}

/** Says that a tensor has another shape than its input or output. */
export function misshapen(found: readonly number[], shape: readonly number[]): string {
  return `has shape [${found}] and not [${shape.map((size) => (size === -1 ? '?' : size))}]`;
}

function fits(found: readonly number[], shape: readonly number[]): boolean {
  return found.length === shape.length && shape.every((size, index) => size === -1 || size === found[index]);
}

/** Appends the values of `json`. Returns the error if one is invalid. */
function flatten(
  json: unknown,
  shape: readonly number[],
  level: number,
  dtype: DataType,
  values: FlatTensor['values'],
  readElement: typeof readScalar,
): string | undefined {
  if (level === shape.length) {
    const value = readElement(json, dtype);
    if (value === undefined) return `has ${misfit(json, dtype)}`;
    values.push(value);
    return undefined;
  }
  if (!Array.isArray(json) || json.length !== shape[level]) return 'is ragged';
  for (const member of json) {
    const fault = flatten(member, shape, level + 1, dtype, values, readElement);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** An element in plain JSON. */
export function readScalar(json: unknown, dtype: DataType): Element | undefined {
  switch (dtype) {
    case 'float32':
      // `1e39` is JSON, and infinity in float32.
      return typeof json === 'number' && Number.isFinite(Math.fround(json)) ? json : undefined;
    case 'int32':
      return typeof json === 'number' && Number.isInteger(json) && json === (json | 0) ? json : undefined;
    case 'bool':
      return typeof json === 'boolean' ? json : undefined;
    case 'string':
      return typeof json === 'string' ? json : undefined;
  }
}

/** A string may be bytes: `{"b64": "..."}`. */
export const readInput: typeof readScalar = (json, dtype) => {
  const isBytes = dtype === 'string' && isJsonObject(json) && Object.keys(json).length === 1;
  return isBytes && typeof json.b64 === 'string' && BASE64.test(json.b64)
    ? { b64: json.b64 }
    : readScalar(json, dtype);
};

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function misfit(json: unknown, dtype: DataType): string {
  return typeof json === 'number' && dtype === 'float32'
    ? `a number that float32 cannot hold: ${json}`
    : `${describe(json)} in place of ${dtype}`;
}

function describe(json: unknown): string {
  if (Array.isArray(json)) return 'a list';
  if (isJsonObject(json)) return 'an object';
  return JSON.stringify(json).slice(0, 40);
}
