import fc from 'fast-check';
import type { Dtype } from '../../oracle/tensor.ts';
import { type Calls, floats, shapes } from '../kernel_call.ts';

const along = fc.record({
  shape: shapes(1, 5),
  chosen: fc.nat(31),
  isNegative: fc.boolean(),
  keepDims: fc.boolean(),
});

function reduction(attribute: string, ...dtypes: Dtype[]): Calls {
  return fc.record({ along, dtype: fc.constantFrom(...dtypes) }).map(({ along, dtype }) => {
    const { shape, chosen, isNegative, keepDims } = along;
    const axes = shape.flatMap((_, axis) =>
      (chosen >> axis) & 1 ? [isNegative ? axis - shape.length : axis] : [],
    );
    return { inputs: { x: { dtype, shape } }, attributes: { [attribute]: axes, keepDims } };
  });
}

const position: Calls = fc
  .record({ along, dtype: fc.constantFrom<Dtype>('float32', 'int32') })
  .map(({ along: { shape, chosen }, dtype }) => ({
    inputs: { x: { dtype, shape } },
    attributes: { axis: chosen % shape.length },
  }));

const cumulativeOf = (...dtypes: readonly Dtype[]): Calls =>
  fc
    .record({
      along,
      dtype: fc.constantFrom(...dtypes),
      exclusive: fc.boolean(),
      reverse: fc.boolean(),
    })
    .map(({ along: { shape, chosen, isNegative }, dtype, exclusive, reverse }) => {
      const axis = chosen % shape.length;
      return {
        inputs: { x: { dtype, shape, range: [-2, 2] } },
        attributes: { axis: isNegative ? axis - shape.length : axis, exclusive, reverse },
      };
    });

const cumulative = cumulativeOf('float32', 'int32');

const numeric = (attribute = 'axis'): Calls => reduction(attribute, 'float32', 'int32');

export const REDUCTION_CALLS: Readonly<Record<string, Calls>> = {
  All: reduction('axis', 'bool'),
  Any: reduction('axis', 'bool'),
  ArgMax: position,
  ArgMin: position,
  Cumprod: cumulative,
  Cumsum: cumulative,
  CumulativeLogsumexp: cumulativeOf('float32'),
  Max: numeric('reductionIndices'),
  // tfjs's operation casts integers first.
  Mean: reduction('axis', 'float32'),
  Min: numeric(),
  Prod: numeric(),
  Softmax: shapes(1, 4).map((shape) => ({
    inputs: { logits: floats(shape) },
    attributes: { dim: shape.length - 1 },
  })),
  Sum: numeric(),
};
