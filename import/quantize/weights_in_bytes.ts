import type { Graph, GraphNode } from '../graph/graph.ts';
import { derivedWeight } from '../simplify/fold/derived_weight.ts';
import { GraphRewrite } from '../simplify/graph_rewrite.ts';
import { isQuantizable } from '../tfjs/writer/quantize.ts';
import { columnCodes } from './column_codes.ts';
import { FLOAT, replaceByScaled } from './fused_parts.ts';
import { type Product, readProduct } from './read_product.ts';

/** The products whose matrices are stored in bytes. */
const STORED: ReadonlySet<string> = new Set(['Conv2D', 'MatMul']);

/**
 * Stores the matrices of products in bytes, with a scale for each column: products of floats with the integers are multiplied by the
 * scales. Activations stay floats.
 *
 * @param isWanted whether a product, a node of this name, is rewritten
 */
export async function storeWeightsInBytes(
  graph: Graph,
  isWanted: (node: GraphNode) => boolean,
): Promise<{ readonly graph: Graph; readonly products: readonly string[] }> {
  const rewrite = new GraphRewrite(graph);
  const products: string[] = [];
  for (const node of graph.nodes) {
    const product = isWanted(node) ? readProduct(rewrite, node) : undefined;
    if (product !== undefined && (await store(rewrite, product))) products.push(node.name);
  }
  return { graph: rewrite.finish(), products };
}

/** @returns false if the product stays as it is */
async function store(rewrite: GraphRewrite, product: Product): Promise<boolean> {
  const { name, op, attr, x, matrix, activation } = product;
  const { weight, columns } = matrix;
  if (!STORED.has(op) || !isQuantizable(weight) || weight.quantized !== undefined) return false;
  // Slopes are of the layout of the fused operation.
  if (activation !== undefined && activation.inputs.length > 0) return false;
  const quantized = await columnCodes(matrix);
  if (quantized === undefined) return false;
  const codes = rewrite.addConstant(`${name}/weights`, quantized.codes);
  const scales = rewrite.addConstant(
    `${name}/scales`,
    derivedWeight([columns], [], (result) => result.set(quantized.scales)),
  );
  const products = rewrite.addNode({
    name: `${name}/products`,
    op,
    input: [x, codes],
    attr: { T: FLOAT, ...attr },
  });
  replaceByScaled(rewrite, name, { product: products, scales }, product);
  return true;
}
