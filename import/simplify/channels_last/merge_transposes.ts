import type { Graph, GraphNode } from '../../graph/graph.ts';
import { hasControlInputs } from '../attributes.ts';
import { GraphRewrite } from '../graph_rewrite.ts';
import { constantIntegers } from '../shapes/constant_integers.ts';
import { isSame, transposeNode } from './layouts.ts';

/** Makes one transpose of two that follow each other, and none where the second undoes the first. */
export async function mergeTransposes(graph: Graph): Promise<Graph> {
  const rewrite = new GraphRewrite(graph);
  for (const { name } of rewrite.nodes()) {
    const node = rewrite.current(name);
    const merged = node && (await mergedTranspose(rewrite, node));
    if (merged !== undefined) rewrite.replace(merged);
  }
  return rewrite.finish();
}

/** Returns a node of what a transpose before this one reads; undefined if there is none. */
export async function mergedTranspose(
  rewrite: GraphRewrite,
  node: GraphNode,
): Promise<GraphNode | undefined> {
  if (node.op !== 'Transpose' || hasControlInputs(node)) return undefined;
  const { name, attr } = node;
  const second = await constantIntegers(rewrite, node.input[1]);
  if (second === undefined) return undefined;
  const before = rewrite.producer(node.input[0]);
  const first = before?.op === 'Transpose' ? await constantIntegers(rewrite, before.input[1]) : undefined;
  const [source] = before?.input ?? [];
  if (first === undefined || source === undefined || first.length !== second.length) return undefined;
  const both = second.map((axis) => first[axis < 0 ? axis + first.length : axis] ?? 0);
  return isSame(both, [...both.keys()])
    ? { name, op: 'Identity', input: [source], attr: attr.T === undefined ? {} : { T: attr.T } }
    : transposeNode(rewrite, name, source, both, node);
}
