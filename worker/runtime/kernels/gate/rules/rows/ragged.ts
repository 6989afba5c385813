import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall } from '../../kernel_call.ts';
import { givesEvenOfEmpty, type Rule, type Rules } from '../../rule.ts';
import { isSameShape } from '../../shapes.ts';

/** A dense tensor to be made of a ragged one. */
export interface RaggedLayout {
  readonly shape: readonly number[];
  /** Which row of the result each row of the values is; -1 for one that lies outside. */
  readonly places: readonly number[];
}

/** How many rows each of the rows before has. */
type Lengths = readonly number[];

/** Row splits begin at 0 and never fall, and each row of the level before has one. */
function lengthsOfSplits(call: KernelCall, tensor: TensorInfo, parents: number | undefined): Lengths {
  const splits = call.values(tensor);
  if (splits.length === 0 || splits[0] !== 0 || (parents !== undefined && splits.length !== parents + 1))
    call.refuse(`${splits.length} row splits from ${splits[0]} do not split ${parents ?? 'any'} rows`);
  const lengths: number[] = [];
  for (let row = 1; row < splits.length; row++) {
    const [from, to] = [splits[row - 1] ?? 0, splits[row] ?? 0];
    if (to < from) call.refuse(`the row split ${to} follows ${from}`);
    lengths.push(to - from);
  }
  return lengths;
}

/** The row of each value, which never falls. */
function lengthsOfRows(call: KernelCall, tensor: TensorInfo, parents: number): Lengths {
  const lengths = Array.from({ length: parents }, () => 0);
  let last = 0;
  for (const row of call.values(tensor)) {
    if (row < last || row >= parents) call.refuse(`the row ${row} follows ${last} of ${parents} rows`);
    lengths[row] = (lengths[row] ?? 0) + 1;
    last = row;
  }
  return lengths;
}

/** More rows than this are no ragged tensor of a request's. */
const MOST_ROWS = 2 ** 24;

function partitions(call: KernelCall): readonly Lengths[] {
  const types = call.attribute('types');
  if (!Array.isArray(types)) return call.refuse('the types of its partitions are not a list');
  const levels: Lengths[] = [];
  let parents: number | undefined;
  for (const [index, type] of types.entries()) {
    const tensor = call.tensor(`partition${index}`);
    call.expectDtype(tensor, 'a partition', 'int32');
    if (type === 'FIRST_DIM_SIZE' && index === 0) {
      const [size = -1, ...more] = call.values(tensor);
      if (size < 0 || size > MOST_ROWS || more.length > 0)
        call.refuse(`${size} rows are not a number of rows`);
      parents = size;
      continue;
    }
    const lengths =
      type === 'ROW_SPLITS'
        ? lengthsOfSplits(call, tensor, parents)
        : type === 'VALUE_ROWIDS' && parents !== undefined
          ? lengthsOfRows(call, tensor, parents)
          : call.refuse(`a partition of the type ${String(type)} does not fit there`);
    levels.push(lengths);
    parents = lengths.reduce((sum, length) => sum + length, 0);
  }
  return levels.length > 0 ? levels : call.refuse('it has no partitions');
}

/** Sizes that are asked for, -1 being any; a scalar of -1 asks for nothing. */
function wantedSizes(call: KernelCall, rank: number): readonly number[] {
  const shape = call.tensor('shape');
  call.expectDtype(shape, 'shape', 'int32');
  const sizes = [...call.values(shape)];
  if (shape.shape.length === 0 && sizes[0] === -1) return Array.from({ length: rank }, () => -1);
  if (sizes.length !== rank || sizes.some((size) => size < -1))
    call.refuse(`the shape [${sizes}] is not one of ${rank} dimensions`);
  return sizes;
}

export function raggedLayout(call: KernelCall): RaggedLayout {
  const values = call.tensor('values');
  const levels = partitions(call);
  const [count, ...inner] = values.shape;
  const rows = levels.at(-1)?.reduce((sum, length) => sum + length, 0);
  if (count === undefined || count !== rows)
    return call.refuse(`values of shape [${values.shape}] are not ${rows} rows`);
  const wanted = wantedSizes(call, levels.length + values.shape.length);
  const bounds = [
    levels[0]?.length ?? 0,
    ...levels.map((lengths) => lengths.reduce((a, b) => Math.max(a, b), 0)),
  ];
  const sizes = bounds.map((bound, index) => {
    const size = wanted[index] ?? -1;
    return size === -1 ? bound : size;
  });
  if (inner.some((size, index) => ![-1, size].includes(wanted[levels.length + 1 + index] ?? -1)))
    call.refuse(`the shape [${wanted}] does not end with [${inner}]`);
  let places = Array.from({ length: bounds[0] ?? 0 }, (_, row) => (row < (sizes[0] ?? 0) ? row : -1));
  for (const [level, lengths] of levels.entries()) {
    const size = sizes[level + 1] ?? 0;
    const next: number[] = [];
    for (const [row, length] of lengths.entries())
      for (let index = 0; index < length; index++) {
        const parent = places[row] ?? -1;
        next.push(parent < 0 || index >= size ? -1 : parent * size + index);
      }
    places = next;
  }
  return { shape: [...sizes, ...inner], places };
}

const toDense: Rule = (call) => {
  const values = call.tensor('values');
  const otherwise = call.tensor('defaultValue');
  call.expectDtype(values, 'values', 'float32', 'int32', 'bool');
  if (otherwise.dtype !== values.dtype)
    call.refuse(`values are ${values.dtype} and the default is ${otherwise.dtype}`);
  if (otherwise.shape.length > 0 && !isSameShape(otherwise.shape, values.shape.slice(1)))
    call.refuse(
      `a default of shape [${otherwise.shape}] is neither one value nor of the shape [${values.shape.slice(1)}]`,
    );
  return givesEvenOfEmpty(raggedLayout(call).shape, values.dtype);
};

/** A row of numbers from each start. */
export function rangesOf(call: KernelCall): { start: number; delta: number; count: number }[] {
  const tensors = ['starts', 'limits', 'deltas'].map((name) => {
    const tensor = call.tensor(name);
    call.expectDtype(tensor, name, 'float32', 'int32');
    if (tensor.shape.length > 1) call.refuse(`${name} of shape [${tensor.shape}] are not a list`);
    return tensor;
  });
  const [first] = tensors;
  const length = tensors.find(({ shape }) => shape.length === 1)?.shape[0] ?? 1;
  const lists = tensors.map((tensor) => {
    if (tensor.dtype !== first?.dtype) call.refuse('starts, limits and deltas are of different types');
    const values = [...call.values(tensor)];
    if (tensor.shape.length === 1 && values.length !== length)
      call.refuse(`lists of ${length} and of ${values.length} do not belong together`);
    return tensor.shape.length === 0 ? Array.from({ length }, () => values[0] ?? 0) : values;
  });
  return Array.from({ length }, (_, row) => {
    const [start = 0, limit = 0, delta = 0] = lists.map((list) => list[row] ?? 0);
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    if (delta === 0 || !Number.isFinite(count))
      call.refuse(`from ${start} no step of ${delta} leads to ${limit}`);
    return { start, delta, count };
  });
}

const ranges: Rule = (call) => {
  const rows = rangesOf(call);
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  if (total > MOST_ROWS) call.refuse(`${total} numbers are too many`);
  return {
    outputs: [
      { shape: [rows.length + 1], dtype: 'int32' },
      { shape: [total], dtype: call.tensor('starts').dtype },
    ],
    takesEmpty: true,
  };
};

export const RAGGED_RULES: Rules = { RaggedRange: ranges, RaggedTensorToTensor: toDense };
