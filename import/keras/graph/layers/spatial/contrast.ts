import * as v from 'valibot';
import { countUp, fill } from '../../../../builder/creation.ts';
import {
  add,
  binary,
  cast,
  clip,
  divide,
  minimum,
  multiply,
  select,
  subtract,
} from '../../../../builder/elementwise.ts';
import { type NodeBuilder, textValue, typeValue } from '../../../../builder/node_builder.ts';
import { reduce } from '../../../../builder/reductions.ts';
import { crop, dimension, gather, reshape, scaledDimension } from '../../../../builder/shaping.ts';
import { runningSum } from '../../../../builder/sorting.ts';
import { knownCount, rank, type SymbolicTensor, withMask } from '../../../../builder/symbolic_tensor.ts';
import { count, dataFormat, number } from '../../config_entries.ts';
import {
  type Built,
  defineLayer,
  type LayerCall,
  type LayerDefinition,
  onlyInput,
} from '../../layer_definition.ts';
import { openSize } from '../core.ts';
import { spatial } from './spatial.ts';

type ValueRange = readonly [least: number, most: number];

const valueRange = v.nullish(v.tuple([v.number(), v.number()], 'is no range of values'), [0, 255]);

const BYTES: ValueRange = [0, 255];

/** The values of one range as those of another. */
function inRange(g: NodeBuilder, x: SymbolicTensor, from: ValueRange, to: ValueRange): SymbolicTensor {
  if (from[0] === to[0] && from[1] === to[1]) return x;
  const fraction = divide(g, subtract(g, x, from[0]), from[1] - from[0]);
  return add(g, multiply(g, fraction, to[1] - to[0]), to[0]);
}

/** Stretches the values of each channel over the whole range; those of one value stay. */
const AUTO_CONTRAST = defineLayer({ value_range: valueRange }, (call, { value_range: given }) => {
  const { g } = call;
  const x = onlyInput(call);
  if (rank(x) !== 4) return `layer AutoContrast of a tensor of ${rank(x)} dimensions`;
  const range: ValueRange = [Math.min(...given), Math.max(...given)];
  const bytes = inRange(g, x, range, BYTES);
  const [least, most] = [reduce(g, 'Min', bytes, [1, 2], true), reduce(g, 'Max', bytes, [1, 2], true)];
  const isFlat = binary(g, 'Equal', least, most);
  const spread = select(g, isFlat, 1, subtract(g, most, least));
  const stretched = clip(g, multiply(g, subtract(g, bytes, least), divide(g, 255, spread)), 0, 255);
  return withMask(select(g, isFlat, x, inRange(g, stretched, BYTES, range)), x.mask);
});

const LEVELS = 256;

/** How the pixels of an image lie in tiles. */
interface Tiles {
  readonly grid: readonly [rows: number, columns: number];
  readonly size: readonly [height: number, width: number];
  readonly channels: number;
}

/** Integers along one axis of [batch, height, width, channels]. */
function along(g: NodeBuilder, axis: number, values: readonly number[]): SymbolicTensor {
  return g.integers(
    values,
    [1, 1, 1, 1].map((one, index) => (index === axis ? values.length : one)),
  );
}

const counted = (length: number, value: (index: number) => number): number[] =>
  Array.from({ length }, (_, index) => value(index));

/** Where the tables of a tile in [batch, rows, columns, channels, levels] begin, for each pixel and its level. */
function positions(
  g: NodeBuilder,
  levels: SymbolicTensor,
  { grid: [rows, columns], channels }: Tiles,
  tileOf: readonly [row: readonly number[], column: readonly number[]],
): SymbolicTensor {
  const batch = dimension(g, levels, 0);
  const image = rows * columns * channels * LEVELS;
  const images =
    typeof batch === 'number'
      ? along(
          g,
          0,
          counted(batch, (index) => index * image),
        )
      : multiply(g, reshape(g, countUp(g, batch), [batch, 1, 1, 1]), image);
  const tiles = add(
    g,
    along(
      g,
      1,
      tileOf[0].map((row) => row * columns * channels * LEVELS),
    ),
    along(
      g,
      2,
      tileOf[1].map((column) => column * channels * LEVELS),
    ),
  );
  const channel = along(
    g,
    3,
    counted(channels, (index) => index * LEVELS),
  );
  return add(g, add(g, add(g, levels, images), tiles), channel);
}

/** How often each level is in each tile, [batch, rows, columns, channels, levels]. */
function histograms(g: NodeBuilder, levels: SymbolicTensor, tiles: Tiles): SymbolicTensor {
  const { grid, size, channels } = tiles;
  const [height, width] = [grid[0] * size[0], grid[1] * size[1]];
  const [row, column] = [
    counted(height, (y) => Math.floor(y / size[0])),
    counted(width, (x) => Math.floor(x / size[1])),
  ];
  const batch = dimension(g, levels, 0);
  const pixels = scaledDimension(g, batch, height * width * channels);
  const all = scaledDimension(g, batch, grid[0] * grid[1] * channels * LEVELS);
  const indices = reshape(g, positions(g, levels, tiles, [row, column]), [pixels]);
  const total = typeof all === 'number' ? g.integers([all], []) : all;
  const sums = g.node(
    'UnsortedSegmentSum',
    [fill(g, [pixels], 1), indices, total],
    { shape: [null] },
    { Tindices: typeValue('int32'), Tnumsegments: typeValue('int32') },
  );
  return reshape(g, sums, [batch, ...grid, channels, LEVELS]);
}

