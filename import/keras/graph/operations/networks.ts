import { add, cast, multiply, subtract, unary } from '../../../builder/elementwise.ts';
import { moments, reduce } from '../../../builder/reductions.ts';
import { reshape } from '../../../builder/shaping.ts';
import { channelsFirst, channelsLast } from '../../../builder/spatial/channels.ts';
import { convolve, convolveDepthwise } from '../../../builder/spatial/convolve.ts';
import type { Window } from '../../../builder/spatial/windows.ts';
import { axesOf, rank, type SymbolicTensor, sizeOf } from '../../../builder/symbolic_tensor.ts';
import { attendWith } from '../layers/attention/attending.ts';
import { OPERAND, type Operated, type OperationCall, type Operations } from './call/operation_call.ts';

/** Keras's default of what is added to a variance. */
const EPSILON = 1e-7;

const DIMENSIONS: Readonly<Record<number, string>> = { 3: '1D', 4: '2D', 5: '3D' };

/** A layer that needs no weights, of as many dimensions of space as the tensor has. */
const pooled =
  (family: string, members: readonly string[]) =>
  (call: OperationCall): Operated | undefined => {
    const x = call.tensor(0, OPERAND);
    const dimensions = x && DIMENSIONS[rank(x)];
    if (x === undefined || dimensions === undefined || !call.isKeras) return undefined;
    const config = Object.fromEntries(
      members.map((member, index) => [member, call.value([member], index + 1) ?? null]),
    );
    return call.asLayer(`${family}${dimensions}`, config, [x]);
  };

const POOLING = ['pool_size', 'strides', 'padding', 'data_format'];
const ADAPTIVE = ['output_size', 'data_format'];

/** How a kernel moves; undefined where the call does not tell it. */
function windowOf(call: OperationCall, kernel: SymbolicTensor, from: number): Window | undefined {
  const size = kernel.shape.slice(0, -2).filter((each) => each !== null);
  const each = (names: readonly string[], position: number) => {
    const given = call.numbers(names, position) ?? [1];
    return given.length === 1 ? size.map(() => given[0] ?? 1) : given;
  };
  const strides = each(['strides'], from);
  const padding = call.text(['padding'], from + 1)?.toLowerCase() ?? 'valid';
  const dilations = each(['dilation_rate', 'dilations'], from + 3);
  const fits = [strides, dilations].every((list) => list.length === size.length);
  if (!fits || size.length !== rank(kernel) - 2 || (padding !== 'valid' && padding !== 'same'))
    return undefined;
  return { size, strides, dilations, padding };
}

type Convolve = (
  call: OperationCall,
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  window: Window,
) => SymbolicTensor | undefined;

/** A convolution with a kernel that the call is given. */
const convolution =
  (convolved: Convolve, from: number) =>
  (call: OperationCall): Operated | undefined => {
    const { g } = call;
    const x = call.tensor(0, OPERAND);
    const kernel = call.tensor(1, ['kernel', 'depthwise_kernel']);
    if (x === undefined || kernel === undefined || rank(x) !== rank(kernel) || !call.isKeras)
      return undefined;
    const window = windowOf(call, kernel, from);
    if (window === undefined) return undefined;
    const isFirst = call.text(['data_format'], from + 2) === 'channels_first';
    const floats = cast(g, x, 'float32');
    const y = convolved(call, isFirst ? channelsLast(g, floats) : floats, cast(g, kernel, 'float32'), window);
    return y && isFirst ? channelsFirst(g, y) : y;
  };

/** Sizes of the axes, and ones elsewhere, so that it broadcasts to a tensor. */
function alongAxes(call: OperationCall, given: SymbolicTensor, x: SymbolicTensor, axes: readonly number[]) {
  const sizes = x.shape.map((size, axis) => (axes.includes(axis) ? size : 1));
  const known = sizes.filter((size) => size !== null);
  if (rank(given) > axes.length || known.length < sizes.length) return cast(call.g, given, 'float32');
  return reshape(call.g, cast(call.g, given, 'float32'), known);
}

