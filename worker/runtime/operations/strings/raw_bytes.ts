import type { GraphNode } from '@tensorflow/tfjs-converter';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { float16ToNumber } from '../../../model/float16.ts';
import { flagAttribute, inputOf, member, type Operation, rawAttribute, refuse } from '../operation.ts';
import { type Bytes, stringsOf } from './string_values.ts';

/** How the elements of a type lie in bytes, and what they are computed as. */
interface Elements {
  readonly name: string;
  readonly bytes: number;
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly read: (view: DataView, at: number, isLittle: boolean) => number | bigint;
}

const LAYOUTS: readonly (readonly [number: number, Elements])[] = [
  [
    1,
    { name: 'DT_FLOAT', bytes: 4, dtype: 'float32', read: (view, at, little) => view.getFloat32(at, little) },
  ],
  [
    2,
    {
      name: 'DT_DOUBLE',
      bytes: 8,
      dtype: 'float32',
      read: (view, at, little) => view.getFloat64(at, little),
    },
  ],
  [3, { name: 'DT_INT32', bytes: 4, dtype: 'int32', read: (view, at, little) => view.getInt32(at, little) }],
  [4, { name: 'DT_UINT8', bytes: 1, dtype: 'int32', read: (view, at) => view.getUint8(at) }],
  [5, { name: 'DT_INT16', bytes: 2, dtype: 'int32', read: (view, at, little) => view.getInt16(at, little) }],
  [6, { name: 'DT_INT8', bytes: 1, dtype: 'int32', read: (view, at) => view.getInt8(at) }],
  [
    9,
    { name: 'DT_INT64', bytes: 8, dtype: 'int32', read: (view, at, little) => view.getBigInt64(at, little) },
  ],
  [10, { name: 'DT_BOOL', bytes: 1, dtype: 'bool', read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) }],
  [
    17,
    { name: 'DT_UINT16', bytes: 2, dtype: 'int32', read: (view, at, little) => view.getUint16(at, little) },
  ],
  [
    19,
    {
      name: 'DT_HALF',
      bytes: 2,
      dtype: 'float32',
      read: (view, at, little) => float16ToNumber(view.getUint16(at, little)),
    },
  ],
];

/** By the names and the numbers that tfjs's JSON has for types. */
const ELEMENTS: ReadonlyMap<unknown, Elements> = new Map<unknown, Elements>(
  LAYOUTS.flatMap(([number, elements]) => [
    [number, elements],
    [elements.name, elements],
  ]),
);

/** What one call reads may take beside the heap. Elements. */
const MOST_ELEMENTS = 8 * 1024 * 1024;

/** The bytes of strings as numbers, in a further dimension. All strings have one length. */
export const decodeRaw: Operation = (node) => {
  const x = inputOf(node, 0);
  const strings = stringsOf(x);
  const type = member(rawAttribute(node, 'out_type'), 'type');
  const elements = ELEMENTS.get(type);
  if (elements === undefined) refuse(node, `elements of type ${String(type)} are not computed`);
  const length = strings[0]?.length ?? 0;
  const other = strings.find((value) => value.length !== length);
  if (other !== undefined) refuse(node, `strings of ${length} and of ${other.length} bytes make no tensor`);
  if (length % elements.bytes !== 0)
    refuse(
      node,
      `a string of ${length} bytes is no list of ${elements.name}, which have ${elements.bytes} bytes`,
    );
  const count = length / elements.bytes;
  if (count * strings.length > MOST_ELEMENTS)
    refuse(node, `there is no memory for ${count * strings.length} numbers`);
  return readAll(node, strings, elements, [...x.shape, count]);
};

function readAll(node: GraphNode, strings: readonly Bytes[], elements: Elements, shape: number[]): Tensor {
  const { bytes, dtype, read } = elements;
  const isLittle = flagAttribute(node, 'little_endian', true);
  const count = shape.at(-1) ?? 0;
  const size = strings.length * count;
  const values =
    dtype === 'float32'
      ? new Float32Array(size)
      : dtype === 'int32'
        ? new Int32Array(size)
        : new Uint8Array(size);
  for (const [row, value] of strings.entries()) {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    for (let index = 0; index < count; index++) {
      const number = Number(read(view, index * bytes, isLittle));
      if (dtype === 'int32' && number !== (number | 0))
        refuse(node, `${number} does not fit the 32 bits in which ${elements.name} is computed`);
      values[row * count + index] = number;
    }
  }
  return tensor(values, shape, dtype);
}
