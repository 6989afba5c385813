import { slice_util } from '@tensorflow/tfjs-core';
import { gives, type Rule, type Rules } from '../rule.ts';

const slice: Rule = (call) => {
  const x = call.tensor('x');
  const rank = x.shape.length;
  const begins = call.integers('begin');
  const sizes = call.integers('size');
  if (begins.length > rank || sizes.length > rank)
    call.refuse(`a slice of [${sizes}] at [${begins}] is not one of a tensor of ${rank} dimensions`);
  const shape = x.shape.map((dimension, axis) => {
    const begin = begins[axis] ?? 0;
    const size = sizes[axis] ?? -1;
    const count = size === -1 ? dimension - begin : size;
    if (begin < 0 || count < 0 || begin + count > dimension)
      call.refuse(`a slice of [${sizes}] at [${begins}] is not inside a tensor of [${x.shape}]`);
    return count;
  });
  return gives(shape, x.dtype);
};

const stridedSlice: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32', 'int32', 'bool', 'string');
  const begin = call.integers('begin');
  const end = call.integers('end');
  const strides = call.integers('strides');
  if (begin.length !== end.length || begin.length !== strides.length)
    call.refuse(`[${begin}], [${end}] and [${strides}] are of different lengths`);
  if (strides.includes(0)) call.refuse('a stride is 0');
  const masks = ['beginMask', 'endMask', 'ellipsisMask', 'newAxisMask', 'shrinkAxisMask'].map((name) =>
    call.integer(name),
  );
  const [beginMask = 0, endMask = 0, ellipsisMask = 0, newAxisMask = 0, shrinkAxisMask = 0] = masks;
  try {
    const { finalShape } = slice_util.sliceInfo(
      x.shape,
      [...begin],
      [...end],
      [...strides],
      beginMask,
      endMask,
      ellipsisMask,
      newAxisMask,
      shrinkAxisMask,
    );
    return gives(finalShape, x.dtype);
  } catch (error) {
    return call.refuse(error instanceof Error ? error.message : String(error));
  }
};

export const SLICE_RULES: Rules = { Slice: slice, StridedSlice: stridedSlice };
