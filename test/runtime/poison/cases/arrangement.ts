import fc from 'fast-check';
import type { Dtype } from '../../oracle/tensor.ts';
import { type Calls, positive, shapes, size } from '../kernel_call.ts';

const dtype = fc.constantFrom<Dtype>('float32', 'float32', 'int32', 'bool');
const shaped = fc.record({
  shape: shapes(1, 5),
  dtype,
  chosen: fc.nat(31),
  other: fc.nat(99),
  isNegative: fc.boolean(),
});

const listed = fc.record({
  shape: shapes(0, 4),
  dtype,
  sizes: fc.array(size, { minLength: 1, maxLength: 4 }),
  chosen: fc.nat(4),
  isNegative: fc.boolean(),
});

/** A pair of numbers up to 2 for each dimension, derived from `other`. */
const around = (shape: readonly number[], other: number): [number, number][] =>
  shape.map((_, axis) => [(other >> axis) % 3, (other >> (axis + 2)) % 3]);

const mirrored = fc.record({
  shape: fc.array(positive, { minLength: 1, maxLength: 4 }),
  dtype,
  other: fc.nat(999),
  isReflected: fc.boolean(),
});

const strided = fc.record({
  shape: shapes(1, 5),
  dtype,
  parts: fc.array(
    fc.record({
      begin: fc.integer({ min: -6, max: 6 }),
      end: fc.integer({ min: -8, max: 8 }),
      stride: fc.constantFrom(1, 1, 2, 3, -1, -2),
    }),
    { minLength: 5, maxLength: 5 },
  ),
  masks: fc.record({
    beginMask: fc.nat(31),
    endMask: fc.nat(31),
    ellipsisMask: fc.constantFrom(0, 0, 0, 1, 2),
    newAxisMask: fc.constantFrom(0, 0, 0, 1, 2),
    shrinkAxisMask: fc.constantFrom(0, 0, 0, 1, 4),
  }),
});

const blocks = fc.record({
  batch: fc.constantFrom(0, 1, 2),
  blockShape: fc.array(fc.constantFrom(1, 2, 3), { minLength: 1, maxLength: 2 }),
  outer: fc.array(positive, { minLength: 2, maxLength: 2 }),
  channels: positive,
  dtype,
});

