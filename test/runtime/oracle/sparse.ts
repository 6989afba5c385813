import {
  at,
  broadcast,
  build,
  count,
  flat,
  input,
  integer,
  number,
  type Operation,
  ofRank,
  predictable,
  refuse,
  require,
  shapeOnly,
  sizes,
  Unpredicted,
  value,
} from './tensor.ts';

const fillEmptyRows: Operation = (call) => {
  const places = input(call, 'indices', 'int32');
  const values = input(call, 'values');
  const dense = input(call, 'denseShape', 'int32');
  const otherwise = input(call, 'defaultValue', values.dtype);
  ofRank(places, 2);
  ofRank(values, 1);
  ofRank(dense, 1);
  ofRank(otherwise, 0);
  const [count, rank] = [at(places.shape, 0), at(places.shape, 1)];
  require(values.shape[0] === count &&
    dense.shape[0] === rank &&
    rank > 0, 'indices, values and shape differ');
  const rows = at(dense.values, 0);
  require(rows >= 0, `${rows} rows`);
  predictable(rows);
  const rowOf = (each: number): number => value(places, [each, 0]);
  const entries = Array.from({ length: count }, (_, each) => each);
  require(entries.every((each) => rowOf(each) >= 0 && rowOf(each) < rows), 'a row is out of range');
  const result = Array.from({ length: rows }, (_, row) => {
    const own = entries.filter((each) => rowOf(each) === row);
    return own.length > 0
      ? own.map((each) => ({
          index: Array.from({ length: rank }, (_, axis) => value(places, [each, axis])),
          from: each,
        }))
      : [{ index: [row, ...Array.from({ length: rank - 1 }, () => 0)], from: -1 }];
  });
  const all = result.flat();
  return [
    { dtype: 'int32', shape: [all.length, rank], values: all.flatMap(({ index }) => index) },
    {
      dtype: values.dtype,
      shape: [all.length],
      values: all.map(({ from }) => (from < 0 ? at(otherwise.values, 0) : at(values.values, from))),
    },
    { dtype: 'bool', shape: [rows], values: result.map(([first]) => (first?.from === -1 ? 1 : 0)) },
    {
      dtype: 'int32',
      shape: [count],
      values: entries.map((each) => all.findIndex(({ from }) => from === each)),
    },
  ];
};

const reshape: Operation = (call) => {
  const places = input(call, 'inputIndices', 'int32');
  const from = input(call, 'inputShape', 'int32');
  const wanted = input(call, 'newShape', 'int32');
  ofRank(places, 2);
  ofRank(from, 1);
  ofRank(wanted, 1);
  require(at(places.shape, 1) === from.values.length, 'indices and shape differ');
  require(from.values.every((size) => size >= 0), 'a negative size');
  const total = count(from.values);
  require(wanted.values.every((size) => size >= -1), 'a negative size');
  require(wanted.values.filter((size) => size === -1).length <= 1, 'two open sizes');
  const known = count(wanted.values.filter((size) => size !== -1));
  if (wanted.values.includes(-1)) require(known > 0 && total % known === 0, 'it does not fit');
  const shape = wanted.values.map((size) => (size === -1 ? total / known : size));
  require(count(shape) === total, 'it does not fit');
  const moved = Array.from({ length: at(places.shape, 0) }, (_, each) => {
    const index = from.values.map((_, axis) => value(places, [each, axis]));
    require(index.every(
      (place, axis) => place >= 0 && place < at(from.values, axis),
    ), 'an index is out of range');
    let rest = flat(from.values, index);
    return shape
      .toReversed()
      .map((size) => {
        const place = rest % size;
        rest = Math.floor(rest / size);
        return place;
      })
      .reverse();
  });
  return [
    { dtype: 'int32', shape: [moved.length, shape.length], values: moved.flat() },
    { dtype: 'int32', shape: [shape.length], values: shape },
  ];
};

