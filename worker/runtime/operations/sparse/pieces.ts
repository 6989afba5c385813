import type { GraphNode } from '@tensorflow/tfjs-converter';
import { concat } from '@tensorflow/tfjs-core';
import {
  numberAttribute,
  numberInput,
  numbersInput,
  type Operation,
  type Operations,
  refuse,
} from '../operation.ts';
import { chosenPlaces, reordered, type SparseTensor, sparseInput, sparseOutputs } from './sparse_tensor.ts';

const reorder: Operation = (node) => sparseOutputs(reordered(node, sparseInput(node, 0))).slice(0, 2);

/** The part from `start` on. The sizes of what lies beyond the end do not count. */
function piece(
  node: GraphNode,
  sparse: SparseTensor,
  start: readonly number[],
  size: readonly number[],
): SparseTensor {
  const shape = sparse.shape.map((whole, axis) =>
    Math.max(0, Math.min(size[axis] ?? 0, whole - (start[axis] ?? 0))),
  );
  const order = sparse.places.flatMap((place, index) =>
    place.every((at, axis) => {
      const inside = at - (start[axis] ?? 0);
      return inside >= 0 && inside < (shape[axis] ?? 0);
    })
      ? [index]
      : [],
  );
  const chosen = chosenPlaces(node, sparse, order);
  return {
    ...chosen,
    shape,
    places: chosen.places.map((place) => place.map((at, axis) => at - (start[axis] ?? 0))),
  };
}

const sliced: Operation = (node) => {
  const sparse = sparseInput(node, 0);
  const [start, size] = [numbersInput(node, 3), numbersInput(node, 4)];
  if (start.length !== sparse.shape.length || size.length !== sparse.shape.length)
    refuse(node, `[${start}] and [${size}] are no part of a tensor of shape [${sparse.shape}]`);
  if ([...start, ...size].some((each) => each < 0)) refuse(node, `[${start}] or [${size}] is negative`);
  return sparseOutputs(piece(node, sparse, start, size));
};

/** The first parts are larger by one if the size cannot be divided. The outputs are lists of each kind. */
const splitUp: Operation = (node) => {
  const given = numberInput(node, 0);
  const sparse = sparseInput(node, 1);
  const axis = given < 0 ? given + sparse.shape.length : given;
  const whole = sparse.shape[axis];
  const count = numberAttribute(node, 'num_split', 1);
  if (whole === undefined) return refuse(node, `the axis ${given} is not a dimension of [${sparse.shape}]`);
  if (count < 1 || count > whole) refuse(node, `a dimension of ${whole} cannot be split into ${count}`);
  const [least, larger] = [Math.floor(whole / count), whole % count];
  const parts = Array.from({ length: count }, (_, part) => {
    const start = part * least + Math.min(part, larger);
    return sparseOutputs(
      piece(
        node,
        sparse,
        sparse.shape.map((__, each) => (each === axis ? start : 0)),
        sparse.shape.with(axis, least + (part < larger ? 1 : 0)),
      ),
    );
  });
  return [
    ...parts.map(([places]) => places),
    ...parts.map(([, values]) => values),
    ...parts.map(([, , shape]) => shape),
  ];
};

const joined: Operation = (node) => {
  const count = numberAttribute(node, 'N', node.inputs.length / 3);
  const parts = Array.from({ length: count }, (_, part) => sparseInput(node, part, count));
  const [first] = parts;
  const given = numberAttribute(node, 'concat_dim', 0);
  const rank = first?.shape.length ?? 0;
  const axis = given < 0 ? given + rank : given;
  if (first === undefined || first.shape[axis] === undefined)
    return refuse(node, `the axis ${given} is not a dimension of [${first?.shape}]`);
  let size = 0;
  const places: (readonly number[])[] = [];
  for (const { places: own, shape } of parts) {
    if (shape.length !== rank || shape.some((each, other) => other !== axis && each !== first.shape[other]))
      refuse(node, `tensors of shapes [${first.shape}] and [${shape}] cannot be joined at dimension ${axis}`);
    for (const place of own) places.push(place.with(axis, (place[axis] ?? 0) + size));
    size += shape[axis] ?? 0;
  }
  const values = concat(
    parts.map((part) => part.values),
    0,
  );
  return sparseOutputs(reordered(node, { places, values, shape: first.shape.with(axis, size) }));
};

/** Operations that move the places of sparse tensors. */
export const SPARSE_PIECES: Operations = {
  SparseConcat: joined,
  SparseReorder: reorder,
  SparseSlice: sliced,
  SparseSplit: splitUp,
};
