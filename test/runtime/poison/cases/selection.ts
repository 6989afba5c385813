import fc from 'fast-check';
import type { Dtype } from '../../oracle/tensor.ts';
import { type Calls, floats, integers, numbers, positive, shapes, size } from '../kernel_call.ts';

const dtype = fc.constantFrom<Dtype>('float32', 'float32', 'int32', 'bool');
const numeric = fc.constantFrom<Dtype>('float32', 'int32');
const full = fc.array(positive, { minLength: 1, maxLength: 4 });

/** The largest index that is valid in each of the first `depth` dimensions of a shape. */
const least = (shape: readonly number[], depth: number): number => Math.min(...shape.slice(0, depth), 99) - 1;

const scattered = fc.record({
  shape: full,
  outer: fc.array(size, { minLength: 1, maxLength: 2 }),
  depth: fc.nat(3),
  dtype: numeric,
});

const counted = fc.record({
  values: size,
  rows: size,
  size,
  dtype: numeric,
  isMatrix: fc.boolean(),
  isWeighted: fc.boolean(),
});

export const SELECTION_CALLS: Readonly<Record<string, Calls>> = {
  Bincount: counted.map(({ values, size, dtype, isWeighted }) => ({
    inputs: { x: integers([values], 0, 5), weights: { dtype, shape: [isWeighted ? values : 0] } },
    attributes: { size },
  })),
  DenseBincount: counted.map(({ values, rows, size, dtype, isMatrix, isWeighted }) => {
    const shape = isMatrix ? [rows, values] : [values];
    return {
      inputs: { x: integers(shape, 0, 5), weights: { dtype, shape: isWeighted ? shape : [0] } },
      attributes: { size, binaryOutput: !isWeighted && values % 2 === 0 },
    };
  }),
  GatherNd: scattered.map(({ shape, outer, depth, dtype }) => {
    const own = depth % (shape.length + 1);
    return { inputs: { params: { dtype, shape }, indices: integers([...outer, own], 0, least(shape, own)) } };
  }),
  GatherV2: fc
    .record({
      shape: shapes(1, 4),
      of: shapes(0, 2),
      axis: fc.nat(3),
      dtype,
      batchDims: fc.constantFrom(0, 0, 1),
      isNegative: fc.boolean(),
    })
    .map(({ shape, of, axis, dtype, batchDims, isNegative }) => {
      const along = axis % shape.length;
      const batch = along > 0 ? batchDims : 0;
      const indices = batch > 0 ? [shape[0] ?? 0, ...of] : of;
      const high = (shape[along] ?? 1) - 1;
      return {
        inputs: { x: { dtype, shape }, indices: integers(indices, 0, high) },
        attributes: { axis: isNegative ? along - shape.length : along, batchDims: batch },
      };
    }),
  OneHot: fc
    .record({ shape: shapes(0, 3), depth: size, dtype: fc.constantFrom<Dtype>('float32', 'int32', 'bool') })
    .map(({ shape, depth, dtype }) => ({
      inputs: { indices: integers(shape, -1, depth) },
      attributes: { depth, dtype, onValue: 1, offValue: 0 },
    })),
  ScatterNd: scattered.map(({ shape, outer, depth, dtype }) => {
    const own = 1 + (depth % shape.length);
    return {
      inputs: {
        indices: integers([...outer, own], 0, least(shape, own)),
        updates: { dtype, shape: [...outer, ...shape.slice(own)] },
      },
      attributes: { shape },
    };
  }),
  SearchSorted: fc
    .record({ rows: size, width: size, wanted: size, dtype: numeric, isLeft: fc.boolean() })
    .map(({ rows, width, wanted, dtype, isLeft }) => ({
      inputs: {
        // Each row must be sorted. A single row is sorted, and each of several rows repeats one number.
        sortedSequence: {
          dtype,
          shape: [rows, width],
          values: Array.from({ length: rows * width }, (_, place) => (width === 0 ? 0 : place % width)),
        },
        values: { dtype, shape: [rows, wanted], range: [-1, width + 1] },
      },
      attributes: { side: isLeft ? 'left' : 'right' },
    })),
  SparseToDense: fc
    .record({
      shape: fc.array(positive, { minLength: 1, maxLength: 3 }),
      rows: size,
      dtype: numeric,
      isScalar: fc.boolean(),
    })
    .map(({ shape, rows, dtype, isScalar }) => ({
      inputs: {
        sparseIndices: integers(
          shape.length === 1 ? [rows] : [rows, shape.length],
          0,
          least(shape, shape.length),
        ),
        sparseValues: isScalar ? { dtype, shape: [], values: [3] } : { dtype, shape: [rows] },
        defaultValue: { dtype, shape: [], values: [2] },
      },
      attributes: { outputShape: shape },
      // If a position occurs twice, TensorFlow keeps the last value.
    })),
  TensorScatterUpdate: scattered.map(({ shape, depth, dtype }) => {
    const own = 1 + (depth % shape.length);
    return {
      inputs: {
        tensor: { dtype, shape },
        indices: integers([1, own], 0, least(shape, own)),
        updates: { dtype, shape: [1, ...shape.slice(own)] },
      },
      attributes: {},
    };
  }),
  TopK: fc
    .record({ outer: shapes(0, 2), width: size, k: fc.nat(99), dtype: numeric, sorted: fc.constant(true) })
    .map(({ outer, width, k, dtype, sorted }) => ({
      inputs: { x: { dtype, shape: [...outer, width] } },
      attributes: { k: k % (width + 1), sorted },
    })),
  Unique: fc.record({ shape: full, dtype, axis: fc.nat(3) }).map(({ shape, dtype, axis }) => ({
    inputs: { x: { dtype, shape } },
    attributes: { axis: axis % shape.length },
  })),
};

