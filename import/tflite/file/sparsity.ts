import { refuseMalformed } from '../conversion/refusal.ts';
import type { Table } from './flatbuffer.ts';

/** How the values of a sparse tensor are laid out. Source: SparsityParameters of schema.fbs. */
export interface Sparsity {
  /** The dimensions of the tensor, and after them those within its blocks, from the outermost to the innermost. */
  readonly order: readonly number[];
  /** Of which dimension of the tensor each dimension within blocks is a part. */
  readonly blocks: readonly number[];
  /** In the order of `order`. */
  readonly levels: readonly SparseLevel[];
}

/** All positions of a dimension, or those that a list names for each position of the dimensions outside of it. */
type SparseLevel =
  | { readonly kind: 'dense'; readonly size: number }
  | { readonly kind: 'sparse'; readonly segments: readonly number[]; readonly indices: readonly number[] };

/** The types of lists of indices, by the numbers of their union. */
const INDEX_TYPES = [undefined, 'int32', 'uint16', 'uint8'] as const;

/** @throws TfliteRefusal of a form in which the values of the shape cannot be */
export function readSparsity(table: Table, shape: readonly number[], named: string): Sparsity {
  const order = table.numbers(0, 'int32') ?? [];
  const blocks = table.numbers(1, 'int32') ?? [];
  const levels = table.tables(2).map(readLevel);
  const sparsity = { order, blocks, levels };
  const isValid =
    levels.length === order.length &&
    order.length === shape.length + blocks.length &&
    new Set(order).size === order.length &&
    order.every((dimension) => dimension >= 0 && dimension < order.length) &&
    blocks.every((dimension) => dimension >= 0 && dimension < shape.length) &&
    storedCount(sparsity, shape) !== undefined;
  return isValid ? sparsity : refuseMalformed(`${named}: its sparse form does not fit its shape [${shape}]`);
}

/** How many values are stored; undefined where the levels do not fit each other or the shape. */
export function storedCount(sparsity: Sparsity, shape: readonly number[]): number | undefined {
  let count = 1;
  for (const [index, level] of sparsity.levels.entries()) {
    const size = levelSize(sparsity, shape, index);
    if (level.kind === 'dense') {
      if (level.size !== size) return undefined;
      count *= size;
    } else {
      const { segments, indices } = level;
      const isAscending = segments.every((from, place) => from >= (segments[place - 1] ?? 0));
      const fits = segments.length === count + 1 && segments.at(-1) === indices.length && isAscending;
      if (!fits || indices.some((at) => at < 0 || at >= size)) return undefined;
      count = indices.length;
    }
  }
  return count;
}

/** How many positions a dimension has: blocks, or elements within one. */
function levelSize({ order, blocks, levels }: Sparsity, shape: readonly number[], index: number): number {
  const dimension = order[index] ?? 0;
  if (dimension >= shape.length) {
    const level = levels[index];
    return level?.kind === 'dense' ? level.size : 0;
  }
  return (shape[dimension] ?? 0) / blockSize({ order, blocks, levels }, shape, dimension);
}

/** How many elements of a dimension of the tensor a block has. */
export function blockSize(
  { order, blocks, levels }: Sparsity,
  shape: readonly number[],
  dimension: number,
): number {
  const block = blocks.indexOf(dimension);
  const level = block < 0 ? undefined : levels[order.indexOf(shape.length + block)];
  return level?.kind === 'dense' ? level.size : 1;
}

function readLevel(table: Table): SparseLevel {
  if (table.number(0, 'int8', 0) === 0) return { kind: 'dense', size: table.number(1, 'int32', 0) };
  const list = (slot: number): readonly number[] => {
    const type = INDEX_TYPES[table.number(slot, 'uint8', 0)];
    return (type && table.table(slot + 1)?.numbers(0, type)) ?? [];
  };
  return { kind: 'sparse', segments: list(2), indices: list(4) };
}
