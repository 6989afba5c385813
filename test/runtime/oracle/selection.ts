import {
  at,
  axis,
  build,
  count,
  flag,
  flat,
  indices,
  input,
  integer,
  isInteger,
  isSame,
  number,
  type Operation,
  predictable,
  refuse,
  require,
  rounded,
  shapeOnly,
  sizes,
  type Tensor,
  Unpredicted,
  value,
} from './tensor.ts';

const gather: Operation = (call) => {
  const x = input(call, 'x');
  const chosen = input(call, 'indices', 'int32');
  const along = axis(call, 'axis', x.shape.length);
  const batch = integer(call, 'batchDims');
  const batchDims = batch < 0 ? batch + chosen.shape.length : batch;
  require(batchDims >= 0 && batchDims <= chosen.shape.length && batchDims <= along, `batchDims ${batch}`);
  require(isSame(x.shape.slice(0, batchDims), chosen.shape.slice(0, batchDims)), 'the batches differ');
  const size = at(x.shape, along);
  const places = chosen.shape.slice(batchDims);
  const shape = [...x.shape.slice(0, along), ...places, ...x.shape.slice(along + 1)];
  const isInside = chosen.values.every((each) => each >= 0 && each < size);
  // For empty tensors, it depends on the empty dimension whether TensorFlow checks the indices.
  if (!isInside && count(shape) === 0) throw new Unpredicted();
  require(isInside, 'an index is out of range');
  return [
    build(x.dtype, shape, (index) => {
      const before = index.slice(0, along);
      const place = index.slice(along, along + places.length);
      const picked = value(chosen, [...index.slice(0, batchDims), ...place]);
      return value(x, [...before, picked, ...index.slice(along + places.length)]);
    }),
  ];
};

const gatherNd: Operation = (call) => {
  const params = input(call, 'params');
  const chosen = input(call, 'indices', 'int32');
  require(chosen.shape.length >= 1 && params.shape.length >= 1, 'a scalar');
  const depth = at(chosen.shape, chosen.shape.length - 1);
  require(depth <= params.shape.length, `indices of ${depth} numbers`);
  const outer = chosen.shape.slice(0, -1);
  const shape = [...outer, ...params.shape.slice(depth)];
  const places = indices(outer).map((index) =>
    Array.from({ length: depth }, (_, each) => value(chosen, [...index, each])),
  );
  const inside = places.every((place) =>
    place.every((each, axis) => each >= 0 && each < at(params.shape, axis)),
  );
  require(inside, 'an index is out of range');
  return [
    build(params.dtype, shape, (index) => {
      const place = at(places, flat(outer, index.slice(0, outer.length)));
      return value(params, [...place, ...index.slice(outer.length)]);
    }),
  ];
};

/** The positions and values of a scatter: one position for each row of updates. */
function scattered(
  chosen: Tensor,
  updates: Tensor,
  shape: readonly number[],
): { place: number[]; row: number }[] {
  require(chosen.dtype === 'int32', 'indices of floats');
  require(chosen.shape.length >= 1 && shape.length >= 1, 'a scalar');
  // In a vector, each index is one number.
  const depth = chosen.shape.length > 1 ? at(chosen.shape, chosen.shape.length - 1) : 1;
  require(depth <= shape.length, `indices of ${depth} numbers`);
  const outer = chosen.shape.length > 1 ? chosen.shape.slice(0, -1) : chosen.shape;
  // For a single index, TensorFlow's shape function expects updates without an outer dimension, and its kernel with
  // one.
  if (isSame(chosen.shape, [1]) && isSame(updates.shape, shape.slice(1))) throw new Unpredicted();
  require(isSame(updates.shape, [...outer, ...shape.slice(depth)]), `updates of [${updates.shape}]`);
  const places = indices(outer).map((_, row) => ({
    place: Array.from({ length: depth }, (_, each) => at(chosen.values, row * depth + each)),
    row,
  }));
  const inside = places.every(({ place }) =>
    place.every((each, axis) => each >= 0 && each < at(shape, axis)),
  );
  require(inside, 'an index is out of range');
  return places;
}