const rows = fc.record({
  count: size,
  rows: fc.constantFrom(0, 1, 2, 4, 7),
  rank: fc.constantFrom(1, 2, 3),
  dtype: numeric,
});

export const SPARSE_CALLS: Readonly<Record<string, Calls>> = {
  SparseFillEmptyRows: rows.map(({ count, rows, rank, dtype }) => ({
    inputs: {
      indices: integers([rows === 0 ? 0 : count, rank], 0, Math.max(0, rows - 1)),
      values: { dtype, shape: [rows === 0 ? 0 : count] },
      denseShape: numbers([rows, ...Array.from({ length: rank - 1 }, () => 9)]),
      defaultValue: { dtype, shape: [], values: [8] },
    },
  })),
  SparseReshape: fc
    .record({ shape: fc.array(positive, { minLength: 1, maxLength: 3 }), count: size, isOpen: fc.boolean() })
    .map(({ shape, count, isOpen }) => ({
      inputs: {
        inputIndices: integers([count, shape.length], 0, Math.min(...shape) - 1),
        inputShape: numbers(shape),
        newShape: numbers(isOpen ? [-1] : shape.toReversed()),
      },
    })),
  ...Object.fromEntries(
    ['SparseSegmentMean', 'SparseSegmentSum'].map((name) => [
      name,
      fc.record({ shape: full, count: size }).map(({ shape, count }) => ({
        inputs: {
          data: floats(shape),
          indices: integers([count], 0, (shape[0] ?? 1) - 1),
          segmentIds: { ...integers([count], 0, 4), isSorted: true },
        },
      })),
    ]),
  ),
};

const sizes = fc.array(size, { minLength: 0, maxLength: 4 });

export const CREATION_CALLS: Readonly<Record<string, Calls>> = {
  BroadcastArgs: sizes.map((shape) => ({
    inputs: { s0: numbers(shape), s1: numbers(shape.map((each, axis) => (axis % 2 ? 1 : each)).slice(1)) },
  })),
  Fill: fc
    .record({ shape: sizes, dtype: numeric, value: fc.integer({ min: -3, max: 3 }) })
    .map((attributes) => ({
      inputs: {},
      attributes,
    })),
  LinSpace: fc
    .record({ num: positive })
    .map(({ num }) => ({ inputs: {}, attributes: { start: -1, stop: 2.5, num } })),
  Multinomial: fc
    .record({ rows: positive, width: positive, samples: positive, seed: fc.integer({ min: 1, max: 99 }) })
    .map(({ rows, width, samples, seed }) => ({
      inputs: { logits: floats([rows, width]) },
      attributes: { numSamples: samples, seed, normalized: false },
      mayRefuse: true,
    })),
  Range: fc
    .record({
      start: fc.integer({ min: -9, max: 9 }),
      length: fc.nat(9),
      step: fc.constantFrom(1, 2, 3, -1, -2),
      dtype: numeric,
    })
    .map(({ start, length, step, dtype }) => ({
      inputs: {},
      attributes: { start, stop: start + length * step, step, dtype },
    })),
};

export const TEXT_CALLS: Readonly<Record<string, Calls>> = {
  StringNGrams: size.map((count) => ({
    inputs: { data: { dtype: 'string', shape: [count] }, dataSplits: numbers([0, count]) },
    attributes: {
      separator: '|',
      nGramWidths: [2],
      leftPad: 'L',
      rightPad: 'R',
      padWidth: -1,
      preserveShortSequences: false,
    },
  })),
  StringSplit: size.map((count) => ({
    inputs: { input: { dtype: 'string', shape: [count] }, delimiter: { dtype: 'string', shape: [] } },
    attributes: { skipEmpty: true },
  })),
  StringToHashBucketFast: shapes(0, 2).map((shape) => ({
    inputs: { input: { dtype: 'string', shape } },
    attributes: { numBuckets: 7 },
  })),
};
