import { fill } from '../../../../builder/creation.ts';
import { add, binary, cast, multiply, subtract, unary } from '../../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../../builder/node_builder.ts';
import { batchProduct } from '../../../../builder/products.ts';
import { softmax } from '../../../../builder/reductions.ts';
import { dimension, expandDimension, reshape, tile, transpose } from '../../../../builder/shaping.ts';
import { runningSum } from '../../../../builder/sorting.ts';
import { rank, type SymbolicTensor, sizeOf } from '../../../../builder/symbolic_tensor.ts';

/** Sequences whose positions are a constant. */
const MOST_COUNTED = 4096;

type Places = readonly [target: SymbolicTensor, source: SymbolicTensor];

/** The numbers of the steps, [1, target, 1] and [1, 1, source]. */
function places(g: NodeBuilder, query: SymbolicTensor, value: SymbolicTensor): Places {
  const [target, source] = [dimension(g, query, 1), dimension(g, value, 1)];
  const isSmall = [target, source].every((size) => typeof size === 'number' && size <= MOST_COUNTED);
  const positions = (count: typeof target, axis: number): SymbolicTensor => {
    if (typeof count === 'number' && isSmall) {
      const numbers = Array.from({ length: count }, (_, index) => index);
      return g.floats(numbers, axis === 1 ? [1, count, 1] : [1, 1, count]);
    }
    const ones = fill(g, axis === 1 ? [1, count, 1] : [1, 1, count], 1);
    return runningSum(g, ones, axis);
  };
  return [positions(target, 1), positions(source, 2)];
}

/** Which steps of the source come no later than each of the target, [1, target, source]. */
export function causalMask(g: NodeBuilder, query: SymbolicTensor, value: SymbolicTensor): SymbolicTensor {
  return binary(g, 'GreaterEqual', ...places(g, query, value));
}

/** Which steps of the source are less than so many from each of the target, [1, target, source]. */
export function nearMask(
  g: NodeBuilder,
  query: SymbolicTensor,
  value: SymbolicTensor,
  window: number,
): SymbolicTensor {
  return binary(g, 'Less', unary(g, 'Abs', subtract(g, ...places(g, query, value))), window);
}

/** Where both masks let something through. */
export const and = (
  g: NodeBuilder,
  one: SymbolicTensor | undefined,
  other: SymbolicTensor,
): SymbolicTensor => (one === undefined ? other : binary(g, 'LogicalAnd', one, other));

/** Lets nothing through where the mask says that a step does not count. */
export function maskedSoftmax(
  g: NodeBuilder,
  scores: SymbolicTensor,
  mask: SymbolicTensor | undefined,
): SymbolicTensor {
  const last = rank(scores) - 1;
  if (mask === undefined) return softmax(g, scores, last);
  return softmax(
    g,
    add(g, scores, multiply(g, cast(g, unary(g, 'LogicalNot', mask), 'float32'), -1e9)),
    last,
  );
}

/** Each head of [batch, steps, heads, size] as often as it takes. */
export function repeated(g: NodeBuilder, x: SymbolicTensor, heads: number): SymbolicTensor {
  const [own, size] = [sizeOf(x, 2) ?? 1, sizeOf(x, 3) ?? 1];
  if (own === heads) return x;
  const copies = tile(g, expandDimension(g, x, 3), [1, 1, 1, heads / own, 1]);
  return reshape(g, copies, [dimension(g, x, 0), dimension(g, x, 1), heads, size]);
}

/** Heads that attend, each tensor [batch, steps, heads, size], and what is added to their scores. */
interface AttendingHeads {
  readonly query: SymbolicTensor;
  readonly key: SymbolicTensor;
  readonly value: SymbolicTensor;
  readonly scale: number;
  readonly bias: SymbolicTensor | undefined;
  /** Where to attend, broadcast to [batch, heads, target, source]. */
  readonly mask: SymbolicTensor | undefined;
  readonly isCausal: boolean;
}

/** @returns [batch, steps, heads, size] */
export function attendWith(g: NodeBuilder, heads: AttendingHeads): SymbolicTensor {
  const { query, key, value, scale, bias, mask, isCausal } = heads;
  const count = sizeOf(query, 2) ?? 1;
  const byHead = (x: SymbolicTensor) => transpose(g, repeated(g, cast(g, x, 'float32'), count), [0, 2, 1, 3]);
  const products = batchProduct(g, multiply(g, byHead(query), scale), byHead(key), { transposed: true });
  const scores = bias === undefined ? products : add(g, products, cast(g, bias, 'float32'));
  let where = mask && cast(g, mask, 'bool');
  if (isCausal) where = and(g, where, causalMask(g, query, value));
  return transpose(g, batchProduct(g, maskedSoftmax(g, scores, where), byHead(value)), [0, 2, 1, 3]);
}
