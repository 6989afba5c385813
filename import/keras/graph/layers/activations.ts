import * as v from 'valibot';
import { elu, leakyRelu, thresholdedRelu } from '../../../builder/activations.ts';
import {
  add,
  binary,
  cast,
  divide,
  multiply,
  select,
  subtract,
  unary,
} from '../../../builder/elementwise.ts';
import { reduce, softmax } from '../../../builder/reductions.ts';
import { axesOf, canBroadcast, rank, withMask } from '../../../builder/symbolic_tensor.ts';
import { SAVED_MODEL_ADVICE } from '../../keras_errors.ts';
import { rectifier } from '../activation_functions.ts';
import { axes, integers, number, optionalNumber, parameter } from '../config_entries.ts';
import { defineLayer, type LayerDefinition, namedTensor, onlyInput } from '../layer_definition.ts';
import { openSize } from './core.ts';

const ELU = defineLayer({ alpha: parameter(1) }, (call, { alpha }) => {
  const x = onlyInput(call);
  return withMask(elu(alpha)(call.g, x), x.mask);
});

/** Keras 3 calls it the negative slope. */
const LEAKY_RELU = defineLayer(
  { alpha: v.optional(parameter(0.3)), negative_slope: v.optional(parameter(0.3)) },
  (call, { alpha, negative_slope: slope }) => {
    const x = onlyInput(call);
    return withMask(leakyRelu(slope ?? alpha ?? 0.3)(call.g, x), x.mask);
  },
);

const RELU = defineLayer(
  { max_value: optionalNumber, negative_slope: parameter(0), threshold: parameter(0) },
  (call, { max_value: most, negative_slope: slope, threshold }) => {
    const x = onlyInput(call);
    return withMask(rectifier(most ?? Number.POSITIVE_INFINITY, slope, threshold)(call.g, x), x.mask);
  },
);

const THRESHOLDED_RELU = defineLayer({ theta: number(1) }, (call, { theta }) => {
  const x = onlyInput(call);
  return withMask(thresholdedRelu(theta)(call.g, x), x.mask);
});

const PRELU = defineLayer(
  { shared_axes: v.nullish(v.union([integers, v.number()]), []) },
  (call, { shared_axes: shared }) => {
    const { g, weights } = call;
    const x = onlyInput(call);
    const sharedAxes = axesOf(x, [shared].flat());
    const shape: number[] = [];
    for (const [axis, size] of x.shape.entries()) {
      if (axis === 0) continue;
      const own = sharedAxes.includes(axis) ? 1 : size;
      if (own === null) return openSize(call);
      shape.push(own);
    }
    const alpha = weights.get('alpha', shape);
    const negative = multiply(g, alpha, unary(g, 'Relu', unary(g, 'Neg', x)));
    return withMask(subtract(g, unary(g, 'Relu', x), negative), x.mask);
  },
);

/** What is added where a mask says that a value does not count. */
const LARGE_NEGATIVE = -1e9;

const SOFTMAX = defineLayer({ axis: axes(-1) }, (call, { axis }) => {
  const { g } = call;
  const input = onlyInput(call);
  const explicit = namedTensor(call, 'mask');
  const mask = explicit === undefined ? input.mask : binary(g, 'Greater', cast(g, explicit, 'float32'), 0.5);
  const isUnfit = explicit === undefined && mask !== undefined && rank(mask) !== rank(input);
  if (
    isUnfit ||
    (mask !== undefined && (rank(mask) > rank(input) || !canBroadcast(mask.shape, input.shape)))
  ) {
    return `layer Softmax of what is masked by steps, which Keras does not compute either; ${SAVED_MODEL_ADVICE}`;
  }
  const x = mask === undefined ? input : select(g, mask, input, add(g, input, LARGE_NEGATIVE));
  const along = axesOf(x, axis);
  const [only] = along;
  if (only !== undefined && along.length === 1) return withMask(softmax(g, x, only), input.mask);
  const powers = unary(g, 'Exp', subtract(g, x, reduce(g, 'Max', x, along, true)));
  return withMask(divide(g, powers, reduce(g, 'Sum', powers, along, true)), input.mask);
});

export const ACTIVATIONS: Readonly<Record<string, LayerDefinition>> = {
  ELU,
  LeakyReLU: LEAKY_RELU,
  PReLU: PRELU,
  ReLU: RELU,
  Softmax: SOFTMAX,
  ThresholdedReLU: THRESHOLDED_RELU,
};