function scatter(
  chosen: Tensor,
  updates: Tensor,
  shape: readonly number[],
  values: number[],
  join: (old: number, given: number) => number,
): number[] {
  for (const { place, row } of scattered(chosen, updates, shape)) {
    const width = count(shape.slice(place.length));
    const start = flat(shape.slice(0, place.length), place) * width;
    for (let each = 0; each < width; each++)
      values[start + each] = join(at(values, start + each), at(updates.values, row * width + each));
  }
  return values;
}

const scatterNd: Operation = (call) => {
  const [chosen, updates] = [
    input(call, 'indices', 'int32'),
    input(call, 'updates', 'float32', 'int32', 'bool'),
  ];
  const shape = sizes(call, 'shape');
  predictable(count(shape));
  const zeros = Array.from({ length: count(shape) }, () => 0);
  const values = scatter(chosen, updates, shape, zeros, (old, given) =>
    updates.dtype === 'bool' ? old | given : old + given,
  );
  return [{ dtype: updates.dtype, shape, values, compared: 'ordinary' }];
};

const scatterUpdate: Operation = (call) => {
  const tensor = input(call, 'tensor');
  const updates = input(call, 'updates', tensor.dtype);
  const values = scatter(
    input(call, 'indices', 'int32'),
    updates,
    tensor.shape,
    [...tensor.values],
    (_, given) => given,
  );
  return [{ ...tensor, values }];
};

/** SparseToDense: indices of rank 0, 1 or 2, and one value for all or one for each. */
const sparseToDense: Operation = (call) => {
  const places = input(call, 'sparseIndices', 'int32');
  const values = input(call, 'sparseValues');
  const otherwise = input(call, 'defaultValue', values.dtype);
  const shape = sizes(call, 'outputShape');
  require(otherwise.shape.length === 0, 'the default is no scalar');
  require(places.shape.length <= 2, 'indices of more dimensions');
  const rows = places.shape.length === 0 ? 1 : at(places.shape, 0);
  const depth = places.shape.length === 2 ? at(places.shape, 1) : 1;
  require(depth === shape.length, `indices of ${depth} numbers`);
  require(values.shape.length === 0 || isSame(values.shape, [rows]), 'values do not fit');
  predictable(count(shape));
  const dense = Array.from({ length: count(shape) }, () => at(otherwise.values, 0));
  for (let row = 0; row < rows; row++) {
    const place = Array.from({ length: depth }, (_, each) => at(places.values, row * depth + each));
    require(place.every((each, axis) => each >= 0 && each < at(shape, axis)), 'an index is out of range');
    dense[flat(shape, place)] = at(values.values, values.shape.length === 0 ? 0 : row);
  }
  return [{ dtype: values.dtype, shape, values: dense }];
};

const oneHot: Operation = (call) => {
  const chosen = input(call, 'indices', 'int32');
  const depth = integer(call, 'depth');
  require(depth >= 0, `a depth of ${depth}`);
  const dtype = call.attributes.dtype;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') return refuse(`one-hot ${String(dtype)}`);
  const [on, off] = [number(call, 'onValue'), number(call, 'offValue')];
  require(dtype !== 'bool' || [on, off].every((each) => each === 0 || each === 1), 'a bool that is neither');
  return [
    build(dtype, [...chosen.shape, depth], (index) =>
      value(chosen, index.slice(0, -1)) === index.at(-1) ? on : off,
    ),
  ];
};

const topK: Operation = (call) => {
  const x = input(call, 'x', 'float32', 'int32');
  const k = integer(call, 'k');
  require(x.shape.length >= 1, 'a scalar');
  const size = at(x.shape, x.shape.length - 1);
  require(k >= 0 && k <= size, `${k} of ${size}`);
  const rows = indices(x.shape.slice(0, -1)).map((outer) => {
    const row = Array.from({ length: size }, (_, place) => ({ place, each: value(x, [...outer, place]) }));
    return row.sort((a, b) => b.each - a.each || a.place - b.place).slice(0, k);
  });
  const shape = x.shape.with(-1, k);
  // In any order.
  if (!flag(call, 'sorted')) return [shapeOnly(x.dtype, shape), shapeOnly('int32', shape)];
  return [
    {
      dtype: x.dtype,
      shape,
      values: rows.flatMap((row) => row.map(({ each }) => each)),
      compared: 'ordinary',
    },
    {
      dtype: 'int32',
      shape,
      values: rows.flatMap((row) => row.map(({ place }) => place)),
      compared: 'ordinary',
    },
  ];
};

