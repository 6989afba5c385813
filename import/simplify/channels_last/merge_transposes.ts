import type { Graph } from '../../graph/graph.ts';
import { hasControlInputs } from '../attributes.ts';
import { GraphRewrite } from '../graph_rewrite.ts';
import { constantIntegers, isSame, transposeNode } from './layouts.ts';

/** Makes one transpose of two that follow each other, and none where the second undoes the first. */
export async function mergeTransposes(graph: Graph): Promise<Graph> {
  const rewrite = new GraphRewrite(graph);
  for (const { name } of rewrite.nodes()) {
    const node = rewrite.current(name);
    if (node?.op !== 'Transpose' || hasControlInputs(node)) continue;
    const second = await constantIntegers(rewrite, node.input[1]);
    if (second === undefined) continue;
    const before = rewrite.producer(node.input[0]);
    const first = before?.op === 'Transpose' ? await constantIntegers(rewrite, before.input[1]) : undefined;
    const [source] = before?.input ?? [];
    if (first === undefined || source === undefined || first.length !== second.length) continue;
    const both = second.map((axis) => first[axis < 0 ? axis + first.length : axis] ?? 0);
    rewrite.replace(
      isSame(both, [...both.keys()])
        ? { name, op: 'Identity', input: [source], attr: node.attr.T === undefined ? {} : { T: node.attr.T } }
        : transposeNode(rewrite, name, source, both, node),
    );
  }
  return rewrite.finish();
}
