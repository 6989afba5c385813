import type { GraphNode } from '@tensorflow/tfjs-converter';
import {
  batchToSpaceND,
  concat,
  gather,
  mod,
  scalar,
  spaceToBatchND,
  tensor1d,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  inputOf,
  numberAttribute,
  numbersInput,
  type Operation,
  type Operations,
  refuse,
  textAttribute,
} from '../operation.ts';

/** Where the dimensions of one format are in another. */
function places(node: GraphNode): number[] {
  const from = textAttribute(node, 'src_format', 'NHWC');
  const to = textAttribute(node, 'dst_format', 'NCHW');
  const order = [...to].map((dimension) => from.indexOf(dimension));
  if (from.length !== to.length || order.includes(-1)) refuse(node, `${from} cannot become ${to}`);
  return order;
}

/** Numbers of dimensions, or pairs of them, from one format to another; two numbers are those of height and width. */
const permuted: Operation = (node) => {
  const x = inputOf(node, 0);
  const order = places(node);
  const from = textAttribute(node, 'src_format', 'NHWC');
  const to = textAttribute(node, 'dst_format', 'NCHW');
  const isSpatial = x.shape[0] === order.length - 2;
  const spatial = (format: string): string[] => [...format].filter((name) => name !== 'N' && name !== 'C');
  const chosen = isSpatial ? spatial(to).map((name) => spatial(from).indexOf(name)) : order;
  if (x.shape[0] !== chosen.length)
    refuse(node, `a tensor of shape [${x.shape}] has no ${order.length} dimensions`);
  return gather(x, tensor1d(chosen, 'int32'));
};

/** The number of a dimension in another format. */
const mapped: Operation = (node) => {
  const x = inputOf(node, 0);
  const to = textAttribute(node, 'dst_format', 'NCHW');
  const wanted = [...textAttribute(node, 'src_format', 'NHWC')].map((dimension) => to.indexOf(dimension));
  if (places(node).length !== wanted.length) refuse(node, 'its formats differ');
  return gather(tensor1d(wanted, 'int32'), mod(x, scalar(wanted.length, 'int32')));
};

/** Two pairs of numbers. */
function pairs(node: GraphNode): [number, number][] {
  const [top, bottom, left, right, ...more] = numbersInput(node, 1);
  if (
    top === undefined ||
    bottom === undefined ||
    left === undefined ||
    right === undefined ||
    more.length > 0
  )
    return refuse(node, 'its paddings are not two for the height and two for the width');
  return [
    [top, bottom],
    [left, right],
  ];
}

const blocks = (node: GraphNode): [number, number] => {
  const block = numberAttribute(node, 'block_size', 0);
  return block >= 2 ? [block, block] : refuse(node, `a block of ${block} is less than 2`);
};

/** Zeros: memory that nobody wrote is given to nobody. */
const empty: Operation = (node) => {
  const { dtype } = node.attrs;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    return refuse(node, `tensors of the type ${String(dtype)} are not computed`);
  return zeros(numbersInput(node, 0), dtype);
};

export const FORMATS: Operations = {
  BatchToSpace: (node) => batchToSpaceND(inputOf(node, 0), blocks(node), pairs(node)),
  ConjugateTranspose: (node) => transpose(inputOf(node, 0), numbersInput(node, 1)),
  DataFormatDimMap: mapped,
  DataFormatVecPermute: permuted,
  Empty: empty,
  ParallelConcat: (node) => concat([...node.inputs], 0),
  SpaceToBatch: (node) => spaceToBatchND(inputOf(node, 0), blocks(node), pairs(node)),
};