function batchNormalization(call: OperationCall): Operated | undefined {
  const { g } = call;
  const x = call.tensor(0, OPERAND);
  const [mean, variance] = [call.tensor(1, ['mean']), call.tensor(2, ['variance'])];
  if (x === undefined || mean === undefined || variance === undefined || !call.isKeras) return undefined;
  const axes = axesOf(x, call.numbers(['axis'], 3) ?? []);
  const along = (given: SymbolicTensor) => alongAxes(call, given, x, axes);
  const epsilon = call.number(['epsilon'], 6) ?? 1e-3;
  const [offset, scale] = [call.optionalTensor(4, ['offset']), call.optionalTensor(5, ['scale'])];
  const centered = subtract(g, cast(g, x, 'float32'), along(mean));
  const normal = multiply(g, centered, unary(g, 'Rsqrt', add(g, along(variance), epsilon)));
  const scaled = scale === undefined ? normal : multiply(g, normal, along(scale));
  return offset === undefined ? scaled : add(g, scaled, along(offset));
}

/** Divides by the spread along some axes; what is left without the mean, or all of it. */
const normalization =
  (isCentered: boolean, names: readonly [scale: string, offset: string]) =>
  (call: OperationCall): Operated | undefined => {
    const { g } = call;
    const given = call.tensor(0, OPERAND);
    if (given === undefined || call.flag(['rms_scaling'])) return undefined;
    const x = cast(g, given, 'float32');
    const axes = axesOf(x, call.numbers(['axis']) ?? [-1]);
    const { centered, variance } = moments(g, x, axes);
    const spread = isCentered ? variance : reduce(g, 'Mean', unary(g, 'Square', x), axes, true);
    const factor = unary(g, 'Rsqrt', add(g, spread, call.number(['epsilon']) ?? EPSILON));
    const normal = multiply(g, isCentered ? centered : x, factor);
    const [scale, offset] = [call.optionalTensor(1, [names[0]]), call.optionalTensor(2, [names[1]])];
    const along = (each: SymbolicTensor) => alongAxes(call, each, x, axes);
    const scaled = scale === undefined ? normal : multiply(g, normal, along(scale));
    return offset === undefined ? scaled : add(g, scaled, along(offset));
  };

/** Heads that attend: tensors of [batch, steps, heads, size]. */
function attention(call: OperationCall): Operated | undefined {
  const { g } = call;
  const [query, key, value] = ['query', 'key', 'value'].map((name, index) => call.tensor(index, [name]));
  if (query === undefined || key === undefined || value === undefined) return undefined;
  if (call.value(['attn_logits_soft_cap']) !== undefined) return undefined;
  const size = sizeOf(query, -1);
  if ([query, key, value].some((each) => rank(each) !== 4) || size === null) return undefined;
  return attendWith(g, {
    query,
    key,
    value,
    scale: call.number(['scale'], 5) ?? 1 / Math.sqrt(size),
    bias: call.optionalTensor(3, ['bias']),
    mask: call.optionalTensor(4, ['mask']),
    isCausal: call.flag(['is_causal']),
  });
}

/** Operations of networks that layers compute too. */
export const NETWORKS: Operations = {
  adaptive_average_pool: pooled('AdaptiveAveragePooling', ADAPTIVE),
  adaptive_max_pool: pooled('AdaptiveMaxPooling', ADAPTIVE),
  average_pool: pooled('AveragePooling', POOLING),
  batch_norm: batchNormalization,
  conv: convolution(({ g }, x, kernel, window) => {
    const [channels, own] = [sizeOf(x, -1), sizeOf(kernel, -2)];
    const groups = channels === null || own === null ? 1 : channels / own;
    return Number.isInteger(groups) ? convolve(g, x, kernel, window, groups) : undefined;
  }, 2),
  depthwise_conv: convolution(({ g }, x, kernel, window) => convolveDepthwise(g, x, kernel, window), 2),
  dot_product_attention: attention,
  layer_norm: normalization(true, ['gamma', 'beta']),
  max_pool: pooled('MaxPooling', POOLING),
  rms_norm: normalization(false, ['scale', '']),
  separable_conv: convolution((call, x, kernel, window) => {
    const point = call.tensor(2, ['pointwise_kernel']);
    const ones = window.size.map(() => 1);
    const deep = convolveDepthwise(call.g, x, kernel, window);
    const plain: Window = { size: ones, strides: ones, dilations: ones, padding: 'valid' };
    return deep && point && convolve(call.g, deep, cast(call.g, point, 'float32'), plain);
  }, 3),
};
