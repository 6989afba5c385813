import { integersValue, textValue } from '../../../../builder/node_builder.ts';
import { biased } from '../../../../builder/products.ts';
import {
  crop,
  dimension,
  expandDimension,
  pad,
  reverse,
  scaledDimension,
  shapeTensor,
  squeeze,
  transpose,
} from '../../../../builder/shaping.ts';
import { convolve } from '../../../../builder/spatial/convolve.ts';
import { zerosBetween } from '../../../../builder/spatial/zeros_between.ts';
import { type SymbolicTensor, sizeOf } from '../../../../builder/symbolic_tensor.ts';
import { choice, count, dataFormat, flag, optionalSizes, sizes } from '../../config_entries.ts';
import { type Built, defineLayer, type LayerCall, type LayerDefinition } from '../../layer_definition.ts';
import { openSize } from '../core.ts';
import { keras1Kernel } from '../keras1_weights.ts';
import { spatial } from './spatial.ts';

/** One dimension of space of a transposed convolution, whatever the size of the input is. */
interface Axis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** The output is as long as the input times the stride and so much more, as Keras works it out. */
  readonly more: number;
  /** What the convolution that this one is the transpose of would put in front. */
  readonly before: number;
}

function axisOf(
  kernel: number,
  stride: number,
  dilation: number,
  padding: string,
  outputPadding: number | null,
): Axis {
  const reach = (kernel - 1) * dilation + 1;
  const isSame = padding === 'same';
  const around = isSame ? Math.floor(reach / 2) : 0;
  const unpadded = isSame ? 0 : Math.max(reach - stride, 0);
  const more = outputPadding === null ? unpadded : reach - stride - 2 * around + outputPadding;
  const before = isSame ? Math.floor(Math.max(reach - stride - more, 0) / 2) : 0;
  return { kernel, stride, dilation, more, before };
}

const transposed = (dimensions: number): LayerDefinition =>
  defineLayer(
    {
      filters: count,
      kernel_size: sizes(dimensions),
      strides: sizes(dimensions, 1),
      padding: choice(['valid', 'same'], 'valid'),
      data_format: dataFormat,
      dilation_rate: optionalSizes(dimensions),
      output_padding: optionalSizes(dimensions, 0),
      use_bias: flag(true),
    },
    (call, config) => {
      const built = spatial(call, dimensions, config.data_format, (_, x): Built => {
        const { g, weights } = call;
        const channels = sizeOf(x, -1);
        if (channels === null) return openSize(call);
        const axes = config.kernel_size.map((kernel, index) => {
          const [stride = 1, dilation = 1] = [config.strides[index], config.dilation_rate?.[index]];
          return axisOf(kernel, stride, dilation, config.padding, config.output_padding?.[index] ?? null);
        });
        const isOld = call.kerasMajor === 1;
        const last = isOld ? [channels, config.filters] : [config.filters, channels];
        const stored = isOld
          ? keras1Kernel(
              g,
              weights,
              [...config.kernel_size, ...last],
              config.data_format === 'channels_first',
            )
          : weights.get('kernel', [...config.kernel_size, ...last]);
        const kernel = isOld ? swapLast(g, stored) : stored;
        const isDilated = axes.some(({ dilation }) => dilation > 1);
        const isPlain = dimensions < 3 && !isDilated;
        const y = isPlain ? backwards(call, x, kernel, axes, config.padding) : spread(call, x, kernel, axes);
        if (y === undefined) return `layer ${call.layer.className} with a window that does not fit its input`;
        return biased(g, y, config.use_bias ? weights.get('bias', [config.filters]) : undefined);
      });
      if (typeof built === 'string' || 'length' in built) return built;
      return call.activations.activation?.(call.g, built) ?? built;
    },
    { activations: ['activation'], ignores: ['groups'] },
  );

/** With the last two dimensions in the other order. */
function swapLast(g: LayerCall['g'], x: SymbolicTensor): SymbolicTensor {
  const axes = [...x.shape.keys()];
  return transpose(g, x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/** TensorFlow's gradient of a convolution, of one or two dimensions of space. */
function backwards(
  { g }: LayerCall,
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  axes: readonly Axis[],
  padding: string,
): SymbolicTensor {
  if (axes.length === 1) {
    const one = { kernel: 1, stride: 1, dilation: 1, more: 0, before: 0 };
    const wide = planar(g, expandDimension(g, x, 1), expandDimension(g, kernel, 0), [one, ...axes], padding);
    return squeeze(g, wide, [1]);
  }
  return planar(g, x, kernel, axes, padding);
}

function planar(
  g: LayerCall['g'],
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  axes: readonly Axis[],
  padding: string,
): SymbolicTensor {
  const space = axes.map(({ stride, more }, index) =>
    scaledDimension(g, dimension(g, x, index + 1), stride, more),
  );
  const filters = sizeOf(kernel, -2) ?? 1;
  const target = shapeTensor(g, [dimension(g, x, 0), ...space, filters]);
  const known = space.map((size) => (typeof size === 'number' ? size : null));
  return g.node(
    'Conv2DBackpropInput',
    [target, kernel, x],
    { shape: [sizeOf(x, 0), ...known, filters], dtype: 'float32' },
    {
      T: { type: 'DT_FLOAT' },
      strides: integersValue([1, ...axes.map(({ stride }) => stride), 1]),
      dilations: integersValue([1, 1, 1, 1]),
      padding: textValue(padding.toUpperCase()),
      data_format: textValue('NHWC'),
    },
  );
}

/** A convolution with the mirrored kernel of what has zeros between its elements. */
function spread(
  { g }: LayerCall,
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  axes: readonly Axis[],
): SymbolicTensor | undefined {
  let wide = x;
  const widths: [number, number][] = [[0, 0]];
  const cut: [number, number][] = [];
  for (const [index, { kernel: size, stride, dilation, more, before }] of axes.entries()) {
    wide = zerosBetween(g, wide, index + 1, stride);
    const reach = (size - 1) * dilation;
    // What lies outside of the result on either side is cut off, what it lacks is put there.
    const after = reach + 1 - stride - before - more;
    widths.push([reach, reach + Math.max(-after, 0)]);
    cut.push([before, Math.max(after, 0)]);
  }
  const padded = pad(g, wide, [...widths, [0, 0]]);
  let mirrored = kernel;
  for (const index of axes.keys()) mirrored = reverse(g, mirrored, index);
  const order = [...axes.keys(), axes.length + 1, axes.length];
  const y = convolve(g, padded, transpose(g, mirrored, order), {
    size: axes.map(({ kernel: size }) => size),
    strides: axes.map(() => 1),
    dilations: axes.map(({ dilation }) => dilation),
    padding: 'valid',
  });
  return y && cut.reduce((rest, width, index) => crop(g, rest, index + 1, width), y);
}

export const TRANSPOSED_CONVOLUTION: Readonly<Record<string, LayerDefinition>> = {
  Conv1DTranspose: transposed(1),
  Conv2DTranspose: transposed(2),
  Conv3DTranspose: transposed(3),
};
