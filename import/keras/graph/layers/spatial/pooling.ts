import { cast, divide, multiply } from '../../../../builder/elementwise.ts';
import { integersValue, type NodeBuilder, textValue } from '../../../../builder/node_builder.ts';
import { reduce } from '../../../../builder/reductions.ts';
import { concatenate, expandDimension, slice, squeeze } from '../../../../builder/shaping.ts';
import { rank, type SymbolicTensor, sizeOf } from '../../../../builder/symbolic_tensor.ts';
import { type Window, windowed } from '../../../../builder/windows.ts';
import { choice, dataFormat, flag, optionalSizes, sizes } from '../../config_entries.ts';
import {
  type Built,
  defineLayer,
  type LayerCall,
  type LayerDefinition,
  onlyInput,
} from '../../layer_definition.ts';
import { openSize } from '../core.ts';
import { spatial } from './spatial.ts';

type Kind = 'Average' | 'Max';

const OPERATIONS = {
  Average: { planar: 'AvgPool', spatial: 'AvgPool3D', reduction: 'Mean' },
  Max: { planar: 'MaxPool', spatial: 'MaxPool3D', reduction: 'Max' },
} as const;

function pool(g: NodeBuilder, kind: Kind, x: SymbolicTensor, window: Window): SymbolicTensor | undefined {
  const { size, strides, padding } = window;
  if (size.length === 1) {
    const [length = 1] = size;
    const [stride = 1] = strides;
    const planar = { size: [1, length], strides: [1, stride], dilations: [1, 1], padding };
    const wide = pool(g, kind, expandDimension(g, x, 1), planar);
    return wide && squeeze(g, wide, [1]);
  }
  const space = windowed(x.shape.slice(1, -1), window);
  if (space === undefined) return undefined;
  const { planar, spatial: solid } = OPERATIONS[kind];
  return g.node(
    size.length === 3 ? solid : planar,
    [x],
    { shape: [sizeOf(x, 0), ...space, sizeOf(x, -1)] },
    {
      ksize: integersValue([1, ...size, 1]),
      strides: integersValue([1, ...strides, 1]),
      padding: textValue(padding.toUpperCase()),
      data_format: textValue(size.length === 3 ? 'NDHWC' : 'NHWC'),
    },
  );
}

const pooling = (kind: Kind, dimensions: number): LayerDefinition =>
  defineLayer(
    {
      pool_size: sizes(dimensions, 2),
      strides: optionalSizes(dimensions),
      padding: choice(['valid', 'same'], 'valid'),
      data_format: dataFormat,
    },
    (call, { pool_size: size, strides, padding, data_format: format }) =>
      spatial(call, dimensions, format, ({ g, layer }, x) => {
        const window = { size, strides: strides ?? size, dilations: size.map(() => 1), padding };
        return (
          pool(g, kind, x, window) ?? `layer ${layer.className} with a window that does not fit its input`
        );
      }),
  );

const globalPooling = (kind: Kind, dimensions: number): LayerDefinition =>
  defineLayer(
    { data_format: dataFormat, keepdims: flag(false) },
    (call, { data_format: format, keepdims: keep }): Built => {
      const { g, layer } = call;
      const x = onlyInput(call);
      if (rank(x) !== dimensions + 2) return `layer ${layer.className} of a tensor of ${rank(x)} dimensions`;
      const first = format === 'channels_first' ? 2 : 1;
      const axes = Array.from({ length: dimensions }, (_, index) => first + index);
      const { mask } = x;
      if (mask !== undefined && kind === 'Average' && dimensions === 1) {
        return meanOfMasked(call, x, mask, format === 'channels_first', keep);
      }
      return reduce(g, OPERATIONS[kind].reduction, x, axes, keep);
    },
  );

/** Only the steps that count. */
function meanOfMasked(
  { g }: LayerCall,
  x: SymbolicTensor,
  mask: SymbolicTensor,
  isFirst: boolean,
  keep: boolean,
): SymbolicTensor {
  const axis = isFirst ? 2 : 1;
  const counted = expandDimension(g, cast(g, mask, 'float32'), isFirst ? 1 : 2);
  const sum = reduce(g, 'Sum', multiply(g, x, counted), [axis], keep);
  return divide(g, sum, reduce(g, 'Sum', counted, [axis], keep));
}

/** Each is a node of its own. */
const MOST_PARTS = 1024;

/** Each element of the result is of an own range of the input: from floor(i n / m) to ceil((i + 1) n / m). */
const adaptivePooling = (kind: Kind, dimensions: number): LayerDefinition =>
  defineLayer(
    { output_size: sizes(dimensions), data_format: dataFormat },
    (call, { output_size: output, data_format: format }) =>
      spatial(call, dimensions, format, ({ g, layer }, input) => {
        let x = input;
        for (const [index, parts] of output.entries()) {
          if (parts > MOST_PARTS)
            return `layer ${layer.className} with output_size ${parts}, which is too large`;
          const axis = index + 1;
          const size = x.shape[axis] ?? null;
          if (size === null) return openSize(call);
          const pooled = Array.from({ length: parts }, (_, part) => {
            const start = Math.floor((part * size) / parts);
            const end = Math.ceil(((part + 1) * size) / parts);
            return reduce(g, OPERATIONS[kind].reduction, slice(g, x, axis, start, end - start), [axis], true);
          });
          x = concatenate(g, pooled, axis);
        }
        return x;
      }),
  );

const families = [1, 2, 3].flatMap((dimensions): [string, LayerDefinition][] => [
  [`AveragePooling${dimensions}D`, pooling('Average', dimensions)],
  [`MaxPooling${dimensions}D`, pooling('Max', dimensions)],
  [`GlobalAveragePooling${dimensions}D`, globalPooling('Average', dimensions)],
  [`GlobalMaxPooling${dimensions}D`, globalPooling('Max', dimensions)],
  [`AdaptiveAveragePooling${dimensions}D`, adaptivePooling('Average', dimensions)],
  [`AdaptiveMaxPooling${dimensions}D`, adaptivePooling('Max', dimensions)],
]);

export const POOLING: Readonly<Record<string, LayerDefinition>> = Object.fromEntries(families);
