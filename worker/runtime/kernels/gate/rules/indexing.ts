import type { TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../../model/tensor.ts';
import type { KernelCall } from '../kernel_call.ts';
import { gives, givesEvenOfEmpty, type Rule, type Rules } from '../rule.ts';
import { isEmpty, isSameShape } from '../shapes.ts';

const gather: Rule = (call) => {
  const x = call.tensor('x');
  const indices = call.tensor('indices');
  call.expectDtype(x, 'x', 'float32', 'int32', 'bool');
  call.expectDtype(indices, 'indices', 'int32');
  const axis = call.axis('axis', x.shape.length);
  const batch = call.integer('batchDims');
  const isBatch =
    batch >= 0 && batch <= axis && isSameShape(x.shape.slice(0, batch), indices.shape.slice(0, batch));
  if (!isBatch)
    call.refuse(`[${x.shape}] and indices of shape [${indices.shape}] do not share ${batch} dimensions`);
  expectInside(call, indices, [x.shape[axis] ?? 0]);
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batch), ...x.shape.slice(axis + 1)];
  return gives(shape, x.dtype);
};

const gatherNd: Rule = (call) => {
  const params = call.tensor('params');
  const indices = call.tensor('indices');
  call.expectDtype(params, 'params', 'float32', 'int32', 'bool');
  call.expectDtype(indices, 'indices', 'int32');
  if (params.shape.length === 0 || indices.shape.length === 0)
    call.refuse('a scalar has no dimensions to index');
  const depth = indices.shape.at(-1) ?? 0;
  if (depth > params.shape.length)
    call.refuse(`an index of ${depth} numbers is too long for a tensor of shape [${params.shape}]`);
  const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
  if (isEmpty(params.shape) && !isEmpty(shape))
    call.refuse(`params of shape [${params.shape}] have no elements`);
  expectInside(call, indices, params.shape.slice(0, depth));
  return givesEvenOfEmpty(shape, params.dtype);
};

const scatterNd: Rule = (call) => {
  const updates = call.tensor('updates');
  call.expectDtype(updates, 'updates', 'float32', 'int32', 'bool');
  const shape = call.sizes('shape');
  expectScattered(call, updates, shape);
  return isEmpty(updates.shape) ? { ...gives(shape, updates.dtype), fill: 0 } : gives(shape, updates.dtype);
};

const tensorScatterUpdate: Rule = (call) => {
  const tensor = call.tensor('tensor');
  const updates = call.tensor('updates');
  call.expectDtype(tensor, 'tensor', 'float32', 'int32', 'bool');
  if (updates.dtype !== tensor.dtype)
    call.refuse(`tensor is ${tensor.dtype} and updates are ${updates.dtype}`);
  expectScattered(call, updates, tensor.shape);
  return givesEvenOfEmpty(tensor.shape, tensor.dtype);
};

function expectScattered(call: KernelCall, updates: TensorInfo, shape: readonly number[]): void {
  const indices = call.tensor('indices');
  call.expectDtype(indices, 'indices', 'int32');
  const depth = indices.shape.at(-1);
  // For tfjs, a list is several indices of one number each. For TensorFlow it is one index.
  if (depth === undefined || depth === 0 || depth > shape.length || (indices.shape.length === 1 && depth > 1))
    call.refuse(`indices of shape [${indices.shape}] do not fit a tensor of shape [${shape}]`);
  const wanted = [...indices.shape.slice(0, -1), ...shape.slice(depth)];
  if (
    !isSameShape(updates.shape, wanted) &&
    !(indices.shape.length === 1 && isSameShape(updates.shape, [1, ...wanted]))
  )
    call.refuse(`updates of shape [${updates.shape}] are not of the shape [${wanted}]`);
  expectInside(call, indices, shape.slice(0, depth));
}

