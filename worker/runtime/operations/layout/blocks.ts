import type { GraphNode } from '@tensorflow/tfjs-converter';
import { depthToSpace, reshape, type Tensor, transpose } from '@tensorflow/tfjs-core';
import { inputOf, numberAttribute, type Operation, refuse, textAttribute } from '../operation.ts';

type Sizes = readonly [batch: number, height: number, width: number, depth: number];

function blockOf(node: GraphNode): number {
  const block = numberAttribute(node, 'block_size', 0);
  return block >= 2 ? block : refuse(node, `a block of ${block} is less than 2`);
}

function sizesOf(node: GraphNode, x: Tensor, isFirst: boolean): Sizes {
  const [batch = 0, a = 0, b = 0, c = 0] = x.shape;
  if (x.rank !== 4) refuse(node, `a tensor of shape [${x.shape}] does not have 4 dimensions`);
  return isFirst ? [batch, b, c, a] : [batch, a, b, c];
}

function isChannelsFirst(node: GraphNode): boolean {
  const format = textAttribute(node, 'data_format', 'NHWC');
  if (format !== 'NHWC' && format !== 'NCHW') refuse(node, `the format ${format} is not computed`);
  return format === 'NCHW';
}

/** Blocks of pixels become channels. tfjs does not have it. */
export const spaceToDepth: Operation = (node) => {
  const x = inputOf(node, 0);
  const block = blockOf(node);
  const isFirst = isChannelsFirst(node);
  const [batch, height, width, depth] = sizesOf(node, x, isFirst);
  if (height % block !== 0 || width % block !== 0)
    refuse(node, `[${height},${width}] pixels are not made of blocks of ${block}`);
  const [rows, columns, channels] = [height / block, width / block, depth * block * block];
  return isFirst
    ? reshape(transpose(reshape(x, [batch, depth, rows, block, columns, block]), [0, 3, 5, 1, 2, 4]), [
        batch,
        channels,
        rows,
        columns,
      ])
    : reshape(transpose(reshape(x, [batch, rows, block, columns, block, depth]), [0, 1, 3, 2, 4, 5]), [
        batch,
        rows,
        columns,
        channels,
      ]);
};

/** Channels become blocks of pixels. tfjs computes it of float32, with channels last. */
export const depthToSpaceOf: Operation = (node) => {
  const x = inputOf(node, 0);
  const block = blockOf(node);
  const isFirst = isChannelsFirst(node);
  const [batch, height, width, channels] = sizesOf(node, x, isFirst);
  const depth = channels / (block * block);
  if (!Number.isInteger(depth)) refuse(node, `${channels} channels are not made of blocks of ${block}`);
  if (!isFirst && x.dtype === 'float32')
    return depthToSpace(reshape(x, [batch, height, width, channels]), block);
  return isFirst
    ? reshape(transpose(reshape(x, [batch, block, block, depth, height, width]), [0, 3, 4, 1, 5, 2]), [
        batch,
        depth,
        height * block,
        width * block,
      ])
    : reshape(transpose(reshape(x, [batch, height, width, block, block, depth]), [0, 1, 3, 2, 4, 5]), [
        batch,
        height * block,
        width * block,
        depth,
      ]);
};