function segments(isMean: boolean): Operation {
  return (call) => {
    const data = input(call, 'data', 'float32', 'int32');
    const chosen = input(call, 'indices', 'int32');
    const owners = input(call, 'segmentIds', 'int32');
    require(data.shape.length >= 1, 'data is a scalar');
    ofRank(chosen, 1);
    ofRank(owners, 1);
    require(chosen.shape[0] === owners.shape[0], 'indices and segments differ');
    require(owners.values.every(
      (each, place) => each >= (place > 0 ? at(owners.values, place - 1) : 0),
    ), 'the order');
    require(chosen.values.every((each) => each >= 0 && each < at(data.shape, 0)), 'an index is out of range');
    const rows = owners.values.length === 0 ? 0 : at(owners.values, owners.values.length - 1) + 1;
    predictable(rows);
    return [
      build(
        data.dtype,
        [rows, ...data.shape.slice(1)],
        ([row = 0, ...rest]) => {
          const own = chosen.values.filter((_, place) => owners.values[place] === row);
          const sum = own.reduce((total, each) => total + value(data, [each, ...rest]), 0);
          return isMean && own.length > 0 ? sum / own.length : sum;
        },
        'ordinary',
      ),
    ];
  };
}

const broadcastArgs: Operation = (call) => {
  const [first, second] = [input(call, 's0', 'int32'), input(call, 's1', 'int32')];
  ofRank(first, 1);
  ofRank(second, 1);
  const shape = broadcast(first.values, second.values);
  return [{ dtype: 'int32', shape: [shape.length], values: shape }];
};

const fill: Operation = (call) => {
  const shape = sizes(call, 'shape');
  const { dtype, value: given } = call.attributes;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    return refuse(`a fill of ${String(dtype)}`);
  if (typeof given !== 'number') return refuse('a fill of no number');
  return [build(dtype, shape, () => given)];
};

const range: Operation = (call) => {
  const [start, stop, step] = [number(call, 'start'), number(call, 'stop'), number(call, 'step')];
  const dtype = call.attributes.dtype === 'int32' ? 'int32' : 'float32';
  require([start, stop, step].every(Number.isFinite), 'no end');
  require(step !== 0, 'a step of 0');
  require(start === stop || start < stop === step > 0, 'the step leads away');
  const length = Math.ceil(Math.abs((stop - start) / step));
  predictable(length);
  return [build(dtype, [length], ([index = 0]) => start + index * step)];
};

const linSpace: Operation = (call) => {
  const [start, stop, steps] = [number(call, 'start'), number(call, 'stop'), integer(call, 'num')];
  require(steps > 0, `${steps} numbers`);
  if (!Number.isFinite(start) || !Number.isFinite(stop)) throw new Unpredicted();
  return [
    build(
      'float32',
      [steps],
      ([index = 0]) => (steps === 1 ? start : start + (index * (stop - start)) / (steps - 1)),
      'ordinary',
    ),
  ];
};

const multinomial: Operation = (call) => {
  const logits = input(call, 'logits', 'float32');
  ofRank(logits, 2);
  const samples = integer(call, 'numSamples');
  require(samples >= 0 &&
    (at(logits.shape, 1) > 0 || samples === 0 || logits.shape[0] === 0), 'nothing to draw from');
  return [shapeOnly('int32', [at(logits.shape, 0), samples])];
};

const nGrams: Operation = (call) => {
  ofRank(input(call, 'data', 'string'), 1);
  const splits = input(call, 'dataSplits', 'int32');
  return [shapeOnly('string', [-1]), shapeOnly('int32', splits.shape)];
};

const split: Operation = (call) => {
  ofRank(input(call, 'input', 'string'), 1);
  ofRank(input(call, 'delimiter', 'string'), 0);
  return [shapeOnly('int32', [-1, 2]), shapeOnly('string', [-1]), shapeOnly('int32', [2])];
};

const hash: Operation = (call) => {
  const text = input(call, 'input', 'string');
  require(integer(call, 'numBuckets') > 0, 'no buckets');
  return [shapeOnly('int32', text.shape)];
};

export const SPARSE: Readonly<Record<string, Operation>> = {
  SparseFillEmptyRows: fillEmptyRows,
  SparseReshape: reshape,
  SparseSegmentMean: segments(true),
  SparseSegmentSum: segments(false),
};

export const CREATIONS: Readonly<Record<string, Operation>> = {
  BroadcastArgs: broadcastArgs,
  Fill: fill,
  LinSpace: linSpace,
  Multinomial: multinomial,
  Range: range,
};

export const TEXTS: Readonly<Record<string, Operation>> = {
  StringNGrams: nGrams,
  StringSplit: split,
  StringToHashBucketFast: hash,
};
