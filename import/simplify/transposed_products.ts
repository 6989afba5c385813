import type { Graph, GraphNode, Weight } from '../graph/graph.ts';
import { hasControlInputs } from './attributes.ts';
import { integersWeight } from './channels_last/layouts.ts';
import { derivedWeight } from './fold/derived_weight.ts';
import { GraphRewrite } from './graph_rewrite.ts';
import { constantIntegers } from './shapes/constant_integers.ts';

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

const BATCH_PRODUCTS: ReadonlySet<string> = new Set(['BatchMatMul', 'BatchMatMulV2']);

/**
 * Lets a product of batches read the columns of its right matrix as rows, in place of a transpose that swaps them: what is
 * left of the transpose moves whole rows, or nothing.
 */
export async function readColumnsAsRows(graph: Graph): Promise<Graph> {
  const rewrite = new GraphRewrite(graph);
  for (const node of rewrite.nodes()) {
    const [left, right] = node.input;
    if (!BATCH_PRODUCTS.has(node.op) || left === undefined || hasControlInputs(node)) continue;
    const transpose = rewrite.soleProducer(right);
    if (transpose?.op !== 'Transpose' || hasControlInputs(transpose)) continue;
    const swapped = await swappedOrder(rewrite, transpose);
    const [source] = transpose.input;
    if (swapped === undefined || source === undefined) continue;
    const isKept = swapped.every((axis, index) => axis === index);
    const rows = isKept ? source : rewrite.addNode(rowTranspose(rewrite, transpose, source, swapped));
    rewrite.replace({
      ...node,
      input: [left, rows],
      attr: { ...node.attr, adj_y: { b: node.attr.adj_y?.b !== true } },
    });
  }
  return rewrite.finish();
}

/** The order of a transpose with its last two axes swapped, if that leaves the last dimension where it is. */
async function swappedOrder(
  rewrite: GraphRewrite,
  { input: [, permutation] }: GraphNode,
): Promise<readonly number[] | undefined> {
  const order = await constantIntegers(rewrite, permutation);
  if (order === undefined || order.length < 3) return undefined;
  const [row = 0, column = 0] = order.slice(-2);
  return row === order.length - 1 ? [...order.slice(0, -2), column, row] : undefined;
}

function rowTranspose(
  rewrite: GraphRewrite,
  { name, attr }: GraphNode,
  source: string,
  order: readonly number[],
): GraphNode {
  const permutation = rewrite.addConstant(`${name}/rows/perm`, integersWeight(order));
  return { name: `${name}/rows`, op: 'Transpose', input: [source, permutation], attr };
}
