import * as v from 'valibot';
import { add, multiply } from '../../../../builder/elementwise.ts';
import { pad, slice } from '../../../../builder/shaping.ts';
import { type SymbolicTensor, sizeOf, withMask } from '../../../../builder/symbolic_tensor.ts';
import { choice, count, dataFormat, flag, number, sizes } from '../../config_entries.ts';
import {
  type Built,
  defineLayer,
  type LayerCall,
  type LayerDefinition,
  onlyInput,
} from '../../layer_definition.ts';
import { openSize } from '../core.ts';
import { INTERPOLATIONS, resize } from './resampling.ts';
import { repeat } from './reshaping.ts';
import { spatial } from './spatial.ts';

const factor = (otherwise: number) =>
  v.nullish(v.union([v.number(), v.array(v.number())], 'is no number'), otherwise);

const RESCALING = defineLayer({ scale: factor(1), offset: factor(0) }, (call, { scale, offset }) => {
  const { g } = call;
  const x = onlyInput(call);
  const operand = (value: number | number[]) => (typeof value === 'number' ? value : g.floats(value));
  return withMask(add(g, multiply(g, x, operand(scale)), operand(offset)), x.mask);
});

/** The part in the middle that has the sides in the proportion of the target. */
function cropToProportion(
  { g }: LayerCall,
  x: SymbolicTensor,
  [height, width]: readonly [number, number],
): SymbolicTensor | undefined {
  const [rows, columns] = [sizeOf(x, 1), sizeOf(x, 2)];
  if (rows === null || columns === null) return undefined;
  const least = (wanted: number, most: number) => Math.max(1, Math.min(Math.floor(wanted), most));
  const keptRows = least((columns * height) / width, rows);
  const keptColumns = least((rows * width) / height, columns);
  const inner = slice(g, x, 1, Math.floor((rows - keptRows) / 2), keptRows);
  return slice(g, inner, 2, Math.floor((columns - keptColumns) / 2), keptColumns);
}

/** As much around it as gives the sides the proportion of the target. */
function padToProportion(
  { g }: LayerCall,
  x: SymbolicTensor,
  [height, width]: readonly [number, number],
  value: number,
): SymbolicTensor | undefined {
  const [rows, columns] = [sizeOf(x, 1), sizeOf(x, 2)];
  if (rows === null || columns === null) return undefined;
  const paddedRows = Math.max(Math.floor((columns * height) / width), rows);
  const paddedColumns = Math.max(Math.floor((rows * width) / height), columns);
  // Keras leaves out the last line where an odd number is missing.
  const around = (missing: number): [number, number] => [Math.floor(missing / 2), Math.floor(missing / 2)];
  return pad(g, x, [[0, 0], around(paddedRows - rows), around(paddedColumns - columns), [0, 0]], value);
}

const RESIZING = defineLayer(
  {
    height: count,
    width: count,
    interpolation: choice(INTERPOLATIONS, 'bilinear'),
    crop_to_aspect_ratio: flag(false),
    pad_to_aspect_ratio: flag(false),
    fill_mode: choice(['constant'], 'constant'),
    fill_value: number(0),
    antialias: flag(false),
    data_format: dataFormat,
  },
  (call, config) =>
    spatial(call, 2, config.data_format, (_, x) => {
      const target = [config.height, config.width] as const;
      const part = config.crop_to_aspect_ratio
        ? cropToProportion(call, x, target)
        : config.pad_to_aspect_ratio
          ? padToProportion(call, x, target, config.fill_value)
          : x;
      return (part && resize(call.g, part, target, config.interpolation, config.antialias)) ?? openSize(call);
    }),
);

/** The middle; of what is smaller the part with the same proportion, made larger. */
const CENTER_CROP = defineLayer(
  { height: count, width: count, data_format: dataFormat },
  (call, { height, width, data_format: format }) =>
    spatial(call, 2, format, ({ g }, x) => {
      const [rows, columns] = [sizeOf(x, 1), sizeOf(x, 2)];
      if (rows === null || columns === null) return openSize(call);
      if (rows >= height && columns >= width) {
        const inner = slice(g, x, 1, Math.floor((rows - height) / 2), height);
        return slice(g, inner, 2, Math.floor((columns - width) / 2), width);
      }
      const part = cropToProportion(call, x, [height, width]);
      return (part && resize(g, part, [height, width], 'bilinear')) ?? openSize(call);
    }),
);

const UP_SAMPLING_2D = defineLayer(
  { size: sizes(2, 2), data_format: dataFormat, interpolation: choice(INTERPOLATIONS, 'nearest') },
  (call, { size: [vertical = 2, horizontal = 2], data_format: format, interpolation }): Built =>
    spatial(call, 2, format, ({ g }, x) => {
      if (interpolation === 'nearest') return repeat(g, repeat(g, x, 1, vertical), 2, horizontal);
      const [rows, columns] = [sizeOf(x, 1), sizeOf(x, 2)];
      if (rows === null || columns === null) return openSize(call);
      return resize(g, x, [rows * vertical, columns * horizontal], interpolation) ?? openSize(call);
    }),
);

export const IMAGES: Readonly<Record<string, LayerDefinition>> = {
  CenterCrop: CENTER_CROP,
  RandomCrop: CENTER_CROP,
  Rescaling: RESCALING,
  Resizing: RESIZING,
  UpSampling2D: UP_SAMPLING_2D,
};
