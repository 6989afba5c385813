import { elementCount } from '../../../../model/tensor.ts';
import type { KernelCall } from '../kernel_call.ts';
import { gives, type Rule, type Rules } from '../rule.ts';

/** Returns the sizes of blocks for the dimensions after the first. */
function blockSizes(call: KernelCall, rank: number): readonly number[] {
  const sizes = call.integers('blockShape');
  if (sizes.length === 0 || sizes.length >= rank || sizes.some((size) => size < 1))
    call.refuse(`blocks of [${sizes}] do not fit a tensor of ${rank} dimensions`);
  return sizes;
}

const batchToSpace: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32', 'int32', 'bool');
  const blocks = blockSizes(call, x.shape.length);
  const crops = call.pairs('crops', blocks.length);
  const [batch = 0, ...others] = x.shape;
  const count = elementCount(blocks);
  if (batch % count !== 0) call.refuse(`a batch of ${batch} is not made of blocks of [${blocks}]`);
  const sizes = others.map((size, axis) => {
    const [before, after] = crops[axis] ?? [0, 0];
    const cropped = size * (blocks[axis] ?? 1) - before - after;
    if (cropped < 0) call.refuse(`crops [${crops}] leave nothing of [${x.shape}]`);
    return cropped;
  });
  return gives([batch / count, ...sizes], x.dtype);
};

const spaceToBatch: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32', 'int32', 'bool');
  const blocks = blockSizes(call, x.shape.length);
  const paddings = call.pairs('paddings', blocks.length);
  const [batch = 0, ...others] = x.shape;
  const sizes = others.map((size, axis) => {
    const [before, after] = paddings[axis] ?? [0, 0];
    const block = blocks[axis] ?? 1;
    const padded = size + before + after;
    if (padded % block !== 0) call.refuse(`a dimension of ${padded} is not made of blocks of ${block}`);
    return padded / block;
  });
  const shape = [batch * elementCount(blocks), ...sizes];
  // If a dimension has no elements, the result consists of padding.
  return others.includes(0) ? { ...gives(shape, x.dtype), fill: 0 } : gives(shape, x.dtype);
};

/** The kernel accepts only float32. */
const depthToSpace: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32');
  call.expectRank(x, 'x', 4);
  if (call.text('dataFormat') !== 'NHWC') call.refuse('channels first are not computed');
  const block = call.integer('blockSize');
  const [batch = 0, height = 0, width = 0, depth = 0] = x.shape;
  if (block < 2 || depth % (block * block) !== 0)
    call.refuse(`a depth of ${depth} is not made of blocks of ${block} by ${block}`);
  return gives([batch, height * block, width * block, depth / (block * block)], x.dtype);
};

export const BLOCK_RULES: Rules = {
  BatchToSpaceND: batchToSpace,
  DepthToSpace: depthToSpace,
  SpaceToBatchND: spaceToBatch,
};
