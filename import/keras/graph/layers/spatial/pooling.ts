import { cast, divide, multiply } from '../../../../builder/elementwise.ts';
import { reduce } from '../../../../builder/reductions.ts';
import { concatenate, expandDimension, slice } from '../../../../builder/shaping.ts';
import { pool } from '../../../../builder/spatial/pool.ts';
import { rank, type SymbolicTensor } from '../../../../builder/symbolic_tensor.ts';
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

const REDUCTIONS = { Average: 'Mean', Max: 'Max' } as const;

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
      return reduce(g, REDUCTIONS[kind], x, axes, keep);
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
            return reduce(g, REDUCTIONS[kind], slice(g, x, axis, start, end - start), [axis], true);
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
