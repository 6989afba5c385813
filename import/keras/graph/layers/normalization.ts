import * as v from 'valibot';
import { add, divide, maximum, multiply, subtract, unary } from '../../../builder/elementwise.ts';
import { moments, reduce } from '../../../builder/reductions.ts';
import { dimension, reshape, reshapeRest } from '../../../builder/shaping.ts';
import {
  axesOf,
  axisOf,
  knownCount,
  rank,
  type SymbolicTensor,
  withMask,
} from '../../../builder/symbolic_tensor.ts';
import { axes, axis as axisEntry, flag, integer, number } from '../config_entries.ts';
import {
  type Built,
  defineLayer,
  type LayerCall,
  type LayerDefinition,
  onlyInput,
} from '../layer_definition.ts';
import { openSize } from './core.ts';
import { unitVectors } from './merging.ts';

/** A vector, or a tensor of the sizes of some axes, that broadcasts to the others. */
function along(
  call: LayerCall,
  x: SymbolicTensor,
  axes: readonly number[],
  value: SymbolicTensor,
): SymbolicTensor {
  const isLast = axes.every((axis, index) => axis === rank(x) - axes.length + index);
  if (isLast) return value;
  return reshape(
    call.g,
    value,
    x.shape.map((size, axis) => (axes.includes(axis) ? (size ?? 1) : 1)),
  );
}

/** The sizes of some axes; undefined where one of them is open. */
function sizesOf(x: SymbolicTensor, axes: readonly number[]): number[] | undefined {
  const known = axes.map((axis) => x.shape[axis] ?? null).filter((size) => size !== null);
  return known.length === axes.length ? known : undefined;
}

const BATCH_NORMALIZATION = defineLayer(
  {
    axis: axes(-1),
    epsilon: number(1e-3),
    center: flag(true),
    scale: flag(true),
    mode: v.optional(v.literal(0, 'is not computed here'), 0),
  },
  (call, { axis, epsilon, center, scale }) => {
    const { g, weights } = call;
    const x = onlyInput(call);
    const kept = axesOf(x, axis);
    const shape = sizesOf(x, kept);
    if (shape === undefined || shape.length !== 1) return openSize(call);
    const gamma = scale ? weights.get('gamma', shape) : undefined;
    const beta = center ? weights.get('beta', shape) : undefined;
    const mean = weights.get('moving_mean', shape, { trainable: false });
    const variance = weights.get('moving_variance', shape, { trainable: false });
    const spread = unary(g, 'Rsqrt', add(g, variance, epsilon));
    const factor = gamma === undefined ? spread : multiply(g, spread, gamma);
    const shifted = multiply(g, mean, factor);
    const offset = beta === undefined ? unary(g, 'Neg', shifted) : subtract(g, beta, shifted);
    const scaled = multiply(g, x, along(call, x, kept, factor));
    return withMask(add(g, scaled, along(call, x, kept, offset)), x.mask);
  },
  {
    ignores: [
      'momentum',
      'fused',
      'renorm_clipping',
      'renorm_momentum',
      'synchronized',
      'virtual_batch_size',
    ],
  },
);

const LAYER_NORMALIZATION = defineLayer(
  { axis: axes(-1), epsilon: number(1e-3), center: flag(true), scale: flag(true), rms_scaling: flag(false) },
  (call, { axis, epsilon, center, scale, rms_scaling: isRms }) => {
    const { g, weights } = call;
    const x = onlyInput(call);
    const over = axesOf(x, axis).sort((one, other) => one - other);
    const shape = sizesOf(x, over);
    if (shape === undefined) return openSize(call);
    const gamma = scale || isRms ? along(call, x, over, weights.get('gamma', shape)) : undefined;
    const { centered, variance } = moments(g, x, over);
    const factor = unary(g, 'Rsqrt', add(g, variance, epsilon));
    if (isRms) {
      return withMask(multiply(g, multiply(g, x, factor), gamma ?? 1), x.mask);
    }
    const beta = center ? along(call, x, over, weights.get('beta', shape)) : undefined;
    const normalized = multiply(g, centered, factor);
    const scaled = gamma === undefined ? normalized : multiply(g, normalized, gamma);
    return withMask(beta === undefined ? scaled : add(g, scaled, beta), x.mask);
  },
);

const RMS_NORMALIZATION = defineLayer(
  { axis: axes(-1), epsilon: number(1e-6) },
  (call, { axis, epsilon }) => {
    const { g, weights } = call;
    const x = onlyInput(call);
    const over = axesOf(x, axis).sort((one, other) => one - other);
    const shape = sizesOf(x, over);
    if (shape === undefined) return openSize(call);
    const scale = along(call, x, over, weights.get('scale', shape));
    const squares = reduce(g, 'Mean', unary(g, 'Square', x), over, true);
    const normalized = multiply(g, x, unary(g, 'Rsqrt', add(g, squares, epsilon)));
    return withMask(multiply(g, normalized, scale), x.mask);
  },
);