const searchSorted: Operation = (call) => {
  const sorted = input(call, 'sortedSequence', 'float32', 'int32');
  const values = input(call, 'values', sorted.dtype);
  require(sorted.shape.length === 2 && values.shape.length === 2, 'no matrices');
  require(sorted.shape[0] === values.shape[0], 'the batches differ');
  const isLeft = call.attributes.side === 'left';
  return [
    build(
      'int32',
      values.shape,
      ([row = 0, column = 0]) => {
        const wanted = value(values, [row, column]);
        const width = at(sorted.shape, 1);
        const line = Array.from({ length: width }, (_, each) => value(sorted, [row, each]));
        // The result of a binary search in an unsorted row is undefined.
        if (line.some((each, place) => each < (line[place - 1] ?? each))) throw new Unpredicted();
        return line.filter((each) => (isLeft ? each < wanted : each <= wanted)).length;
      },
      'ordinary',
    ),
  ];
};

function counting(isDense: boolean): Operation {
  return (call) => {
    const x = input(call, 'x', 'int32');
    const weights = input(call, 'weights', 'float32', 'int32');
    const size = integer(call, 'size');
    require(size >= 0, `a size of ${size}`);
    require(x.values.every((each) => each >= 0), 'a negative number is counted');
    const isWeighted = weights.values.length > 0;
    require(!isWeighted || isSame(weights.shape, x.shape), 'the weights do not fit');
    require(isDense ? x.shape.length === 1 || x.shape.length === 2 : true, 'another rank');
    predictable(size);
    const isBinary = flag(call, 'binaryOutput');
    const rows = isDense && x.shape.length === 2 ? at(x.shape, 0) : 1;
    const width = rows === 0 ? 0 : x.values.length / rows;
    const values = Array.from({ length: rows * size }, () => 0);
    x.values.forEach((each, place) => {
      const to = Math.floor(place / width) * size + each;
      if (each < size)
        values[to] = isBinary
          ? 1
          : rounded(weights.dtype, at(values, to) + (isWeighted ? at(weights.values, place) : 1));
    });
    const shape = isDense && x.shape.length === 2 ? [rows, size] : [size];
    return [{ dtype: weights.dtype, shape, values, compared: 'ordinary' }];
  };
}

/** The different slices along an axis, in the order of their first occurrence. */
const unique: Operation = (call) => {
  const x = input(call, 'x');
  require(isInteger(call.attributes.axis), 'no axis');
  const along = axis(call, 'axis', x.shape.length);
  const size = at(x.shape, along);
  const seen = new Map<string, number>();
  const firsts: number[] = [];
  const numbers = Array.from({ length: size }, (_, place) => {
    const slices = indices(x.shape.with(along, 1)).map((index) => value(x, index.with(along, place)));
    const key = slices.join();
    const known = seen.get(key);
    if (known !== undefined) return known;
    firsts.push(place);
    seen.set(key, firsts.length - 1);
    return firsts.length - 1;
  });
  return [
    build(
      x.dtype,
      x.shape.with(along, firsts.length),
      (index) => value(x, index.with(along, at(firsts, at(index, along)))),
      'ordinary',
    ),
    { dtype: 'int32', shape: [size], values: numbers, compared: 'ordinary' },
  ];
};

export const SELECTIONS: Readonly<Record<string, Operation>> = {
  Bincount: counting(false),
  DenseBincount: counting(true),
  GatherNd: gatherNd,
  GatherV2: gather,
  OneHot: oneHot,
  ScatterNd: scatterNd,
  SearchSorted: searchSorted,
  SparseToDense: sparseToDense,
  TensorScatterUpdate: scatterUpdate,
  TopK: topK,
  Unique: unique,
};
