import type { DataType } from '@tensorflow/tfjs-core';
import { gives, type Rule, type Rules } from '../rule.ts';
import { isEmpty, reducedShape } from '../shapes.ts';

const LEAST_INTEGER = -(2 ** 31);
const LARGEST_INTEGER = 2 ** 31 - 1;

/** The result of a reduction without elements, for each accepted dtype. */
type OfNothing = Readonly<Partial<Record<DataType, number>>>;

function reduction(ofNothing: OfNothing, axes = 'axis'): Rule {
  return (call) => {
    const x = call.tensor('x');
    const fill = ofNothing[x.dtype];
    if (fill === undefined) return call.refuse(`x is ${x.dtype}, which is not computed`);
    const shape = reducedShape(x.shape, call.axes(axes, x.shape.length), call.flag('keepDims'));
    const verdict = gives(shape, x.dtype);
    return isEmpty(x.shape) ? { ...verdict, fill } : verdict;
  };
}

/**
 * The rule of ArgMax and ArgMin. TensorFlow refuses a reduced dimension without elements, whatever the other sizes are.
 */
const position: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32', 'int32', 'bool');
  const axis = call.axis('axis', x.shape.length);
  if (x.shape[axis] === 0) call.refuse(`the dimension ${axis} of [${x.shape}] has no elements`);
  return gives(x.shape.toSpliced(axis, 1), 'int32');
};

/** tfjs does not accept negative axes, so that the rule replaces the axis. */
const cumulative: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32', 'int32');
  const axis = call.axis('axis', x.shape.length);
  return { ...gives(x.shape, x.dtype), attributes: { axis } };
};

const cumulativeLogSumExp: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32');
  return { ...gives(x.shape, 'float32'), attributes: { axis: call.axis('axis', x.shape.length) } };
};

/** The mean of integers is an integer. Without elements it does not exist. */
const mean: Rule = (call) => {
  const { shape, dtype } = call.tensor('x');
  if (dtype === 'int32' && isEmpty(shape))
    call.refuse(`x of shape [${shape}] has no integers to take the mean of`);
  return reduction({ float32: Number.NaN, int32: 0 })(call);
};

export const REDUCTION_RULES: Rules = {
  All: reduction({ bool: 1 }),
  Any: reduction({ bool: 0 }),
  ArgMax: position,
  ArgMin: position,
  Cumprod: cumulative,
  Cumsum: cumulative,
  CumulativeLogsumexp: cumulativeLogSumExp,
  Max: reduction({ float32: Number.NEGATIVE_INFINITY, int32: LEAST_INTEGER }, 'reductionIndices'),
  Mean: mean,
  Min: reduction({ float32: Number.POSITIVE_INFINITY, int32: LARGEST_INTEGER }),
  Prod: reduction({ float32: 1, int32: 1 }),
  Sum: reduction({ float32: 0, int32: 0 }),
};
