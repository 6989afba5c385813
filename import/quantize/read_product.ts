import { readDenseEquation } from '../../worker/model/dense_equation.ts';
import { elementCount } from '../../worker/model/tensor.ts';
import type { GraphNode, NodeAttribute, Weight } from '../graph/graph.ts';
import { computesFloats, hasControlInputs, textAttribute } from '../simplify/attributes.ts';
import type { GraphRewrite } from '../simplify/graph_rewrite.ts';
import type { Matrix } from './column_codes.ts';
import { type FusedParts, readFusedParts, withoutFusion } from './fused_parts.ts';

/** The product of a tensor with a constant matrix, and what the same node computes of it. */
export type Product = ProductOfRows | OtherProduct;

interface Common extends FusedParts {
  readonly name: string;
  /** The operation of the product alone, with its attributes. */
  readonly op: string;
  readonly attr: Readonly<Record<string, NodeAttribute>>;
  /** The tensor that is multiplied with the matrix. */
  readonly x: string;
  /** The name of the constant. */
  readonly tensor: string;
  readonly matrix: Matrix;
}

/** The last dimensions of the tensor are a row, and those of the matrix are those of the result. */
export interface ProductOfRows extends Common {
  readonly kind: 'rows';
  readonly rowDimensions: number;
  readonly columnDimensions: number;
}

/** A convolution, whose filter is a matrix [height * width * channels, filters], or a product of columns. */
interface OtherProduct extends Common {
  readonly kind: 'other';
}

/** Returns a node as a product with a constant matrix of floats, or undefined. */
export function readProduct(rewrite: GraphRewrite, node: GraphNode): Product | undefined {
  const [x, tensor, ...others] = node.input;
  const weight = rewrite.constant(tensor);
  if (x === undefined || tensor === undefined || weight?.dtype !== 'float32') return undefined;
  if (hasControlInputs(node) || !computesFloats(node) || rewrite.constant(x) !== undefined) return undefined;
  // A request may feed any node.
  if (rewrite.producer(node.name) === undefined) return undefined;
  const form = readForm(node, weight);
  const parts = readFusedParts(node, others);
  if (form === undefined || parts === undefined) return undefined;
  const { rows, columns } = form.matrix;
  if (weight.shape.length < 2 || elementCount(weight.shape) !== rows * columns) return undefined;
  return { name: node.name, x, tensor, ...form, ...parts };
}

type Form =
  | Pick<ProductOfRows, 'kind' | 'op' | 'attr' | 'matrix' | 'rowDimensions' | 'columnDimensions'>
  | Pick<OtherProduct, 'kind' | 'op' | 'attr' | 'matrix'>;

function readForm(node: GraphNode, weight: Weight): Form | undefined {
  switch (node.op) {
    case 'MatMul':
    case '_FusedMatMul':
      return matrixForm(node, 'MatMul', weight, ['transpose_a', 'transpose_b']);
    case 'BatchMatMul':
    case 'BatchMatMulV2':
      return matrixForm(node, node.op, weight, ['adj_x', 'adj_y']);
    case 'Conv2D':
    case '_FusedConv2D':
      return { kind: 'other', op: 'Conv2D', attr: withoutFusion(node), matrix: lastColumns(weight, 1) };
    case 'Einsum':
      return denseForm(node, weight);
    default:
      return undefined;
  }
}

function matrixForm(
  { attr }: GraphNode,
  op: string,
  weight: Weight,
  [ofRows, ofMatrix]: readonly [string, string],
): Form {
  const [areColumns, transposed] = [attr[ofRows]?.b === true, attr[ofMatrix]?.b === true];
  const [one = 0, other = 0] = weight.shape.slice(-2);
  const [rows, columns] = transposed ? [other, one] : [one, other];
  const kept = { [ofRows]: { b: areColumns }, [ofMatrix]: { b: transposed } };
  const form = { op, attr: kept, matrix: { weight, rows, columns, transposed } };
  return areColumns
    ? { kind: 'other', ...form }
    : { kind: 'rows', ...form, rowDimensions: 1, columnDimensions: 1 };
}

function denseForm(node: GraphNode, weight: Weight): Form | undefined {
  const dense = readDenseEquation(textAttribute(node, 'equation') ?? '');
  if (dense === undefined || dense.contracted + dense.columns !== weight.shape.length) return undefined;
  // Other weights are not kept in 8 bits: see worker/runtime/weights/graph_matrices.ts.
  if (dense.contracted > 1 && dense.columns > 1) return undefined;
  const { op, attr } = node;
  const matrix = lastColumns(weight, dense.columns);
  return { kind: 'rows', op, attr, matrix, rowDimensions: dense.contracted, columnDimensions: dense.columns };
}

/** A weight whose last dimensions are the columns of a matrix, and whose others are its rows. */
function lastColumns(weight: Weight, dimensions: number): Matrix {
  const rows = elementCount(weight.shape.slice(0, -dimensions));
  return { weight, rows, columns: elementCount(weight.shape.slice(-dimensions)), transposed: false };
}
