import { biased } from '../../../../builder/products.ts';
import { convolve, convolveDepthwise, padCausally } from '../../../../builder/spatial/convolve.ts';
import type { Window } from '../../../../builder/spatial/windows.ts';
import { type SymbolicTensor, sizeOf } from '../../../../builder/symbolic_tensor.ts';
import { choice, count, dataFormat, flag, optionalSizes, sizes } from '../../config_entries.ts';
import { type Built, defineLayer, type LayerCall, type LayerDefinition } from '../../layer_definition.ts';
import { openSize } from '../core.ts';
import { keras1Kernel } from '../keras1_weights.ts';
import { spatial } from './spatial.ts';

interface Configured {
  readonly kernel_size: readonly number[];
  readonly strides: readonly number[];
  readonly dilation_rate: readonly number[] | null;
  readonly padding: 'valid' | 'same' | 'causal';
}

/** The window, and what it moves over. */
function windowOver(
  call: LayerCall,
  x: SymbolicTensor,
  { kernel_size: size, strides, dilation_rate: dilations, padding }: Configured,
): readonly [input: SymbolicTensor, window: Window] | string {
  const ones = size.map(() => 1);
  const window = { size, strides, dilations: dilations ?? ones };
  if (strides.some((stride) => stride > 1) && window.dilations.some((dilation) => dilation > 1)) {
    return `layer ${call.layer.className} with both strides and dilation_rate`;
  }
  if (padding !== 'causal') return [x, { ...window, padding }];
  if (size.length > 1) return `layer ${call.layer.className} with padding "causal"`;
  return [padCausally(call.g, x, window), { ...window, padding: 'valid' }];
}

/** Adds the bias and applies the activation; a text where the window fit nowhere. */
function finished(call: LayerCall, y: SymbolicTensor | undefined, filters: number, hasBias: boolean): Built {
  const { g, weights, layer } = call;
  if (y === undefined) return `layer ${layer.className} with a window that does not fit its input`;
  return biased(g, y, hasBias ? weights.get('bias', [filters]) : undefined);
}

/** Activations see the tensor as the layer gives it: softmax takes its last dimension. */
function activated(call: LayerCall, built: Built): Built {
  if (typeof built === 'string' || 'length' in built) return built;
  return call.activations.activation?.(call.g, built) ?? built;
}

const window = (dimensions: number) => ({
  kernel_size: sizes(dimensions),
  strides: sizes(dimensions, 1),
  padding: choice(['valid', 'same', 'causal'], 'valid'),
  data_format: dataFormat,
  dilation_rate: optionalSizes(dimensions),
  use_bias: flag(true),
});

const ACTIVATED = { activations: ['activation'] } as const;

/** Each is a node of its own. */
const MOST_GROUPS = 256;

const convolution = (dimensions: number): LayerDefinition =>
  defineLayer(
    { filters: count, ...window(dimensions), groups: optionalSizes(1) },
    (call, config) =>
      activated(
        call,
        spatial(call, dimensions, config.data_format, ({ g, weights }, x) => {
          const [groups = 1] = config.groups ?? [];
          const channels = sizeOf(x, -1);
          if (channels === null) return openSize(call);
          if (groups > MOST_GROUPS && (groups !== channels || dimensions === 3)) {
            return `layer ${call.layer.className} with groups ${groups}, which are too many`;
          }
          if (channels % groups !== 0 || config.filters % groups !== 0) {
            return `layer ${call.layer.className} with groups ${groups} of ${channels} channels`;
          }
          const over = windowOver(call, x, config);
          if (typeof over === 'string') return over;
          const shape = [...config.kernel_size, channels / groups, config.filters];
          const kernel =
            call.kerasMajor === 1
              ? keras1Kernel(g, weights, shape, config.data_format === 'channels_first')
              : weights.get('kernel', shape);
          const y = convolve(g, over[0], kernel, over[1], groups);
          return finished(call, y, config.filters, config.use_bias);
        }),
      ),
    ACTIVATED,
  );

/** A convolution of each channel by itself; `y` is undefined where the window fits nowhere. */
function depthwiseStage(
  call: LayerCall,
  x: SymbolicTensor,
  config: Configured & { readonly depth_multiplier: readonly number[] | null },
): { readonly y: SymbolicTensor | undefined; readonly channels: number } | string {
  const [multiplier = 1] = config.depth_multiplier ?? [];
  const channels = sizeOf(x, -1);
  if (channels === null) return openSize(call);
  const over = windowOver(call, x, config);
  if (typeof over === 'string') return over;
  if (new Set(config.strides).size > 1) {
    return `layer ${call.layer.className} with strides ${JSON.stringify(config.strides)}, which differ`;
  }
  const kernel = call.weights.get('depthwise_kernel', [...config.kernel_size, channels, multiplier]);
  return { y: convolveDepthwise(call.g, over[0], kernel, over[1]), channels: channels * multiplier };
}

const depthwise = (dimensions: number): LayerDefinition =>
  defineLayer(
    { ...window(dimensions), depth_multiplier: optionalSizes(1) },
    (call, config) =>
      activated(
        call,
        spatial(call, dimensions, config.data_format, (_, x) => {
          const stage = depthwiseStage(call, x, config);
          return typeof stage === 'string' ? stage : finished(call, stage.y, stage.channels, config.use_bias);
        }),
      ),
    { ...ACTIVATED, ignores: ['filters', 'groups'] },
  );

const separable = (dimensions: number): LayerDefinition =>
  defineLayer(
    { filters: count, ...window(dimensions), depth_multiplier: optionalSizes(1) },
    (call, config) =>
      activated(
        call,
        spatial(call, dimensions, config.data_format, ({ g, weights }, x) => {
          const stage = depthwiseStage(call, x, config);
          if (typeof stage === 'string') return stage;
          const ones = config.kernel_size.map(() => 1);
          const all = weights.get('pointwise_kernel', [...ones, stage.channels, config.filters]);
          const point: Window = { size: ones, strides: ones, dilations: ones, padding: 'valid' };
          const y = stage.y && convolve(g, stage.y, all, point);
          return finished(call, y, config.filters, config.use_bias);
        }),
      ),
    { ...ACTIVATED, ignores: ['groups'] },
  );

export const CONVOLUTION: Readonly<Record<string, LayerDefinition>> = {
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  Conv3D: convolution(3),
  DepthwiseConv1D: depthwise(1),
  DepthwiseConv2D: depthwise(2),
  SeparableConv1D: separable(1),
  SeparableConv2D: separable(2),
};
