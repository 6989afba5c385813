import { textValue, typeValue } from '../../../builder/node_builder.ts';
import { crop, pad } from '../../../builder/shaping.ts';
import { rank, type Shape, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { asCodes } from '../../conversion/entries.ts';
import {
  constantNumbers,
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
  output,
} from '../../conversion/operator_call.ts';
import { refuseMalformed } from '../../conversion/refusal.ts';

const scaled = (size: number | null | undefined, factor: number): number | null =>
  typeof size === 'number' ? size * factor : null;

/** Blocks of channels become pixels, or pixels blocks of channels: [batch, rows, columns, channels]. */
const moveBlocks =
  (op: 'DepthToSpace' | 'SpaceToDepth'): Operator =>
  (call) => {
    const x = input(call, 0);
    const { block_size: block } = call.options.read(`${op}Options`);
    if (block < 1 || rank(x) !== 4) refuseMalformed(`has blocks of ${block} in ${rank(x)} dimensions`);
    const [batch, rows, columns, channels] = x.shape;
    const factor = op === 'DepthToSpace' ? block : 1 / block;
    const shape: Shape = [
      batch ?? null,
      scaled(rows, factor),
      scaled(columns, factor),
      scaled(channels, 1 / factor ** 2),
    ];
    if (shape.some((size) => size !== null && !Number.isInteger(size)))
      refuseMalformed(`has sizes that are no multiples of blocks of ${block}`);
    return call.g.node(
      op,
      [x],
      { shape },
      { block_size: { i: String(block) }, data_format: textValue('NHWC') },
    );
  };

interface Batches {
  readonly blocks: readonly number[];
  /** For each of the dimensions of space. */
  readonly borders: readonly (readonly [before: number, after: number])[];
}

function readBatches(call: OperatorCall): Batches {
  const x = input(call, 0);
  const blocks = constantNumbers(input(call, 1), 'blocks');
  const borders = constantNumbers(input(call, 2), 'borders');
  if (blocks.length >= rank(x) || borders.length !== 2 * blocks.length || blocks.some((block) => block < 1))
    return refuseMalformed(`has blocks of ${blocks} in ${rank(x)} dimensions`);
  return {
    blocks,
    borders: blocks.map((_, index) => [borders[2 * index] ?? 0, borders[2 * index + 1] ?? 0]),
  };
}

function moveBatches(
  { g }: OperatorCall,
  op: 'BatchToSpaceND' | 'SpaceToBatchND',
  x: SymbolicTensor,
  blocks: readonly number[],
): SymbolicTensor {
  const product = blocks.reduce((all, block) => all * block, 1);
  const isSpace = op === 'BatchToSpaceND';
  const shape = x.shape.map((size, axis) => {
    if (axis === 0) return scaled(size, isSpace ? 1 / product : product);
    const block = blocks[axis - 1] ?? 1;
    return scaled(size, isSpace ? block : 1 / block);
  });
  if (shape.some((size) => size !== null && !Number.isInteger(size)))
    refuseMalformed(`has sizes that are no multiples of blocks of ${blocks}`);
  const borders = g.integers(
    blocks.flatMap(() => [0, 0]),
    [blocks.length, 2],
  );
  return g.node(
    op,
    [x, g.integers(blocks), borders],
    { shape },
    {
      Tblock_shape: typeValue('int32'),
      [isSpace ? 'Tcrops' : 'Tpaddings']: typeValue('int32'),
    },
  );
}

const batchToSpace: Operator = (call) => {
  const { blocks, borders } = readBatches(call);
  const moved = moveBatches(call, 'BatchToSpaceND', input(call, 0), blocks);
  return borders.reduce((rest, border, index) => crop(call.g, rest, index + 1, border), moved);
};

/** What is put around the tensor stands for zero. */
const spaceToBatch: Operator = (call) => {
  const x = input(call, 0);
  const { blocks, borders } = readBatches(call);
  const [zero = 0] = output(call, 0).quantization?.zeros ?? [];
  const widths = x.shape.map((_, axis) => borders[axis - 1] ?? ([0, 0] as const));
  return moveBatches(call, 'SpaceToBatchND', pad(call.g, x, widths, zero), blocks);
};

export const BLOCKS: OperatorTable = {
  BATCH_TO_SPACE_ND: asCodes(batchToSpace),
  DEPTH_TO_SPACE: asCodes(moveBlocks('DepthToSpace')),
  SPACE_TO_BATCH_ND: asCodes(spaceToBatch),
  SPACE_TO_DEPTH: asCodes(moveBlocks('SpaceToDepth')),
};