export const ARRANGEMENT_CALLS: Readonly<Record<string, Calls>> = {
  BatchToSpaceND: blocks.map(({ batch, blockShape, outer, channels, dtype }) => ({
    inputs: {
      x: {
        dtype,
        shape: [
          batch * blockShape.reduce((a: number, b) => a * b, 1),
          ...outer.slice(0, blockShape.length),
          channels,
        ],
      },
    },
    attributes: { blockShape, crops: blockShape.map((block) => [0, block - 1]) },
  })),
  Concat: listed.map(({ shape, dtype, sizes, chosen, isNegative }) => {
    const own = shape.length === 0 ? [2] : shape;
    const along = chosen % own.length;
    const inputs = sizes.map((each, index) => [String(index), { dtype, shape: own.with(along, each) }]);
    return {
      isList: true,
      inputs: Object.fromEntries(inputs),
      attributes: { axis: isNegative ? along - own.length : along },
    };
  }),
  DepthToSpace: fc
    .record({
      shape: shapes(3, 3),
      block: fc.constantFrom(2, 3),
      depth: size,
      dtype: fc.constant<Dtype>('float32'),
    })
    .map(({ shape, block, depth, dtype }) => ({
      inputs: { x: { dtype, shape: [...shape, depth * block ** 2] } },
      attributes: { blockSize: block, dataFormat: 'NHWC' },
    })),
  Diag: fc
    .record({ shape: shapes(1, 2), dtype })
    .map(({ shape, dtype }) => ({ inputs: { x: { dtype, shape } } })),
  ExpandDims: shaped.map(({ shape, dtype, chosen, isNegative }) => ({
    inputs: { input: { dtype, shape } },
    attributes: { dim: isNegative ? -1 - (chosen % (shape.length + 1)) : chosen % (shape.length + 1) },
  })),
  MirrorPad: mirrored.map(({ shape, dtype, other, isReflected }) => ({
    inputs: { x: { dtype, shape } },
    attributes: {
      paddings: around(shape, other).map((pair, axis) =>
        pair.map((each) => Math.min(each, (shape[axis] ?? 1) - (isReflected ? 1 : 0))),
      ),
      mode: isReflected ? 'reflect' : 'symmetric',
    },
    mayRefuse: dtype === 'bool',
  })),
  Pack: listed.map(({ shape, dtype, sizes, chosen, isNegative }) => {
    const axis = chosen % (shape.length + 1);
    return {
      isList: true,
      inputs: Object.fromEntries(sizes.map((_, index) => [String(index), { dtype, shape }])),
      attributes: { axis: isNegative ? axis - shape.length - 1 : axis },
    };
  }),
  PadV2: shaped.map(({ shape, dtype, other }) => ({
    inputs: { x: { dtype, shape } },
    attributes: { paddings: around(shape, other), constantValue: dtype === 'float32' ? 1.5 : 1 },
  })),
  Reshape: shaped.map(({ shape, dtype, chosen }) => {
    const total = shape.reduce((a, b) => a * b, 1);
    const wanted = chosen % 3 === 0 ? [total] : chosen % 3 === 1 ? [1, ...shape] : shape.toReversed();
    return { inputs: { x: { dtype, shape } }, attributes: { shape: wanted } };
  }),
  Reverse: shaped.map(({ shape, dtype, chosen, isNegative }) => ({
    inputs: { x: { dtype: dtype === 'bool' ? 'int32' : dtype, shape } },
    attributes: {
      dims: shape.flatMap((_, axis) =>
        (chosen >> axis) & 1 ? [isNegative ? axis - shape.length : axis] : [],
      ),
    },
  })),
  Slice: shaped.map(({ shape, dtype, chosen, other }) => {
    const begin = shape.map((each, axis) => (each === 0 ? 0 : (chosen >> axis) % each));
    const sizes = shape.map((each, axis) => {
      const rest = each - (begin[axis] ?? 0);
      return (other >> axis) % 4 === 0 ? -1 : other % (rest + 1);
    });
    return { inputs: { x: { dtype, shape } }, attributes: { begin, size: sizes } };
  }),
  SpaceToBatchND: blocks.map(({ batch, blockShape, outer, channels, dtype }) => ({
    inputs: {
      x: {
        dtype,
        shape: [
          batch,
          ...blockShape.map((block, each) => block * (outer[each] ?? 1) - (block - 1)),
          channels,
        ],
      },
    },
    attributes: { blockShape, paddings: blockShape.map((block) => [0, block - 1]) },
  })),
  SplitV: fc
    .record({ shaped, parts: shapes(1, 4), isEven: fc.boolean(), open: fc.nat(7) })
    .map(({ shaped, parts, isEven, open }) => {
      const { dtype, chosen } = shaped;
      const along = chosen % shaped.shape.length;
      const total = parts.reduce((a, b) => a + b, 0);
      const shape = shaped.shape.with(along, isEven ? 2 * parts.length : total);
      return {
        inputs: { x: { dtype, shape } },
        attributes: {
          numOrSizeSplits: isEven ? parts.length : parts.map((part, index) => (index === open ? -1 : part)),
          axis: along,
        },
      };
    }),
  StridedSlice: strided.map(({ shape, dtype, parts, masks }) => {
    const own = parts.slice(0, shape.length);
    return {
      inputs: { x: { dtype, shape } },
      attributes: {
        begin: own.map(({ begin }) => begin),
        end: own.map(({ end }) => end),
        strides: own.map(({ stride }) => stride),
        ...masks,
      },
      // tfjs may refuse overlapping masks that TensorFlow computes.
      mayRefuse: masks.ellipsisMask + masks.newAxisMask + masks.shrinkAxisMask > 0,
    };
  }),
  Tile: shaped.map(({ shape, dtype, other }) => ({
    inputs: { x: { dtype, shape } },
    attributes: { reps: shape.map((_, axis) => (other >> axis) % 4) },
  })),
  Transpose: shaped.map(({ shape, dtype, other }) => {
    const perm = shape.map((_, axis) => axis);
    const by = other % shape.length;
    const rotated = [...perm.slice(by), ...perm.slice(0, by)];
    return {
      inputs: { x: { dtype, shape } },
      attributes: { perm: other % 2 === 0 ? rotated : rotated.reverse() },
    };
  }),
  Unpack: shaped.map(({ shape, dtype, chosen }) => ({
    inputs: { value: { dtype, shape } },
    attributes: { axis: chosen % shape.length },
  })),
};
