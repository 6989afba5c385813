import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import {
  flagAttribute,
  inputOf,
  numberAttribute,
  type Operation,
  type Operations,
  refuse,
} from '../operation.ts';
import { type Bytes, expectRoom, stringsOf, stringTensor } from './string_values.ts';
import { isSpace } from './transforms.ts';

type Split = (value: Bytes) => Bytes[];

/** Makes a sparse tensor of the parts of each string: indices, values and dense shape. */
function sparse(operation: string, x: Tensor, split: Split): Tensor[] {
  const places: number[] = [];
  const parts: Bytes[] = [];
  let widest = 0;
  for (const [row, value] of stringsOf(x).entries()) {
    const own = split(value);
    expectRoom(operation, parts.length + own.length);
    widest = Math.max(widest, own.length);
    for (const [column, each] of own.entries()) {
      places.push(row, column);
      parts.push(each);
    }
  }
  return [
    tensor(Int32Array.from(places), [parts.length, 2], 'int32'),
    stringTensor(operation, parts, [parts.length]),
    tensor(Int32Array.of(x.size, widest), [2], 'int32'),
  ];
}

/** Any byte of the delimiter ends a part. Without a delimiter, every byte is a part. */
const split: Operation = (node) => {
  const x = inputOf(node, 0);
  if (x.rank !== 1) refuse(node, `an input of shape [${x.shape}] is not a list`);
  const delimiters = new Set(onlyString(node, 1));
  const skipsEmpty = flagAttribute(node, 'skip_empty', true);
  return sparse('StringSplit', x, (value) => {
    if (delimiters.size === 0) return Array.from(value, (_, index) => value.subarray(index, index + 1));
    const parts: Bytes[] = [];
    let start = 0;
    for (let index = 0; index <= value.length; index++) {
      const byte = value[index];
      if (byte !== undefined && !delimiters.has(byte)) continue;
      if (index > start || !skipsEmpty) parts.push(value.subarray(start, index));
      start = index + 1;
    }
    return parts;
  });
};

/** Python's str.split: at every separator, or at white space of any length without one. */
const splitAsPython: Operation = (node) => {
  const x = inputOf(node, 0);
  if (x.rank !== 1) refuse(node, `an input of shape [${x.shape}] is not a list`);
  const separator = onlyString(node, 1);
  const given = numberAttribute(node, 'maxsplit', -1);
  const most = given < 0 ? Number.POSITIVE_INFINITY : given;
  return sparse('StringSplitV2', x, (value) => {
    if (most === 0) return [value];
    return separator.length === 0 ? atSpace(value, most) : atSeparator(value, separator, most);
  });
};

function onlyString(node: Parameters<Operation>[0], index: number): Bytes {
  const [value, ...more] = stringsOf(inputOf(node, index));
  return value === undefined || more.length > 0
    ? refuse(node, `the input ${index} is not one string`)
    : value;
}

function atSpace(value: Bytes, most: number): Bytes[] {
  const parts: Bytes[] = [];
  let index = skipSpace(value, 0);
  while (index < value.length) {
    const start = index;
    while (index < value.length && !isSpace(value[index])) index++;
    parts.push(value.subarray(start, index));
    index = skipSpace(value, index);
    // The rest keeps its white space and may be empty.
    if (parts.length === most) return [...parts, value.subarray(index)];
  }
  return parts;
}

function skipSpace(value: Bytes, from: number): number {
  let index = from;
  while (isSpace(value[index])) index++;
  return index;
}

function atSeparator(value: Bytes, separator: Bytes, most: number): Bytes[] {
  const parts: Bytes[] = [];
  let start = 0;
  for (const found of separators(value, separator)) {
    parts.push(value.subarray(start, found));
    start = found + separator.length;
    if (parts.length === most) break;
  }
  parts.push(value.subarray(start));
  return parts;
}

/**
 * Yields the offsets of a separator, without overlaps. The algorithm of Knuth, Morris and Pratt is linear in the value.
 */
function* separators(value: Bytes, separator: Bytes): Iterable<number> {
  const borders = [0];
  for (let index = 1, border = 0; index < separator.length; index++) {
    while (border > 0 && separator[index] !== separator[border]) border = borders[border - 1] ?? 0;
    if (separator[index] === separator[border]) border++;
    borders.push(border);
  }
  let matched = 0;
  for (let index = 0; index < value.length; index++) {
    while (matched > 0 && value[index] !== separator[matched]) matched = borders[matched - 1] ?? 0;
    if (value[index] === separator[matched]) matched++;
    if (matched < separator.length) continue;
    yield index + 1 - separator.length;
    matched = 0;
  }
}

export const SPLITTING: Operations = { StringSplit: split, StringSplitV2: splitAsPython };