const GROUP_NORMALIZATION = defineLayer(
  {
    groups: v.nullish(integer, 32),
    axis: axisEntry(-1),
    epsilon: number(1e-3),
    center: flag(true),
    scale: flag(true),
  },
  (call, { groups: asked, axis, epsilon, center, scale }): Built => {
    const { g, weights, layer } = call;
    const x = onlyInput(call);
    const channel = axisOf(x, axis);
    const channels = channel === undefined ? null : (x.shape[channel] ?? null);
    if (channel === undefined || channels === null) return openSize(call);
    const groups = asked === -1 ? channels : asked;
    if (groups < 1 || channels % groups !== 0) return `layer ${layer.className} with groups ${groups}`;
    const sizes = x.shape.map((_, index) => dimension(g, x, index));
    const apart = [...sizes.slice(0, channel), groups, channels / groups, ...sizes.slice(channel + 1)];
    const grouped = reshape(g, x, apart);
    const over = [...grouped.shape.keys()].filter((each) => each !== 0 && each !== channel);
    const { centered, variance } = moments(g, grouped, over);
    const normalized = multiply(g, centered, unary(g, 'Rsqrt', add(g, variance, epsilon)));
    const whole = { ...reshapeRest(g, normalized, sizes.slice(1)), shape: x.shape };
    const gamma = scale ? along(call, x, [channel], weights.get('gamma', [channels])) : undefined;
    const beta = center ? along(call, x, [channel], weights.get('beta', [channels])) : undefined;
    const scaled = gamma === undefined ? whole : multiply(g, whole, gamma);
    return withMask(beta === undefined ? scaled : add(g, scaled, beta), x.mask);
  },
);

const UNIT_NORMALIZATION = defineLayer({ axis: axes(-1) }, (call, { axis }) => {
  const { g } = call;
  const x = onlyInput(call);
  const over = axesOf(x, axis);
  const [only] = over;
  if (only !== undefined && over.length === 1) return withMask(unitVectors(g, x, only), x.mask);
  const squares = reduce(g, 'Sum', unary(g, 'Square', x), over, true);
  return withMask(multiply(g, x, unary(g, 'Rsqrt', maximum(g, squares, 1e-12))), x.mask);
});

/** Numbers in lists of any depth. */
const numbers = v.nullish(v.union([v.number(), v.array(v.unknown())]), null);

function flatNumbers(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return Array.isArray(value) ? value.flatMap(flatNumbers) : [];
}

/** Values that a configuration tells. */
const MOST_GIVEN = 2 ** 20;

/** The least that is divided by. */
const LEAST_DEVIATION = 1e-7;

const NORMALIZATION = defineLayer(
  {
    axis: v.nullish(v.union([integer, v.array(integer)]), null),
    invert: flag(false),
    mean: numbers,
    variance: numbers,
  },
  (call, { axis, invert, mean: givenMean, variance: givenVariance }) => {
    const { g, weights, layer } = call;
    const x = onlyInput(call);
    const kept = axesOf(x, axis === null ? [] : [axis].flat()).sort((one, other) => one - other);
    const shape = sizesOf(x, kept);
    if (shape === undefined) return openSize(call);
    const count = knownCount(shape) ?? 1;
    const values = (given: unknown): SymbolicTensor | undefined => {
      const flat = flatNumbers(given);
      const [first = 0] = flat;
      if (flat.length !== 1 && flat.length !== count) return undefined;
      return g.floats(flat.length === count ? flat : Array<number>(count).fill(first), shape);
    };
    const isGiven = givenMean !== null;
    if (isGiven && count > MOST_GIVEN) return openSize(call);
    const mean = isGiven ? values(givenMean) : weights.get('mean', shape, { trainable: false });
    const variance = isGiven ? values(givenVariance) : weights.get('variance', shape, { trainable: false });
    // How much it was adapted to counts for adapting it further only.
    if (!isGiven) weights.get('count', [], { trainable: false, optional: true });
    if (mean === undefined || variance === undefined) {
      return `layer ${layer.className} with a mean or a variance that does not fit its input`;
    }
    const deviation = maximum(g, unary(g, 'Sqrt', variance), LEAST_DEVIATION);
    const [center, spread] = [along(call, x, kept, mean), along(call, x, kept, deviation)];
    return invert ? add(g, center, multiply(g, x, spread)) : divide(g, subtract(g, x, center), spread);
  },
);

export const NORMALIZATIONS: Readonly<Record<string, LayerDefinition>> = {
  BatchNormalization: BATCH_NORMALIZATION,
  GroupNormalization: GROUP_NORMALIZATION,
  LayerNormalization: LAYER_NORMALIZATION,
  Normalization: NORMALIZATION,
  RMSNormalization: RMS_NORMALIZATION,
  UnitNormalization: UNIT_NORMALIZATION,
};