/** What each level becomes in each tile: how many pixels of it have no higher one, after the counts are limited. */
function levelTables(
  g: NodeBuilder,
  counts: SymbolicTensor,
  area: number,
  clipLimit: number,
): SymbolicTensor {
  let limited = counts;
  if (clipLimit > 0) {
    const clipped = minimum(g, counts, (clipLimit * area) / LEVELS);
    const excess = reduce(g, 'Sum', subtract(g, counts, clipped), [4], true);
    limited = add(g, clipped, multiply(g, excess, 1 / LEVELS));
  }
  const sums = runningSum(g, limited, 4);
  const least = reduce(g, 'Min', sums, [4], true);
  const rest = subtract(g, area, least);
  const divisor = select(g, binary(g, 'Equal', rest, 0), 1, rest);
  return clip(g, divide(g, multiply(g, subtract(g, sums, least), 255), divisor), 0, 255);
}

/** The tiles whose centers are before and after each pixel, and how far it is from the first. */
function neighbors(tiles: number, size: number) {
  const at = counted(tiles * size, (index) => (index - size / 2) / size);
  const inside = (tile: number) => Math.min(Math.max(tile, 0), tiles - 1);
  return {
    before: at.map((each) => inside(Math.floor(each))),
    after: at.map((each) => inside(Math.floor(each) + 1)),
    share: at.map((each) => each - Math.floor(each)),
  };
}

/** Equalizes the histogram of each tile, and goes from the table of one tile to the next by the place of a pixel. */
function equalizeTiles(g: NodeBuilder, x: SymbolicTensor, tiles: Tiles, clipLimit: number): SymbolicTensor {
  const { grid, size } = tiles;
  const levels = cast(g, clip(g, x, 0, 255), 'int32');
  const tables = levelTables(g, histograms(g, levels, tiles), size[0] * size[1], clipLimit);
  const flat = reshape(g, tables, [
    scaledDimension(g, dimension(g, tables, 0), grid[0] * grid[1] * tiles.channels * LEVELS),
  ]);
  const [vertical, horizontal] = [neighbors(grid[0], size[0]), neighbors(grid[1], size[1])];
  const found = (rows: readonly number[], columns: readonly number[]) =>
    gather(g, flat, positions(g, levels, tiles, [rows, columns]), 0);
  const mixed = (one: SymbolicTensor, other: SymbolicTensor, share: SymbolicTensor) =>
    add(g, multiply(g, one, subtract(g, 1, share)), multiply(g, other, share));
  const across = g.floats(horizontal.share, [1, 1, horizontal.share.length, 1]);
  const row = (rows: readonly number[]) =>
    mixed(found(rows, horizontal.before), found(rows, horizontal.after), across);
  const down = g.floats(vertical.share, [1, vertical.share.length, 1, 1]);
  return mixed(row(vertical.before), row(vertical.after), down);
}

/** More tiles than anybody cuts an image into. */
const MOST_TILES = 64;

const CLAHE = defineLayer(
  {
    value_range: valueRange,
    clip_limit: number(4),
    tile_grid_size: v.nullish(v.tuple([count, count], 'is no size'), [8, 8]),
    data_format: dataFormat,
  },
  (
    call: LayerCall,
    { value_range: range, clip_limit: limit, tile_grid_size: grid, data_format: format },
  ): Built =>
    spatial(call, 2, format, ({ g, layer }, x) => {
      const [, height = null, width = null, channels = null] = x.shape;
      if (height === null || width === null || channels === null || knownCount([height, width]) === 0) {
        return openSize(call);
      }
      const [rows, columns] = grid;
      const size = [Math.ceil(height / rows), Math.ceil(width / columns)] as const;
      const missing = [size[0] * rows - height, size[1] * columns - width] as const;
      if (Math.max(rows, columns) > MOST_TILES || missing[0] > height || missing[1] > width) {
        return `layer ${layer.className} with more tiles than an image of ${height} by ${width} has`;
      }
      const bytes = inRange(g, x, range, BYTES);
      const padded = mirrored(g, bytes, missing);
      const equal = equalizeTiles(g, padded, { grid, size, channels }, limit);
      const inside = crop(g, crop(g, equal, 1, [0, missing[0]]), 2, [0, missing[1]]);
      return inRange(g, inside, BYTES, range);
    }),
);

/** With so many more rows and columns at the end, which mirror the last ones. */
function mirrored(
  g: NodeBuilder,
  x: SymbolicTensor,
  [rows, columns]: readonly [number, number],
): SymbolicTensor {
  if (rows === 0 && columns === 0) return x;
  const shape = x.shape.map((size, axis) =>
    size === null ? null : size + (axis === 1 ? rows : axis === 2 ? columns : 0),
  );
  return g.node(
    'MirrorPad',
    [x, g.integers([0, 0, 0, rows, 0, columns, 0, 0], [4, 2])],
    { shape },
    { mode: textValue('SYMMETRIC'), Tpaddings: typeValue('int32') },
  );
}

export const CONTRASTS: Readonly<Record<string, LayerDefinition>> = {
  AutoContrast: AUTO_CONTRAST,
  ContrastLimitedAdaptiveHistogramEqualization: CLAHE,
};
