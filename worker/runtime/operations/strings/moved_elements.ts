import type { GraphNode } from '@tensorflow/tfjs-converter';
import {
  cast,
  fill,
  gather,
  gatherND,
  pad,
  type Rank,
  reshape,
  reverse,
  sparseToDense,
  split,
  type Tensor,
  tensorScatterUpdate,
  tile,
  transpose,
  unstack,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { ExecutionError } from '../../loaded_model.ts';
import {
  flagAttribute,
  numberAttribute,
  numberInput,
  numbersInput,
  type Operations,
  operationName,
  refuse,
} from '../operation.ts';
import { select, selectRows } from '../select.ts';
import { stretch } from '../shapes.ts';
import { type Move, moving } from './movement.ts';

/** Returns the first four inputs. The operation determines how many exist. */
function first(inputs: readonly Tensor[]): [Tensor, Tensor, Tensor, Tensor] {
  const [a, b, c, d] = inputs;
  if (a === undefined) throw new ExecutionError('a node lacks its inputs');
  return [a, b ?? a, c ?? a, d ?? a];
}

const gathered: Move = (node, inputs) => {
  const [x, indices] = first(inputs);
  const axis = inputs.length > 2 ? numberInput(node, 2) : 0;
  const batches = numberAttribute(node, 'batch_dims', 0);
  return gather(x, indices, axis, batches < 0 ? batches + indices.rank : batches);
};

const reversed: Move = (node, inputs) => {
  const [x] = first(inputs);
  const given = numbersInput(node, 1);
  const isMask = operationName(node) === 'Reverse';
  if (isMask && given.length !== x.rank)
    refuse(node, `${given.length} truths are not one for each dimension of a tensor of shape [${x.shape}]`);
  return reverse(x, isMask ? given.flatMap((flag, axis) => (flag === 0 ? [] : [axis])) : given);
};

const parted: Move = (node, inputs) => {
  const isUneven = operationName(node) === 'SplitV';
  const [axis, x] = isUneven
    ? [numberInput(node, 2), first(inputs)[0]]
    : [numberInput(node, 0), first(inputs)[1]];
  return split(x, isUneven ? numbersInput(node, 1) : numberAttribute(node, 'num_split', 1), axis);
};

const padded: Move = (node, inputs) => {
  const [x, , value] = first(inputs);
  const given = numbersInput(node, 1);
  if (x.rank === 0) return x.clone();
  const pairs = x.shape.map((_, axis): [number, number] => [given[2 * axis] ?? 0, given[2 * axis + 1] ?? 0]);
  return pad(x, pairs, inputs.length > 2 ? Number(value.dataSync()[0]) : 0);
};

/** Refuses places that repeat or fall, which TensorFlow's `validate_indices` demands by default. */
function expectSorted(node: GraphNode, indices: Tensor): void {
  const places = indices.dataSync();
  const depth = indices.rank > 1 ? (indices.shape[1] ?? 0) : 1;
  for (let at = depth; at < places.length; at += depth) {
    const differing = Array.from({ length: depth }, (_, axis) => axis).find(
      (axis) => places[at + axis] !== places[at + axis - depth],
    );
    if (differing === undefined) refuse(node, `the place [${places.slice(at, at + depth)}] is repeated`);
    if ((places[at + differing] ?? 0) < (places[at + differing - depth] ?? 0))
      refuse(node, `the place [${places.slice(at, at + depth)}] is out of order`);
  }
}

const dense: Move = (node, inputs) => {
  const [indices, , values, otherwise] = first(inputs);
  if (flagAttribute(node, 'validate_indices', true)) expectSorted(node, indices);
  return sparseToDense(indices, values, numbersInput(node, 1), reshape<Rank.R0>(otherwise, []));
};

const unpacked: Move = (node, inputs) => {
  const [x] = first(inputs);
  const axis = numberAttribute(node, 'axis', 0);
  const parts = unstack(x, axis);
  const wanted = numberAttribute(node, 'num', parts.length);
  return parts.length === wanted
    ? parts
    : refuse(node, `a tensor of shape [${x.shape}] does not have ${wanted} parts along the axis ${axis}`);
};

const filled: Move = (node, inputs) => {
  const [, value] = first(inputs);
  const filling = fill(
    numbersInput(node, 0),
    Number(value.dataSync()[0]),
    value.dtype === 'float32' ? 'float32' : 'int32',
  );
  return value.dtype === 'bool' ? cast(filling, 'bool') : filling;
};

/** Operations that only move elements, which tfjs computes only for numbers. */
export const MOVED_ELEMENTS: Operations = {
  BroadcastTo: moving([0], (node, inputs) => stretch(first(inputs)[0], numbersInput(node, 1))),
  Fill: moving([1], (node, inputs) => filled(node, inputs)),
  Gather: moving([0], gathered),
  GatherNd: moving([0], (_, inputs) => gatherND(first(inputs)[0], first(inputs)[1])),
  GatherV2: moving([0], gathered),
  Pad: moving([0], padded),
  PadV2: moving([0, 2], padded),
  Reverse: moving([0], reversed),
  ReverseV2: moving([0], reversed),
  Select: moving([1, 2], (node, inputs) =>
    selectRows(node, first(inputs)[0], first(inputs)[1], first(inputs)[2]),
  ),
  SelectV2: moving([1, 2], (node, inputs) =>
    select(node, first(inputs)[0], first(inputs)[1], first(inputs)[2]),
  ),
  SparseToDense: moving([2, 3], dense),
  Split: moving([1], parted),
  SplitV: moving([0], parted),
  TensorScatterUpdate: moving([0, 2], (_, inputs) =>
    tensorScatterUpdate(first(inputs)[0], first(inputs)[1], first(inputs)[2]),
  ),
  Tile: moving([0], (node, inputs) => tile(first(inputs)[0], numbersInput(node, 1))),
  Transpose: moving([0], (node, inputs) => transpose(first(inputs)[0], numbersInput(node, 1))),
  Unpack: moving([0], unpacked),
  ZerosLike: moving([0], (_, inputs) => zerosLike(first(inputs)[0])),
};
