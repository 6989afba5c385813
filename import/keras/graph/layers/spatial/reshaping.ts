import { elementCount } from '../../../../../worker/model/tensor.ts';
import type { NodeBuilder } from '../../../../builder/node_builder.ts';
import {
  crop,
  dimensions,
  expandDimension,
  pad,
  reshape,
  reshapeRest,
  scaledDimension,
  tile,
  transpose,
} from '../../../../builder/shaping.ts';
import { channelsLast } from '../../../../builder/spatial/channels.ts';
import { knownCount, rank, type SymbolicTensor } from '../../../../builder/symbolic_tensor.ts';
import { count, dataFormat, integers, sizes, widths } from '../../config_entries.ts';
import { defineLayer, type LayerDefinition, onlyInput } from '../../layer_definition.ts';
import { openSize } from '../core.ts';
import { spatial } from './spatial.ts';

const MOVES = { anyType: true } as const;

const FLATTEN = defineLayer(
  { data_format: dataFormat },
  (call, { data_format: format }) => {
    const { g } = call;
    const x = format === 'channels_first' ? channelsLast(call.g, onlyInput(call)) : onlyInput(call);
    if (rank(x) === 1) return expandDimension(g, x, 1);
    if (rank(x) === 2) return x;
    const rest = knownCount(x.shape.slice(1));
    return rest === undefined ? openSize(call) : reshapeRest(g, x, [rest]);
  },
  MOVES,
);

const RESHAPE = defineLayer(
  { target_shape: integers },
  (call, { target_shape: target }) => {
    const { g } = call;
    const x = onlyInput(call);
    const open = target.filter((size) => size < 0).length;
    if (open === 0) return reshapeRest(g, x, target);
    const whole = knownCount(x.shape.slice(1));
    if (open > 1 || whole === undefined) return openSize(call);
    const left = whole / elementCount(target.filter((size) => size >= 0));
    return reshapeRest(
      g,
      x,
      target.map((size) => (size < 0 ? left : size)),
    );
  },
  MOVES,
);

const PERMUTE = defineLayer(
  { dims: integers },
  (call, { dims }) => {
    const x = onlyInput(call);
    const isOrder = [...dims].sort((one, other) => one - other).every((axis, index) => axis === index + 1);
    if (!isOrder || dims.length !== rank(x) - 1) return 'layer Permute with dims that are no order';
    return transpose(call.g, x, [0, ...dims]);
  },
  MOVES,
);

const REPEAT_VECTOR = defineLayer(
  { n: count },
  (call, { n }) => tile(call.g, expandDimension(call.g, onlyInput(call), 1), [1, n, 1]),
  MOVES,
);

const padding = (dimensions: number): LayerDefinition =>
  defineLayer(
    { padding: widths(dimensions), data_format: dataFormat },
    (call, { padding: around, data_format: format }) =>
      spatial(call, dimensions, format, ({ g }, x) => pad(g, x, [[0, 0], ...around, [0, 0]])),
    MOVES,
  );

const cropping = (dimensions: number): LayerDefinition =>
  defineLayer(
    { cropping: widths(dimensions), data_format: dataFormat },
    (call, { cropping: around, data_format: format }) =>
      spatial(call, dimensions, format, ({ g, layer }, x) => {
        const isTooMuch = around.some(([before, after], index) => {
          const size = x.shape[index + 1] ?? null;
          return size !== null && before + after >= size;
        });
        if (isTooMuch) return `layer ${layer.className} that crops all there is`;
        return around.reduce((cropped, width, index) => crop(g, cropped, index + 1, width), x);
      }),
    MOVES,
  );

/** Repeats every element along an axis. */
export function repeat(g: NodeBuilder, x: SymbolicTensor, axis: number, times: number): SymbolicTensor {
  if (times === 1) return x;
  const wide = expandDimension(g, x, axis + 1);
  const copies = tile(
    g,
    wide,
    wide.shape.map((_, index) => (index === axis + 1 ? times : 1)),
  );
  const sizes = dimensions(g, x).map((size, index) =>
    index === axis ? scaledDimension(g, size, times) : size,
  );
  return reshape(g, copies, sizes);
}

const upsampling = (rankOfSpace: number): LayerDefinition =>
  defineLayer(
    { size: sizes(rankOfSpace, 2), data_format: dataFormat },
    (call, { size, data_format: format }) =>
      spatial(call, rankOfSpace, format, ({ g }, x) =>
        size.reduce((wide, times, index) => repeat(g, wide, index + 1, times), x),
      ),
    MOVES,
  );

export const RESHAPING: Readonly<Record<string, LayerDefinition>> = {
  Cropping1D: cropping(1),
  Cropping2D: cropping(2),
  Cropping3D: cropping(3),
  Flatten: FLATTEN,
  Permute: PERMUTE,
  RepeatVector: REPEAT_VECTOR,
  Reshape: RESHAPE,
  UpSampling1D: upsampling(1),
  UpSampling3D: upsampling(3),
  ZeroPadding1D: padding(1),
  ZeroPadding2D: padding(2),
  ZeroPadding3D: padding(3),
};
