import type { Graph } from '../graph/graph.ts';
import { hasControlInputs } from './attributes.ts';
import { GraphRewrite } from './graph_rewrite.ts';

/** A reshape to a constant shape can skip these operations before it, since they keep the values and their order. */
const REARRANGING: ReadonlySet<string> = new Set(['ExpandDims', 'Reshape', 'Squeeze']);

export function shortenReshapes(graph: Graph): Graph {
  const rewrite = new GraphRewrite(graph);
  for (const node of rewrite.nodes()) {
    const [tensor, shape] = node.input;
    if (node.op !== 'Reshape' || shape === undefined || hasControlInputs(node)) continue;
    const before = rewrite.soleProducer(tensor);
    if (before === undefined || !REARRANGING.has(before.op) || hasControlInputs(before)) continue;
    const [source] = before.input;
    if (source === undefined || rewrite.constant(shape) === undefined) continue;
    rewrite.replace({ ...node, input: [source, shape] });
    rewrite.remove(before.name);
  }
  return rewrite.finish();
}
