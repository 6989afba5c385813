import type { Shape } from '../../builder/symbolic_tensor.ts';
import type { GraphNode } from '../../graph/graph.ts';
import type { GraphRewrite } from '../graph_rewrite.ts';
import { constantIntegers } from '../shapes/constant_integers.ts';
import type { KnownShapes } from '../shapes/known_shapes.ts';
import { integersWeight, isSame, transposeNode } from './layouts.ts';
import { splitReshape } from './move_reshape.ts';
import type { Moved } from './reader.ts';

/** Groups of channels in another order, with channels last. */
interface Shuffle {
  /** The tensor of which the transpose is, and its shape: [batch, ...space, ...groups]. */
  readonly source: string;
  readonly whole: Shape;
  /** [batch, ...space, ...groups] in the new order. */
  readonly order: readonly number[];
  /** How many dimensions of space there are. */
  readonly space: number;
}

/**
 * Handles a reshape of channels that a transpose shuffled and put first: they are shuffled with channels last, and the
 * result is transposed, which the next convolution undoes.
 */
export async function moveShuffle(
  rewrite: GraphRewrite,
  shapes: KnownShapes,
  node: GraphNode,
): Promise<Moved | undefined> {
  const before = node.op === 'Reshape' ? rewrite.producer(node.input[0]) : undefined;
  const shuffle = before?.op === 'Transpose' ? await readShuffle(rewrite, shapes, before) : undefined;
  const after = shapes.get(node.name);
  if (before === undefined || shuffle === undefined || after === undefined) return undefined;
  const { whole, order, space } = shuffle;
  const axes = [...order.keys()];
  const channelsFirst = [0, ...axes.slice(space + 1), ...axes.slice(1, space + 1)];
  const shuffled = order.map((axis) => whole[axis] ?? null);
  const split = splitReshape(shuffled, channelsFirst, after);
  if (split === undefined) return undefined;
  const mixed =
    (await packed(rewrite, shapes, before, shuffle)) ??
    rewrite.addNode(transposeNode(rewrite, `${before.name}/shuffled`, shuffle.source, order, before));
  shapes.set(mixed, shuffled);
  const shape = rewrite.addConstant(`${node.name}/shape`, integersWeight(split.sizes));
  return { input: [mixed, shape], order: split.order };
}

/** Reads a transpose that puts channels first and changes the order of their dimensions. */
async function readShuffle(
  rewrite: GraphRewrite,
  shapes: KnownShapes,
  { input: [source, permutation] }: GraphNode,
): Promise<Shuffle | undefined> {
  const given = await constantIntegers(rewrite, permutation);
  const whole = shapes.get(source);
  if (given === undefined || source === undefined || whole === undefined) return undefined;
  const space = given.at(-1) ?? 0;
  const channels = given.slice(1, given.length - space);
  const places = given.slice(given.length - space);
  const isShuffle =
    given[0] === 0 &&
    space > 0 &&
    places.every((axis, index) => axis === index + 1) &&
    channels.some((axis, index) => axis !== space + 1 + index);
  return isShuffle ? { source, whole, order: [0, ...places, ...channels], space } : undefined;
}

/** Of as many parts as there are groups, joined before, each gives one element in turn: they are stacked instead. */
async function packed(
  rewrite: GraphRewrite,
  shapes: KnownShapes,
  { name, attr }: GraphNode,
  { source, whole, order, space }: Shuffle,
): Promise<string | undefined> {
  const apart = rewrite.producer(source);
  const joined = apart?.op === 'Reshape' ? rewrite.producer(apart.input[0]) : undefined;
  if (joined?.op !== 'ConcatV2') return undefined;
  const [axis] = (await constantIntegers(rewrite, joined.input.at(-1))) ?? [];
  const parts = joined.input.slice(0, -1);
  const outer = whole.slice(0, space + 1);
  const [groups, size] = whole.slice(space + 1);
  const isOfGroups =
    isSame(order.slice(space + 1), [space + 2, space + 1]) &&
    (axis === space + 1 || axis === -1) &&
    parts.length === groups &&
    parts.every((part) => isSameShape(shapes.get(part), [...outer, size ?? null]));
  if (!isOfGroups) return undefined;
  return rewrite.addNode({
    name: `${name}/stacked`,
    op: 'Pack',
    input: parts,
    attr: {
      ...(attr.T === undefined ? {} : { T: attr.T }),
      N: { i: String(parts.length) },
      axis: { i: String(space + 2) },
    },
  });
}

/** Of two shapes in which at most one size, which is the request's, is not known. */
function isSameShape(one: Shape | undefined, other: Shape): boolean {
  return (
    one?.length === other.length &&
    one.every((size, axis) => size === other[axis]) &&
    other.filter((size) => size === null).length <= 1
  );
}
