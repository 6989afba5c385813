import type { Graph, GraphNode } from '../../graph/graph.ts';
import { hasControlInputs } from '../attributes.ts';
import { GraphRewrite } from '../graph_rewrite.ts';
import { constantIntegers } from '../shapes/constant_integers.ts';
import { KnownShapes } from '../shapes/known_shapes.ts';
import { COMPARISONS } from '../shapes/operation_kinds.ts';
import { inverseOrder, isChannelsFirst, transposeNode } from './layouts.ts';
import { mergedTranspose } from './merge_transposes.ts';
import { moveTranspose } from './move_transpose.ts';
import type { Moved, Turned } from './reader.ts';
import { moveShuffle } from './shuffle_channels.ts';

/**
 * Moves transposes to channels first behind the operations that follow, as far as these compute the same with channels
 * last, so that they meet the transposes of the next convolution.
 */
export async function sinkTransposes(graph: Graph): Promise<Graph> {
  if (!graph.nodes.some(({ op }) => op === 'Transpose')) return graph;
  const rewrite = new GraphRewrite(graph);
  const shapes = await KnownShapes.of(graph, rewrite);
  const known = await turnedElsewhere(rewrite);
  for (const { name } of rewrite.nodes()) {
    const node = rewrite.current(name);
    if (node === undefined || hasControlInputs(node) || rewrite.isReadBeyondFirst(name)) continue;
    if (node.op === 'Transpose') {
      const merged = await mergedTranspose(rewrite, node);
      if (merged !== undefined) rewrite.replace(merged);
      continue;
    }
    const moved = await move(rewrite, shapes, known, node);
    if (moved === undefined) continue;
    const inner = { op: node.op, input: moved.input, attr: moved.attr ?? node.attr };
    if (moved.order === 'kept') rewrite.replace({ name, ...inner });
    else {
      const added = rewrite.addNode({ name: `${name}/channels_last`, ...inner });
      const shape = shapes.get(name);
      shapes.set(added, shape && inverseOrder(moved.order).map((axis) => shape[axis] ?? null));
      rewrite.replace(transposeNode(rewrite, name, added, moved.order, resultOf(node)));
    }
  }
  return rewrite.finish();
}

async function move(
  rewrite: GraphRewrite,
  shapes: KnownShapes,
  known: ReadonlyMap<string, Turned>,
  node: GraphNode,
): Promise<Moved | undefined> {
  const turned: (Turned | undefined)[] = [];
  for (const tensor of node.input) turned.push(await findTurned(rewrite, tensor));
  const order = turned.find((each) => each !== undefined)?.order;
  if (order === undefined) return moveShuffle(rewrite, shapes, node);
  for (const [index, tensor] of node.input.entries()) turned[index] ??= known.get(keyOf(order, tensor));
  return moveTranspose({ rewrite, shapes, node, turned, order });
}

/** What a convolution reads with channels last already: what else reads it may take that. */
async function turnedElsewhere(rewrite: GraphRewrite): Promise<Map<string, Turned>> {
  const known = new Map<string, Turned>();
  for (const { name, op, input } of rewrite.nodes()) {
    const [source, permutation] = input;
    const values = op === 'Transpose' ? await constantIntegers(rewrite, permutation) : undefined;
    const order = values && inverseOrder(values);
    if (order !== undefined && source !== undefined && isChannelsFirst(order))
      known.set(keyOf(order, source), { source: name, order });
  }
  return known;
}

function keyOf(order: readonly number[], tensor: string): string {
  return `${order} ${tensor.replace(/:0$/, '')}`;
}

/** A cast and a comparison give another type than they take. */
function resultOf(node: GraphNode): GraphNode {
  if (COMPARISONS.has(node.op)) return { ...node, attr: { T: { type: 'DT_BOOL' } } };
  const { DstT, Tparams } = node.attr;
  const type = DstT ?? Tparams;
  return type === undefined ? node : { ...node, attr: { T: type } };
}

async function findTurned(rewrite: GraphRewrite, tensor: string): Promise<Turned | undefined> {
  const node = rewrite.producer(tensor);
  if (node?.op !== 'Transpose') return undefined;
  const order = await constantIntegers(rewrite, node.input[1]);
  const [source] = node.input;
  if (order === undefined || source === undefined || !isChannelsFirst(order)) return undefined;
  // This order is its own opposite, and sequences have it for other reasons: a second transpose would not go away.
  if (order.length === 3 && rewrite.readers(node.name) > 1) return undefined;
  return { source, order };
}
