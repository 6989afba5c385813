import { add, cast, multiply } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { einsum, product } from '../../../builder/products.ts';
import { dimension, dimensions, expandDimension, reshape, squeeze } from '../../../builder/shaping.ts';
import { broadcastShape, rank, type SymbolicTensor, sizeOf } from '../../../builder/symbolic_tensor.ts';
import { input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { isFloating } from '../../values/element_types.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import { productOf } from '../shapes/sizes.ts';

/** As numpy.matmul: a tensor of one dimension is a row or a column that is left out of the result. */
export function matrixProduct(g: NodeBuilder, one: SymbolicTensor, other: SymbolicTensor): SymbolicTensor {
  if (rank(one) === 0 || rank(other) === 0) refuseMalformed('multiplies a scalar');
  if (rank(one) === 1) {
    const row = matrixProduct(g, expandDimension(g, one, 0), other);
    return squeeze(g, row, [rank(row) - (rank(other) === 1 ? 1 : 2)]);
  }
  if (rank(other) === 1) {
    const column = matrixProduct(g, one, expandDimension(g, other, 1));
    return squeeze(g, column, [rank(column) - 1]);
  }
  if (rank(one) === 2 && rank(other) === 2) return product(g, one, other);
  if (rank(other) === 2) return rowsTimes(g, one, other);
  const outer = broadcastShape(one.shape.slice(0, -2), other.shape.slice(0, -2));
  return g.node(
    'BatchMatMulV2',
    [one, other],
    { shape: [...outer, sizeOf(one, -2), sizeOf(other, -1)] },
    { adj_x: { b: false }, adj_y: { b: false } },
  );
}

/** All rows of a tensor times one matrix, as one product. */
function rowsTimes(g: NodeBuilder, one: SymbolicTensor, matrix: SymbolicTensor): SymbolicTensor {
  const sizes = dimensions(g, one);
  const inner = sizes.at(-1) ?? 1;
  const rows = reshape(g, one, [productOf(g, sizes.slice(0, -1)), inner]);
  return reshape(g, product(g, rows, matrix), [...sizes.slice(0, -1), dimension(g, matrix, 1)]);
}

const matMul: Operator = (call) => {
  const { g } = call;
  const [one, other] = [input(call, 0), input(call, 1)];
  if (isFloating(one.type)) return typed(matrixProduct(g, one, other), one.type);
  const result = matrixProduct(g, cast(g, one, 'float32'), cast(g, other, 'float32'));
  return typed(cast(g, result, 'int32'), one.type);
};

/** alpha * A B + beta * C, each of A and B transposed or not. */
const gemm: Operator = (call) => {
  const { g, attributes, inputs } = call;
  attributes.ignore('broadcast');
  const [one, other, offset] = [input(call, 0), input(call, 1), inputs[2]];
  const [turnsOne, turnsOther] = [attributes.flag('transA'), attributes.flag('transB')];
  const [alpha, beta] = [attributes.float('alpha', 1), attributes.float('beta', 1)];
  const shape = [sizeOf(one, turnsOne ? 1 : 0), sizeOf(other, turnsOther ? 0 : 1)];
  let result: SymbolicTensor = g.node(
    'MatMul',
    [one, other],
    { shape },
    { transpose_a: { b: turnsOne }, transpose_b: { b: turnsOther } },
  );
  if (alpha !== 1) result = multiply(g, result, alpha);
  if (offset !== undefined && beta !== 0)
    result = add(g, result, beta === 1 ? offset : multiply(g, offset, beta));
  return typed(result, one.type);
};

const einsumOperator: Operator = (call) => {
  const { g, attributes } = call;
  const tensors = call.inputs.map((_, index) => input(call, index));
  const written = (attributes.text('equation') ?? refuse('has no equation')).replaceAll(' ', '');
  const equation = withoutEllipsis(written, tensors.map(rank));
  const [terms = '', result = implied(terms)] = equation.split('->');
  const sizes = new Map<string, number | null>();
  for (const [index, term] of terms.split(',').entries()) {
    for (const [axis, letter] of [...term].entries()) {
      const size = tensors[index]?.shape[axis] ?? null;
      if (size !== null || !sizes.has(letter)) sizes.set(letter, size);
    }
  }
  const shape = [...result].map((letter) => sizes.get(letter) ?? null);
  return typed(einsum(g, `${terms}->${result}`, tensors, shape), input(call, 0).type);
};

/** Letters for the dimensions that an ellipsis stands for, the last ones of as many as the longest has. */
function withoutEllipsis(equation: string, ranks: readonly number[]): string {
  if (!equation.includes('...')) return equation;
  const unused = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'].filter(
    (letter) => !equation.includes(letter),
  );
  const [terms = '', result] = equation.split('->');
  const counts = terms.split(',').map((term, index) => (ranks[index] ?? 0) - term.replace('...', '').length);
  const longest = Math.max(0, ...counts.filter((_, index) => terms.split(',')[index]?.includes('...')));
  const all = unused.slice(0, longest).join('');
  const read = terms
    .split(',')
    .map((term, index) => term.replace('...', all.slice(longest - (counts[index] ?? 0))));
  const written = result?.replace('...', all) ?? `${all}${implied(terms.replaceAll('...', ''))}`;
  return `${read.join(',')}->${written}`;
}

/** Without a result, the letters that stand once, in their order. */
function implied(terms: string): string {
  const letters = [...terms.replaceAll(',', '')];
  return [...new Set(letters)]
    .filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter))
    .sort()
    .join('');
}

const determinant: Operator = (call) => {
  const x = input(call, 0);
  const result = call.g.node('MatrixDeterminant', [x], { shape: x.shape.slice(0, -2) });
  return typed(result, x.type);
};

export const PRODUCTS: OperatorTable = {
  Det: determinant,
  Einsum: einsumOperator,
  Gemm: gemm,
  MatMul: matMul,
};
