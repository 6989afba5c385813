import { readDenseEquation } from '../../worker/model/dense_equation.ts';
import { LEAST_KEPT } from '../../worker/model/quantization.ts';
import { elementCount } from '../../worker/model/tensor.ts';
import type { GraphNode, NodeAttribute, Weight } from '../graph/graph.ts';
import { computesFloats, hasControlInputs, textAttribute, textsAttribute } from '../simplify/attributes.ts';
import type { GraphRewrite } from '../simplify/graph_rewrite.ts';
import type { Matrix } from './column_codes.ts';

/** A product of rows with a constant matrix, and what the same node computes of it. */
export interface Product {
  readonly name: string;
  /** The operation of the product alone, with its attributes. */
  readonly op: string;
  readonly attr: Readonly<Record<string, NodeAttribute>>;
  /** The tensor of the rows. Its last dimensions are those of a row. */
  readonly x: string;
  readonly rowDimensions: number;
  /** The name of the constant. Its last dimensions are those of the result. */
  readonly tensor: string;
  readonly columnDimensions: number;
  readonly matrix: Matrix;
  readonly bias: string | undefined;
  readonly activation: Activation | undefined;
}

interface Activation {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attr: Readonly<Record<string, NodeAttribute>>;
}

/** Narrower matrices gain nothing. */
const LEAST_ROWS = 16;
const LEAST_COLUMNS = 8;

/** Returns a node as a product with a matrix of floats that is large enough to gain from 8 bits, or undefined. */
export function readProduct(rewrite: GraphRewrite, node: GraphNode): Product | undefined {
  const [x, tensor, ...others] = node.input;
  const weight = rewrite.constant(tensor);
  if (x === undefined || tensor === undefined || weight === undefined) return undefined;
  if (hasControlInputs(node) || !computesFloats(node) || rewrite.constant(x) !== undefined) return undefined;
  const form = readForm(node, weight);
  const fused = node.op === '_FusedMatMul' ? readFused(node, others) : NOTHING_FUSED;
  if (form === undefined || fused === undefined || !isWorthIt(form.matrix)) return undefined;
  return { name: node.name, x, tensor, ...form, ...fused };
}

function isWorthIt({ weight, rows, columns }: Matrix): boolean {
  const { dtype, shape, quantized } = weight;
  const isMatrix = dtype === 'float32' && shape.length >= 2 && elementCount(shape) === rows * columns;
  const isLarge = rows >= LEAST_ROWS && columns >= LEAST_COLUMNS && rows * columns >= LEAST_KEPT;
  const isFloat = quantized === undefined || quantized.quantization.dtype === 'float16';
  return isMatrix && isLarge && isFloat;
}

type Form = Pick<Product, 'op' | 'attr' | 'rowDimensions' | 'columnDimensions' | 'matrix'>;

function readForm(node: GraphNode, weight: Weight): Form | undefined {
  switch (node.op) {
    case 'MatMul':
    case '_FusedMatMul':
      return matrixForm(node, 'MatMul', weight, ['transpose_a', 'transpose_b']);
    case 'BatchMatMul':
    case 'BatchMatMulV2':
      return matrixForm(node, node.op, weight, ['adj_x', 'adj_y']);
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
): Form | undefined {
  if (attr[ofRows]?.b === true) return undefined;
  const transposed = attr[ofMatrix]?.b === true;
  const [one = 0, other = 0] = weight.shape.slice(-2);
  const [rows, columns] = transposed ? [other, one] : [one, other];
  const kept = { [ofRows]: { b: false }, [ofMatrix]: { b: transposed } };
  const matrix = { weight, rows, columns, transposed };
  return { op, attr: kept, rowDimensions: 1, columnDimensions: 1, matrix };
}

function denseForm(node: GraphNode, weight: Weight): Form | undefined {
  const dense = readDenseEquation(textAttribute(node, 'equation') ?? '');
  if (dense === undefined || dense.contracted + dense.columns !== weight.shape.length) return undefined;
  // Other weights are not kept in 8 bits: see worker/runtime/weights/graph_matrices.ts.
  if (dense.contracted > 1 && dense.columns > 1) return undefined;
  const rows = elementCount(weight.shape.slice(0, dense.contracted));
  const matrix = {
    weight,
    rows,
    columns: elementCount(weight.shape.slice(dense.contracted)),
    transposed: false,
  };
  const { op, attr } = node;
  return { op, attr, rowDimensions: dense.contracted, columnDimensions: dense.columns, matrix };
}

type Fused = Pick<Product, 'bias' | 'activation'>;
const NOTHING_FUSED: Fused = { bias: undefined, activation: undefined };

const ACTIVATIONS: ReadonlySet<string> = new Set(['Elu', 'LeakyRelu', 'Prelu', 'Relu', 'Relu6', 'Sigmoid']);

/** Returns what tfjs's fused product does after the product, or undefined if that is not known. */
function readFused(node: GraphNode, inputs: readonly string[]): Fused | undefined {
  const [first, activation, ...more] = textsAttribute(node, 'fused_ops');
  const [bias, ...others] = inputs;
  if (first !== 'BiasAdd' || bias === undefined || more.length > 0) return undefined;
  if (activation === undefined) return others.length === 0 ? { bias, activation } : undefined;
  if (!ACTIVATIONS.has(activation) || others.length !== (activation === 'Prelu' ? 1 : 0)) return undefined;
  const slope = node.attr.leakyrelu_alpha;
  const attr = activation === 'LeakyRelu' && slope !== undefined ? { alpha: slope } : {};
  return { bias, activation: { op: activation, inputs: others, attr } };
}
