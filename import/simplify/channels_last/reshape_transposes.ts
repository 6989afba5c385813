import type { Graph } from '../../graph/graph.ts';
import { hasControlInputs } from '../attributes.ts';
import { GraphRewrite } from '../graph_rewrite.ts';
import { constantIntegers } from '../shapes/constant_integers.ts';
import { KnownShapes } from '../shapes/known_shapes.ts';
import { integersWeight } from './layouts.ts';
import { isReshape, targetSizes } from './move_reshape.ts';

/** Makes a reshape, which moves nothing, of a transpose that moves only dimensions of size one. */
export async function reshapeTransposes(graph: Graph): Promise<Graph> {
  if (!graph.nodes.some(({ op }) => op === 'Transpose')) return graph;
  const rewrite = new GraphRewrite(graph);
  const shapes = await KnownShapes.of(graph, rewrite);
  for (const node of rewrite.nodes()) {
    const [source, permutation] = node.input;
    if (node.op !== 'Transpose' || source === undefined || hasControlInputs(node)) continue;
    const order = await constantIntegers(rewrite, permutation);
    const before = shapes.get(source);
    if (order === undefined || before?.length !== order.length || !isReshape(before, order)) continue;
    const sizes = targetSizes(order.map((axis) => before[axis] ?? null));
    if (sizes === undefined) continue;
    const shape = rewrite.addConstant(`${node.name}/shape`, integersWeight(sizes));
    const { T } = node.attr;
    const attr = { ...(T === undefined ? {} : { T }), Tshape: { type: 'DT_INT32' } };
    rewrite.replace({ name: node.name, op: 'Reshape', input: [source, shape], attr });
  }
  return rewrite.finish();
}
