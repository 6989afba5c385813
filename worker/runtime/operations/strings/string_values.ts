import { engine, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { ExecutionError } from '../../loaded_model.ts';

/** A string of TensorFlow: bytes, which need not be UTF-8. They must not be changed. */
export type Bytes = Uint8Array;

export const EMPTY: Bytes = new Uint8Array();

/** The limit of a tensor's strings, which are outside of the heap and its limit. Bytes. */
const MOST_BYTES = 32 * 1024 * 1024;
/** The memory of an element in addition to its bytes. */
const ELEMENT_BYTES = 64;

/** Returns the strings of a tensor in row-major order. */
export function stringsOf(x: Tensor): readonly Bytes[] {
  // dataSync would decode the bytes as UTF-8.
  const values: unknown = x.dtype === 'string' ? engine().readSync(x.dataId) : undefined;
  if (!isStrings(values)) throw new ExecutionError(`a tensor of ${x.dtype} is not one of strings`);
  return values;
}

function isStrings(values: unknown): values is readonly Bytes[] {
  return Array.isArray(values);
}

/**
 * Checks the number of strings.
 *
 * @throws ExecutionError if so many strings do not fit even if they are empty
 */
export function expectRoom(operation: string, count: number): void {
  if (count * ELEMENT_BYTES > MOST_BYTES)
    throw new ExecutionError(`${operation}: there is no memory for ${count} strings`);
}

/**
 * Makes a tensor of strings.
 *
 * @throws ExecutionError if there are too many of them or their total length is too large
 */
export function stringTensor(operation: string, values: readonly Bytes[], shape: readonly number[]): Tensor {
  expectRoom(operation, values.length);
  let bytes = values.length * ELEMENT_BYTES;
  // The same string may occur in many elements, for example after tiling.
  for (const value of new Set(values)) bytes += value.length;
  if (bytes > MOST_BYTES)
    throw new ExecutionError(`${operation}: there is no memory for strings of ${bytes} bytes together`);
  return tensor([...values], [...shape], 'string');
}

/** Maps each string of a tensor. */
export function mapStrings(operation: string, x: Tensor, change: (value: Bytes) => Bytes): Tensor {
  return stringTensor(operation, stringsOf(x).map(change), x.shape);
}

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

/** Encodes a text as UTF-8. */
export const encode = (text: string): Bytes => ENCODER.encode(text);

/** Decodes UTF-8. Invalid bytes become U+FFFD. */
export const decode = (bytes: Bytes): string => DECODER.decode(bytes);

/** A text that only equal bytes have. */
export function keyOf(value: Bytes): string {
  const text = decode(value);
  return text.includes('\ufffd') ? `\ufffd${value.join()}` : text;
}

/** The bytes of strings one after the other, with a separator between them. */
export function join(parts: readonly Bytes[], separator: Bytes): Bytes {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const between = separator.length * Math.max(0, parts.length - 1);
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, between));
  let end = 0;
  for (const [index, part] of parts.entries()) {
    if (index > 0) {
      joined.set(separator, end);
      end += separator.length;
    }
    joined.set(part, end);
    end += part.length;
  }
  return joined;
}
