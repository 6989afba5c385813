import type { Tensor } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import { broadcastOffset } from '../../kernels/broadcast_offset.ts';
import {
  bytesAttribute,
  flagAttribute,
  inputOf,
  numberAttribute,
  numbersInput,
  type Operation,
  type Operations,
  refuse,
} from '../operation.ts';
import { broadcastShape } from '../shapes.ts';
import { type Bytes, EMPTY, expectRoom, join, stringsOf, stringTensor } from './string_values.ts';

/** Joins strings of one shape element by element. A scalar is joined to each element. */
const stringJoin: Operation = (node) => {
  const inputs = node.inputs.slice(0, numberAttribute(node, 'N', node.inputs.length));
  const separator = bytesAttribute(node, 'separator') ?? EMPTY;
  const shape = inputs.find(({ rank }) => rank > 0)?.shape ?? [];
  const parts = inputs.map((input) => {
    if (input.rank > 0 && String(input.shape) !== String(shape))
      refuse(node, `strings of shapes [${shape}] and [${input.shape}] cannot be joined`);
    return { values: stringsOf(input), isScalar: input.rank === 0 };
  });
  const joined = Array.from({ length: elementCount(shape) }, (_, index) =>
    join(
      parts.map(({ values, isScalar }) => values[isScalar ? 0 : index] ?? EMPTY),
      separator,
    ),
  );
  return stringTensor('StringJoin', joined, shape);
};

/** Joins strings along some dimensions. The first named dimension varies fastest. */
const reduceJoin: Operation = (node) => {
  const x = inputOf(node, 0);
  const separator = bytesAttribute(node, 'separator') ?? EMPTY;
  const axes = numbersInput(node, 1).map((axis) => {
    if (axis < -x.rank || axis >= x.rank)
      refuse(node, `the axis ${axis} is not a dimension of a tensor of ${x.rank} dimensions`);
    return axis < 0 ? axis + x.rank : axis;
  });
  if (new Set(axes).size !== axes.length) refuse(node, `[${axes}] names a dimension twice`);
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const size = (dimensions: readonly number[]): number =>
    dimensions.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
  const [groups, members] = [size(kept), size(axes)];
  const values = rearranged(x, [...kept, ...axes.toReversed()]);
  const joined = Array.from({ length: groups }, (_, group) =>
    join(values.slice(group * members, (group + 1) * members), separator),
  );
  const shape = flagAttribute(node, 'keep_dims')
    ? x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
    : kept.map((axis) => x.shape[axis] ?? 1);
  return stringTensor('ReduceJoin', joined, shape);
};

/** Returns the strings of a tensor whose dimensions are transposed. */
function rearranged(x: Tensor, order: readonly number[]): Bytes[] {
  const values = stringsOf(x);
  if (order.every((axis, index) => axis === index)) return [...values];
  const strides = x.shape.map((_, axis) =>
    x.shape.slice(axis + 1).reduce((product, next) => product * next, 1),
  );
  const sizes = order.map((axis) => x.shape[axis] ?? 1);
  const place = sizes.map(() => 0);
  return values.map(() => {
    const from = order.reduce((sum, axis, index) => sum + (place[index] ?? 0) * (strides[axis] ?? 0), 0);
    for (let index = sizes.length - 1; index >= 0; index--) {
      const next = (place[index] ?? 0) + 1;
      place[index] = next < (sizes[index] ?? 0) ? next : 0;
      if (next < (sizes[index] ?? 0)) break;
    }
    return values[from] ?? EMPTY;
  });
}

/** AddV2 of strings: joins them element by element, with broadcasting. */
export const joinPairs: Operation = (node) => {
  const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
  const shape = broadcastShape(node, a.shape, b.shape);
  const count = elementCount(shape);
  expectRoom('Add', count);
  const [left, right] = [stringsOf(a), stringsOf(b)];
  const [ofLeft, ofRight] = [broadcastOffset(a.shape, shape), broadcastOffset(b.shape, shape)];
  const joined = Array.from({ length: count }, (_, index) =>
    join([left[ofLeft(index)] ?? EMPTY, right[ofRight(index)] ?? EMPTY], EMPTY),
  );
  return stringTensor('Add', joined, shape);
};

export const JOINING: Operations = { ReduceJoin: reduceJoin, StringJoin: stringJoin };
