import {
  type ConcatAttrs,
  type PackAttrs,
  type PadV2Attrs,
  type PadV2Inputs,
  type SliceAttrs,
  type SliceInputs,
  type StridedSliceAttrs,
  type StridedSliceInputs,
  slice_util,
  type TensorInfo,
  type TransposeAttrs,
  type TransposeInputs,
  util,
} from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import { isCovered, type Kernel, type KernelContext } from '../kernel.ts';
import { copyWalk, denseStrides, runCopy } from './strided_copy.ts';

export const concatenation: Kernel<readonly TensorInfo[], ConcatAttrs> = (context, inputs, { axis }) => {
  const [first] = inputs;
  if (first === undefined) return undefined;
  const along = util.parseAxisParam(axis, first.shape)[0] ?? 0;
  checkShapes(inputs, (size, index) => (index === along ? -1 : size));
  const shape = [...first.shape];
  shape[along] = inputs.reduce((size, input) => size + (input.shape[along] ?? 0), 0);
  return join(context, inputs, shape, along);
};

export const pack: Kernel<readonly TensorInfo[], PackAttrs> = (context, inputs, { axis }) => {
  const [first] = inputs;
  if (first === undefined) return undefined;
  checkShapes(inputs, (size) => size);
  const along = axis < 0 ? axis + first.shape.length + 1 : axis;
  return join(context, inputs, first.shape.toSpliced(along, 0, inputs.length), along);
};

/**
 * Throws if shapes differ, since the copy would read behind the end of the smaller tensor.
 *
 * @param compared returns the value that must be equal for all tensors
 */
function checkShapes(
  inputs: readonly TensorInfo[],
  compared: (size: number, dimension: number) => number,
): void {
  const [first, ...others] = inputs.map(({ shape }) => shape.map(compared).join());
  if (others.every((other) => other === first)) return;
  const shapes = inputs.map(({ shape }) => `[${shape}]`).join(', ');
  throw new Error(`tensors of the shapes ${shapes} cannot be joined`);
}

/** Joins tensors at `axis`. Their shapes up to the axis are equal. */
function join(
  { functions, heap }: KernelContext,
  inputs: readonly TensorInfo[],
  shape: number[],
  axis: number,
): TensorInfo | undefined {
  if (elementCount(shape) === 0 || inputs.some(({ dtype }) => dtype !== 'float32')) return undefined;
  const outer = elementCount(shape.slice(0, axis));
  const row = elementCount(shape.slice(axis));
  const result = heap.output(shape);
  let to = heap.address(result);
  for (const input of inputs) {
    const size = elementCount(input.shape) / outer;
    functions.copy(heap.address(input), to, 1, 1, 1, outer, size, 0, 0, 0, size, 1, 0, 0, 0, row, 1);
    to += size * 4;
  }
  return result;
}

export const slice: Kernel<SliceInputs, SliceAttrs> = (context, { x }, { begin, size }) => {
  if (x === undefined) return undefined;
  const [begins = [], sizes = []] = slice_util.parseSliceParams(x, begin, size);
  // Neither tfjs nor the copy checks the tensor's end, behind which is data of other models and requests.
  const isInside = x.shape.every((dimension, index) => {
    const first = begins[index] ?? 0;
    const count = sizes[index] ?? 0;
    return first >= 0 && count >= 0 && first + count <= dimension;
  });
  if (!isInside)
    throw new Error(`a slice of [${sizes}] at [${begins}] is not inside a tensor of [${x.shape}]`);
  return take(
    context,
    x,
    begins,
    begins.map(() => 1),
    sizes,
    sizes,
  );
};

export const stridedSlice: Kernel<StridedSliceInputs, StridedSliceAttrs> = (context, { x }, attributes) => {
  if (x === undefined) return undefined;
  const { beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes;
  const info = slice_util.sliceInfo(
    x.shape,
    attributes.begin,
    attributes.end,
    attributes.strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
  const { begin, end, strides } = info;
  if (begin.length !== x.shape.length) return undefined;
  const sizes = begin.map((first, index) => {
    const stride = strides[index] ?? 1;
    return Math.max(0, Math.ceil(((end[index] ?? first) - first) / stride));
  });
  return take(context, x, begin, strides, sizes, info.finalShape);
};

/**
 * Copies every `step`-th element of each dimension, `sizes` of them. It copies bits, of integers as well as of floats.
 */
function take(
  { functions, heap }: KernelContext,
  x: TensorInfo,
  begins: readonly number[],
  steps: readonly number[],
  sizes: readonly number[],
  shape: readonly number[],
): TensorInfo | undefined {
  if (x.dtype !== 'float32' && x.dtype !== 'int32') return undefined;
  if (elementCount(sizes) === 0 || elementCount(sizes) !== elementCount(shape)) return undefined;
  const from = denseStrides(x.shape);
  const to = denseStrides(sizes);
  const walk = copyWalk(
    sizes.map((size, index) => ({
      size,
      from: (from[index] ?? 0) * (steps[index] ?? 1),
      to: to[index] ?? 0,
    })),
  );
  if (walk === undefined) return undefined;
  const start = begins.reduce((offset, begin, index) => offset + begin * (from[index] ?? 0), 0);
  const result = heap.output(shape, x.dtype);
  runCopy(functions, heap.address(x) + start * 4, heap.address(result), walk);
  return result;
}

export const pad: Kernel<PadV2Inputs, PadV2Attrs> = (
  { functions, heap },
  { x },
  { paddings, constantValue },
) => {
  if (paddings.flat().some((count) => count < 0)) throw new Error(`a padding of [${paddings}] is negative`);
  if (!isCovered(x)) return undefined;
  const shape = x.shape.map(
    (size, index) => size + (paddings[index]?.[0] ?? 0) + (paddings[index]?.[1] ?? 0),
  );
  const from = denseStrides(x.shape);
  const to = denseStrides(shape);
  const walk = copyWalk(x.shape.map((size, index) => ({ size, from: from[index] ?? 0, to: to[index] ?? 0 })));
  if (walk === undefined) return undefined;
  const result = heap.output(shape);
  functions.fill(heap.address(result), elementCount(shape), constantValue);
  const start = to.reduce((offset, stride, index) => offset + stride * (paddings[index]?.[0] ?? 0), 0);
  runCopy(functions, heap.address(x), heap.address(result) + start * 4, walk);
  return result;
};

/** Covers transpositions that keep lines contiguous. For others, tfjs's own kernel is as fast. */
export const transpose: Kernel<TransposeInputs, TransposeAttrs> = ({ functions, heap }, { x }, { perm }) => {
  if (new Set(perm).size !== perm.length) throw new Error(`[${perm}] is not an order of the dimensions`);
  if (!isCovered(x)) return undefined;
  const shape = perm.map((from) => x.shape[from] ?? 1);
  const from = denseStrides(x.shape);
  const to = denseStrides(shape);
  const walk = copyWalk(
    perm.map((axis, index) => ({ size: shape[index] ?? 1, from: from[axis] ?? 0, to: to[index] ?? 0 })),
  );
  // Nothing moves: tfjs then creates another tensor of the same data.
  if (walk === undefined || walk[4].from !== 1 || walk[3].size === 1) return undefined;
  const result = heap.output(shape);
  runCopy(functions, heap.address(x), heap.address(result), walk);
  return result;
};
