import { LEAST_KEPT } from '../../worker/model/quantization.ts';
import type { Graph } from '../graph/graph.ts';
import { GraphRewrite } from '../simplify/graph_rewrite.ts';
import { prune } from '../simplify/prune.ts';
import { DynamicWriter } from './dynamic_writer.ts';
import { type Product, type ProductOfRows, readProduct } from './read_product.ts';

/** A graph some of whose products have weights of 8 bits. */
export interface DynamicProducts {
  readonly graph: Graph;
  /** The names of the products that were changed. */
  readonly products: readonly string[];
}

/**
 * Lets products with constant matrices compute with integers of 8 bits: the matrix is quantized by columns now, and each
 * row of the other side by its largest magnitude when a request is computed. All of it consists of TensorFlow's
 * operations:
 *
 *     magnitude = maximum(max(|x|), least)
 *     y = matmul(round(x * (127 / magnitude)), codes) * magnitude * (scale / 127)
 *
 * Products with the same rows share their quantization. Small matrices, and those that are quantized already, stay.
 *
 * @param staysFloat returns true for the name of a product that must not be changed
 */
export async function quantizeDynamicProducts(
  graph: Graph,
  staysFloat: (name: string) => boolean = () => false,
): Promise<DynamicProducts> {
  const rewrite = new GraphRewrite(graph);
  const writer = new DynamicWriter(rewrite);
  const products: string[] = [];
  for (const node of graph.nodes) {
    const product = staysFloat(node.name) ? undefined : readProduct(rewrite, node);
    if (product !== undefined && isWorthIt(product) && (await writer.write(product)))
      products.push(node.name);
  }
  return { graph: prune(rewrite.finish()), products };
}

/** Narrower matrices gain nothing. */
const LEAST_ROWS = 16;
const LEAST_COLUMNS = 8;

/** True for a product of rows with a matrix of floats that is large enough to gain from 8 bits. */
function isWorthIt(product: Product): product is ProductOfRows {
  const { weight, rows, columns } = product.matrix;
  const isLarge = rows >= LEAST_ROWS && columns >= LEAST_COLUMNS && rows * columns >= LEAST_KEPT;
  const isFloat = weight.quantized === undefined || weight.quantized.quantization.dtype === 'float16';
  return product.kind === 'rows' && isLarge && isFloat;
}
