import type { Graph, Weight } from '../graph/graph.ts';
import { derivedWeight } from './fold/derived_weight.ts';
import { GraphRewrite } from './graph_rewrite.ts';

/** Transposes constants in advance that a product would transpose each time. */
export function transposeConstants(graph: Graph): Graph {
  const rewrite = new GraphRewrite(graph);
  for (const node of rewrite.nodes()) {
    if ((node.op !== 'MatMul' && node.op !== '_FusedMatMul') || node.attr.transpose_b?.b !== true) continue;
    const [left, right, ...others] = node.input;
    const weight = rewrite.constant(right);
    if (left === undefined || right === undefined || weight === undefined) continue;
    if (weight.dtype !== 'float32' || weight.shape.length !== 2 || weight.quantized !== undefined) continue;
    if (!rewrite.isReplaceable(right, weight)) continue;
    rewrite.replace({
      ...node,
      input: [left, rewrite.addConstant(`${right}/transposed`, transposed(weight)), ...others],
      attr: { ...node.attr, transpose_b: { b: false } },
    });
  }
  return rewrite.finish();
}

function transposed(weight: Weight): Weight {
  const [rows = 0, columns = 0] = weight.shape;
  return derivedWeight([columns, rows], [weight], (result, values = result) => {
    for (let index = 0; index < result.length; index++) {
      result[index] = values[(index % rows) * columns + Math.floor(index / rows)] ?? 0;
    }
  });
}
