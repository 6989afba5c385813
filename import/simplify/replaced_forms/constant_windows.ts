import type { Graph, NodeAttribute } from '../../graph/graph.ts';

import { GraphRewrite } from '../graph_rewrite.ts';
import { constantIntegers } from '../shapes/constant_integers.ts';

/** Makes a MaxPool of each MaxPoolV2 whose window and strides are constants: the executor reads them as attributes. */
export async function stateWindows(graph: Graph): Promise<Graph> {
  const rewrite = new GraphRewrite(graph);
  for (const node of rewrite.nodes()) {
    const [image, window, steps, ...control] = node.input;
    if (node.op !== 'MaxPoolV2' || image === undefined) continue;
    const ksize = await constantIntegers(rewrite, window);
    const strides = await constantIntegers(rewrite, steps);
    if (ksize?.length !== 4 || strides?.length !== 4) continue;
    const attr = { ...node.attr, ksize: integers(ksize), strides: integers(strides) };
    rewrite.replace({ ...node, op: 'MaxPool', input: [image, ...control], attr });
  }
  return rewrite.finish();
}

const integers = (values: readonly number[]): NodeAttribute => ({ list: { i: values.map(String) } });
