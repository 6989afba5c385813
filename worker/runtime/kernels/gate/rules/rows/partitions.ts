import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall } from '../../kernel_call.ts';
import { givesEvenOfEmpty, type Rule, type Rules } from '../../rule.ts';
import { isEmpty, isSameShape } from '../../shapes.ts';

const MOST_PARTITIONS = 16_384;

/** Rows into lists, by the number of the list. */
const partition: Rule = (call) => {
  const data = call.tensor('data');
  const partitions = call.tensor('partitions');
  const count = call.integer('count');
  call.expectDtype(data, 'data', 'float32', 'int32', 'bool');
  call.expectDtype(partitions, 'partitions', 'int32');
  const rank = partitions.shape.length;
  if (!isSameShape(data.shape.slice(0, rank), partitions.shape))
    call.refuse(`partitions of shape [${partitions.shape}] do not fit data of shape [${data.shape}]`);
  if (count < 1 || count > MOST_PARTITIONS)
    call.refuse(`${count} partitions are not in [1, ${MOST_PARTITIONS}]`);
  const sizes = Array.from({ length: count }, () => 0);
  for (const place of call.values(partitions)) {
    if (place < 0 || place >= count) call.refuse(`the partition ${place} is not in [0, ${count})`);
    sizes[place] = (sizes[place] ?? 0) + 1;
  }
  const row = data.shape.slice(rank);
  return {
    outputs: sizes.map((size) => ({ shape: [size, ...row], dtype: data.dtype })),
    takesEmpty: true,
    isList: true,
  };
};

/** Lists of places and lists of the rows that go there: the inputs are first all of the one, then all of the other. */
export function stitched(call: KernelCall): { indices: readonly TensorInfo[]; data: readonly TensorInfo[] } {
  const list = call.list();
  return { indices: list.slice(0, list.length / 2), data: list.slice(list.length / 2) };
}

const stitch: Rule = (call) => {
  const { indices, data } = stitched(call);
  const [first] = data;
  if (first === undefined || indices.length !== data.length) return call.refuse('there is nothing to stitch');
  call.expectDtype(first, 'data', 'float32', 'int32', 'bool');
  const row = first.shape.slice(indices[0]?.shape.length ?? 0);
  let rows = 0;
  for (const [index, places] of indices.entries()) {
    const values = data[index] ?? first;
    call.expectDtype(places, 'indices', 'int32');
    if (values.dtype !== first.dtype) call.refuse(`data are ${first.dtype} and ${values.dtype}`);
    if (!isSameShape(values.shape, [...places.shape, ...row]))
      call.refuse(
        `data of shape [${values.shape}] do not fit indices of shape [${places.shape}] and rows of [${row}]`,
      );
    for (const place of call.values(places)) {
      if (place < 0) call.refuse(`the index ${place} is negative`);
      rows = Math.max(rows, place + 1);
    }
  }
  return givesEvenOfEmpty([rows, ...row], first.dtype);
};

const inversePermutation: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'int32');
  call.expectRank(x, 'x', 1);
  const [size = 0] = x.shape;
  const seen = new Uint8Array(size);
  for (const place of call.values(x)) {
    if (place < 0 || place >= size) call.refuse(`${place} is not in [0, ${size})`);
    if (seen[place] === 1) call.refuse(`${place} stands twice in what is to be a permutation`);
    seen[place] = 1;
  }
  return givesEvenOfEmpty(x.shape, 'int32');
};

/** Updates are put together with what is there. */
const scatter: Rule = (call) => {
  const tensor = call.tensor('tensor');
  const indices = call.tensor('indices');
  const updates = call.tensor('updates');
  call.expectDtype(tensor, 'tensor', 'float32', 'int32');
  call.expectDtype(indices, 'indices', 'int32');
  if (updates.dtype !== tensor.dtype)
    call.refuse(`tensor is ${tensor.dtype} and updates are ${updates.dtype}`);
  const depth = indices.shape.at(-1);
  if (depth === undefined || depth === 0 || depth > tensor.shape.length)
    return call.refuse(`indices of shape [${indices.shape}] do not fit a tensor of shape [${tensor.shape}]`);
  const wanted = [...indices.shape.slice(0, -1), ...tensor.shape.slice(depth)];
  if (!isSameShape(updates.shape, wanted))
    call.refuse(`updates of shape [${updates.shape}] are not of the shape [${wanted}]`);
  call.values(indices).forEach((value, position) => {
    const size = tensor.shape[position % depth] ?? 0;
    if (value < 0 || value >= size) call.refuse(`the index ${value} is not in [0, ${size})`);
  });
  return givesEvenOfEmpty(tensor.shape, tensor.dtype);
};

/** The first rows of each turned round, as many as a list says. */
const reverseSequence: Rule = (call) => {
  const x = call.tensor('x');
  const lengths = call.tensor('lengths');
  call.expectDtype(x, 'x', 'float32', 'int32', 'bool');
  call.expectDtype(lengths, 'lengths', 'int32');
  const sequence = call.axis('seqDim', x.shape.length);
  const batch = call.axis('batchDim', x.shape.length);
  if (sequence === batch) call.refuse(`the dimension ${batch} is not both the batch and the sequence`);
  if (!isSameShape(lengths.shape, [x.shape[batch] ?? 0]))
    call.refuse(`lengths of shape [${lengths.shape}] are not one for each of ${x.shape[batch]}`);
  const most = x.shape[sequence] ?? 0;
  const outside = call.values(lengths).find((length) => length < 0 || length > most);
  if (outside !== undefined) call.refuse(`a length of ${outside} is not in [0, ${most}]`);
  return isEmpty(x.shape)
    ? givesEvenOfEmpty(x.shape, x.dtype)
    : { outputs: [{ shape: x.shape, dtype: x.dtype }] };
};

export const PARTITION_RULES: Rules = {
  DynamicPartition: partition,
  DynamicStitch: stitch,
  InvertPermutation: inversePermutation,
  ReverseSequence: reverseSequence,
  TensorScatter: scatter,
};
