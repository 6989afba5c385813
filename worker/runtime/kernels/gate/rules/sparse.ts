import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../../model/tensor.ts';
import type { KernelCall } from '../kernel_call.ts';
import { ANY, gives, type Rule, type Rules } from '../rule.ts';
import { isSameShape } from '../shapes.ts';
import { expectInside } from './indexing.ts';

const LARGEST_INTEGER = 2 ** 31 - 1;

function integers(call: KernelCall, name: string, rank: number): TensorInfo {
  const tensor = call.tensor(name);
  call.expectDtype(tensor, name, 'int32');
  call.expectRank(tensor, name, rank);
  return tensor;
}

/** Refuses indices of a sparse tensor that do not have a number for each dimension. */
function expectDimensions(call: KernelCall, indices: TensorInfo, shape: TensorInfo): void {
  if (indices.shape[1] !== shape.shape[0])
    call.refuse(`indices of shape [${indices.shape}] do not fit a tensor of ${shape.shape[0]} dimensions`);
}

const fillEmptyRows: Rule = (call) => {
  const indices = integers(call, 'indices', 2);
  const denseShape = integers(call, 'denseShape', 1);
  const values = call.tensor('values');
  const otherwise = call.tensor('defaultValue');
  expectDimensions(call, indices, denseShape);
  call.expectDtype(values, 'values', 'float32', 'int32');
  if (otherwise.dtype !== values.dtype)
    call.refuse(`values are ${values.dtype} and the default is ${otherwise.dtype}`);
  if (otherwise.shape.length !== 0) call.refuse(`the default of shape [${otherwise.shape}] is not a scalar`);
  const [count = 0, rank = 0] = indices.shape;
  if (!isSameShape(values.shape, [count]))
    call.refuse(`values of shape [${values.shape}] are not one for each of ${count} indices`);
  const rows = call.values(denseShape)[0];
  if (rows === undefined || rows < 0) return call.refuse(`a tensor of ${rows ?? 'no'} rows has none to fill`);
  const places = call.values(indices);
  for (let position = 0; position < places.length; position += rank) {
    const row = places[position] ?? 0;
    if (row < 0 || row >= rows) call.refuse(`the row ${row} is not in [0, ${rows})`);
  }
  return {
    outputs: [
      { shape: [ANY, rank], dtype: 'int32', largest: [count + rows, rank] },
      { shape: [ANY], dtype: values.dtype, largest: [count + rows] },
      { shape: [rows], dtype: 'bool' },
      { shape: [count], dtype: 'int32' },
    ],
    takesEmpty: true,
  };
};

const reshape: Rule = (call) => {
  const indices = integers(call, 'inputIndices', 2);
  const inputShape = integers(call, 'inputShape', 1);
  const newShape = integers(call, 'newShape', 1);
  expectDimensions(call, indices, inputShape);
  const from = [...call.values(inputShape)];
  const to = [...call.values(newShape)];
  const size = elementCount(from);
  const open = to.filter((each) => each === -1).length;
  const known = to.reduce((product, each) => (each === -1 ? product : product * each), 1);
  const fits = open === 0 ? known === size : open === 1 && known > 0 && size % known === 0;
  if (!fits || from.some((each) => each < 0) || to.some((each) => each < -1))
    call.refuse(`a tensor of shape [${from}] cannot have the shape [${to}]`);
  if (size > LARGEST_INTEGER)
    call.refuse(`a tensor of shape [${from}] has more places than integers of 32 bits`);
  expectInside(call, indices, from);
  const [count = 0] = indices.shape;
  return {
    outputs: [
      { shape: [count, to.length], dtype: 'int32' },
      { shape: [to.length], dtype: 'int32' },
    ],
    takesEmpty: true,
  };
};

/** The rule of reductions of `data` by segments. The segments' numbers must not decrease. */
function segments(...dtypes: readonly DataType[]): Rule {
  return (call) => {
    const data = call.tensor('data');
    call.expectDtype(data, 'data', ...dtypes);
    const [rows, ...row] = data.shape;
    if (rows === undefined) return call.refuse('a scalar has no rows');
    const indices = integers(call, 'indices', 1);
    const segmentIds = integers(call, 'segmentIds', 1);
    if (!isSameShape(indices.shape, segmentIds.shape))
      call.refuse(`${indices.shape[0]} indices do not have ${segmentIds.shape[0]} segments`);
    expectInside(call, indices, [rows]);
    let last = 0;
    for (const id of call.values(segmentIds)) {
      if (id < last) call.refuse(`the segment ${id} follows ${last}`);
      last = id;
    }
    return gives([indices.shape[0] === 0 ? 0 : last + 1, ...row], data.dtype);
  };
}

export const SPARSE_RULES: Rules = {
  SparseFillEmptyRows: fillEmptyRows,
  SparseReshape: reshape,
  SparseSegmentMean: segments('float32'),
  SparseSegmentSum: segments('float32', 'int32'),
};
