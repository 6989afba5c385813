import { knownCount, type Shape } from '../../builder/symbolic_tensor.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { integersWeight, inverseOrder } from './layouts.ts';
import type { Moved, Reader } from './reader.ts';

/**
 * Returns true if a transpose moves only dimensions of size one past others, so that the elements stay in their order.
 *
 * @param shape of what is transposed
 */
export function isReshape(shape: Shape, order: readonly number[]): boolean {
  const left = order.filter((axis) => shape[axis] !== 1);
  return left.every((axis, index) => axis >= (left[index - 1] ?? axis));
}

/** Sizes for a reshape, which works out one that is not known; undefined if that is not enough. */
export function targetSizes(sizes: Shape): number[] | undefined {
  const open = sizes.filter((size) => size === null).length;
  if (open > 1 || (open === 1 && sizes.includes(0))) return undefined;
  return sizes.map((size) => size ?? -1);
}

/**
 * Reshapes what was before a transpose: where this moves only dimensions of size one, or where the reshape splits or joins
 * the channels and the dimensions of space among themselves.
 */
export function moveReshape({ rewrite, shapes, node, order }: Reader, source: string): Moved | undefined {
  const [before, after] = [shapes.get(source), shapes.get(node.name)];
  if (before === undefined || after === undefined) return undefined;
  if (isReshape(before, order)) return { input: [source, ...node.input.slice(1)], order: 'kept' };
  const split = splitReshape(before, order, after);
  if (split === undefined) return undefined;
  const shape = rewrite.addConstant(`${node.name}/shape`, integersWeight(split.sizes));
  return { input: [source, shape], order: split.order };
}

/** A reshape with channels last, whose result is transposed. */
interface SplitReshape {
  readonly sizes: readonly number[];
  readonly order: readonly number[];
}

/**
 * Returns the reshape with channels last.
 *
 * @param before the shape with channels last, of which `order` puts the channels first
 * @param after the shape with channels first that is wanted
 */
export function splitReshape(
  before: Shape,
  order: readonly number[],
  after: Shape,
): SplitReshape | undefined {
  const count = channelDimensions(before, order, after);
  if (count === undefined) return undefined;
  const [batch = null, ...rest] = after;
  const [channels, space] = [rest.slice(0, count), rest.slice(count)];
  const sizes = targetSizes([batch, ...space, ...channels]);
  return (
    sizes && {
      sizes,
      order: [
        0,
        ...channels.map((_, index) => 1 + space.length + index),
        ...space.map((_, index) => 1 + index),
      ],
    }
  );
}

/** How many dimensions behind the batch the channels become; undefined if they are not apart from space. */
function channelDimensions(before: Shape, order: readonly number[], after: Shape): number | undefined {
  const [, first = 1] = order;
  const channels = knownCount(before.slice(first));
  const space = knownCount(before.slice(1, first));
  const [batch, ...rest] = after;
  for (let count = 1; count < rest.length; count++) {
    if (channels === undefined || knownCount(rest.slice(0, count)) !== channels) continue;
    // A batch of any size stays the batch if each of its members has as many elements as before.
    const others = knownCount(rest.slice(count));
    if (batch === before[0] && (batch !== null || (space !== undefined && others === space))) return count;
  }
  return undefined;
}

/**
 * A computed operand of one number for each channel, or for each image, reshaped for channels last; undefined if it would
 * have to be transposed.
 */
export function reshapedOperand(
  { rewrite, shapes, order }: Pick<Reader, 'rewrite' | 'shapes' | 'order'>,
  node: GraphNode,
  tensor: string,
): (() => string) | undefined {
  const own = shapes.get(tensor);
  if (own === undefined || own.length > order.length) return undefined;
  if (own.every((size) => size === 1)) return () => tensor;
  const whole = [...Array.from({ length: order.length - own.length }, () => 1), ...own];
  const toLast = inverseOrder(order);
  const sizes = targetSizes(toLast.map((axis) => whole[axis] ?? null));
  if (sizes === undefined || !isReshape(whole, toLast)) return undefined;
  return () =>
    rewrite.addNode({
      name: `${node.name}/operand`,
      op: 'Reshape',
      input: [tensor, rewrite.addConstant(`${node.name}/operand/shape`, integersWeight(sizes))],
      attr: { Tshape: { type: 'DT_INT32' } },
    });
}