const sparseToDense: Rule = (call) => {
  const indices = call.tensor('sparseIndices');
  const values = call.tensor('sparseValues');
  const otherwise = call.tensor('defaultValue');
  call.expectDtype(indices, 'sparseIndices', 'int32');
  call.expectDtype(values, 'sparseValues', 'float32', 'int32', 'bool');
  if (otherwise.dtype !== values.dtype)
    call.refuse(`values are ${values.dtype} and the default is ${otherwise.dtype}`);
  if (otherwise.shape.length !== 0) call.refuse(`the default of shape [${otherwise.shape}] is not a scalar`);
  const shape = call.sizes('outputShape');
  const [count = 1, depth = 1, ...more] = indices.shape;
  if (more.length > 0 || depth !== shape.length)
    call.refuse(`indices of shape [${indices.shape}] do not fit a tensor of shape [${shape}]`);
  if (values.shape.length > 0 && !isSameShape(values.shape, [count]))
    call.refuse(`values of shape [${values.shape}] are not one for each of ${count} indices`);
  expectInside(call, indices, shape);
  return givesEvenOfEmpty(shape, values.dtype);
};

const oneHot: Rule = (call) => {
  const indices = call.tensor('indices');
  call.expectDtype(indices, 'indices', 'int32');
  const depth = call.integer('depth');
  const dtype = call.attribute('dtype');
  if (depth < 0) call.refuse(`a depth of ${depth} is negative`);
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    return call.refuse(`${String(dtype)} is not computed`);
  const values = [call.number('onValue'), call.number('offValue')];
  if (dtype === 'bool' && values.some((value) => value !== 0 && value !== 1))
    call.refuse(`one of ${values.join(', ')} is neither true nor false`);
  return gives(indices.shape.toSpliced(newAxis(call, indices.shape.length), 0, depth), dtype);
};

/**
 * Returns the position of OneHot's new dimension among those of the indices. -1 is the last one and the default, since
 * tfjs's own calls have no axis.
 */
export function newAxis(call: KernelCall, rank: number): number {
  const axis = call.attribute('axis') === undefined ? -1 : call.integer('axis');
  if (axis < -1 || axis > rank) call.refuse(`the axis ${axis} is not in [-1, ${rank}]`);
  return axis < 0 ? rank : axis;
}

const countOfList: Rule = (call) => {
  call.expectRank(call.tensor('x'), 'x', 1);
  return count(call);
};

/** Counts the values from 0 to before `size`. Larger values are not counted, and negative ones are refused. */
const count: Rule = (call) => {
  const x = call.tensor('x');
  const weights = call.tensor('weights');
  call.expectDtype(x, 'x', 'int32');
  call.expectDtype(weights, 'weights', 'float32', 'int32');
  const size = call.integer('size');
  if (size < 0) call.refuse(`a size of ${size} is negative`);
  const [first = 0, ...others] = x.shape;
  if (x.shape.length === 0 || others.length > 1)
    call.refuse(`x of shape [${x.shape}] is not one list or several`);
  if (elementCount(weights.shape) > 0 && !isSameShape(weights.shape, x.shape))
    call.refuse(`weights of shape [${weights.shape}] are not one for each element of [${x.shape}]`);
  const negative = call.values(x).find((value) => value < 0);
  if (negative !== undefined) call.refuse(`${negative} cannot be counted: it is negative`);
  const shape = others.length === 0 ? [size] : [first, size];
  return isEmpty(x.shape)
    ? { ...gives(shape, weights.dtype), fill: 0 }
    : givesEvenOfEmpty(shape, weights.dtype);
};

/**
 * Refuses indices outside of a tensor.
 *
 * @param sizes the sizes of the dimensions that the consecutive numbers of one index address
 */
export function expectInside(call: KernelCall, indices: TensorInfo, sizes: readonly number[]): void {
  if (sizes.length === 0) return;
  const values = call.values(indices);
  for (let position = 0; position < values.length; position++) {
    const value = values[position] ?? 0;
    const size = sizes[position % sizes.length] ?? 0;
    if (value < 0 || value >= size) call.refuse(`the index ${value} is not in [0, ${size})`);
  }
}

export const INDEXING_RULES: Rules = {
  Bincount: countOfList,
  DenseBincount: count,
  GatherNd: gatherNd,
  GatherV2: gather,
  OneHot: oneHot,
  ScatterNd: scatterNd,
  SparseToDense: sparseToDense,
  TensorScatterUpdate: tensorScatterUpdate,
};
