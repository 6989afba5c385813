import type { GraphNode } from '@tensorflow/tfjs-converter';
import { tensor } from '@tensorflow/tfjs-core';
import { broadcastOffset } from '../../kernels/broadcast_offset.ts';
import {
  inputOf,
  numbersInput,
  type Operation,
  type Operations,
  refuse,
  textAttribute,
} from '../operation.ts';
import { broadcastShape } from '../shapes.ts';
import { type Bytes, decode, EMPTY, encode, mapStrings, stringsOf, stringTensor } from './string_values.ts';

const isUpper = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a;
const isLower = (byte: number): boolean => byte >= 0x61 && byte <= 0x7a;
/** True for tab, line feed, vertical tab, form feed, carriage return and space. */
export const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);

/** Makes an operation that changes the case of letters: only ASCII, unless the encoding is UTF-8. */
function cased(ofAscii: (byte: number) => number, ofText: (text: string) => string): Operation {
  return (node) => {
    const change = textAttribute(node, 'encoding').toLowerCase() === 'utf-8';
    return mapStrings('a string', inputOf(node, 0), (value) =>
      change ? encode(ofText(decode(value))) : value.map(ofAscii),
    );
  };
}

const strip: Operation = (node) =>
  mapStrings('StringStrip', inputOf(node, 0), (value) => {
    let [start, end] = [0, value.length];
    while (start < end && isSpace(value[start])) start++;
    while (end > start && isSpace(value[end - 1])) end--;
    return value.subarray(start, end);
  });

/** Returns the offsets of the characters in UTF-8: every byte that is not a continuation byte. */
function characterStarts(value: Bytes): number[] {
  const starts: number[] = [];
  for (let index = 0; index < value.length; index++)
    if (((value[index] ?? 0) & 0xc0) !== 0x80) starts.push(index);
  return starts;
}

const countsCharacters = (node: GraphNode): boolean => textAttribute(node, 'unit', 'BYTE') === 'UTF8_CHAR';

const length: Operation = (node) => {
  const x = inputOf(node, 0);
  const count = countsCharacters(node)
    ? (value: Bytes) => characterStarts(value).length
    : (value: Bytes) => value.length;
  return tensor(Int32Array.from(stringsOf(x), count), x.shape, 'int32');
};

const substring: Operation = (node) => {
  const x = inputOf(node, 0);
  const [position, size] = [inputOf(node, 1), inputOf(node, 2)];
  if (String(position.shape) !== String(size.shape))
    refuse(node, `pos of shape [${position.shape}] and len of shape [${size.shape}] differ`);
  const shape = broadcastShape(node, x.shape, position.shape);
  const values = stringsOf(x);
  const [positions, sizes] = [numbersInput(node, 1), numbersInput(node, 2)];
  const [ofValue, ofPosition] = [broadcastOffset(x.shape, shape), broadcastOffset(position.shape, shape)];
  const count = shape.reduce((product, each) => product * each, 1);
  const parts = Array.from({ length: count }, (_, index) => {
    const value = values[ofValue(index)] ?? EMPTY;
    const place = ofPosition(index);
    return part(node, value, positions[place] ?? 0, sizes[place] ?? 0);
  });
  return stringTensor('Substr', parts, shape);
};

/** Returns a part of a string. A negative position counts from the end, and the length is limited to the end. */
function part(node: GraphNode, value: Bytes, position: number, length: number): Bytes {
  const starts = countsCharacters(node) ? characterStarts(value) : undefined;
  const size = starts?.length ?? value.length;
  const start = position < 0 ? position + size : position;
  if (start < 0 || start > size) refuse(node, `the position ${position} is outside of a string of ${size}`);
  const end = length < 0 && starts === undefined ? size : Math.min(size, start + Math.max(0, length));
  const at = (index: number): number => (starts === undefined ? index : (starts[index] ?? value.length));
  return value.subarray(at(start), at(end));
}

export const TRANSFORMS: Operations = {
  StringLength: length,
  StringLower: cased(
    (byte) => (isUpper(byte) ? byte + 32 : byte),
    (text) => text.toLowerCase(),
  ),
  StringStrip: strip,
  StringUpper: cased(
    (byte) => (isLower(byte) ? byte - 32 : byte),
    (text) => text.toUpperCase(),
  ),
  Substr: substring,
};
