import { binary, cast } from '../../../builder/elementwise.ts';
import { batchProduct, dense, einsum } from '../../../builder/products.ts';
import { dimension, expandDimension, reshape, squeeze, transpose } from '../../../builder/shaping.ts';
import { axesOf, knownCount, rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { Operated, OperationCall, Operations } from './call/operation_call.ts';
import { flat } from './call/tensor_arguments.ts';

function outer(call: OperationCall): Operated | undefined {
  const { g } = call;
  const [one, other] = [call.tensor(0, ['x1', 'a']), call.tensor(1, ['x2', 'b'])];
  if (one === undefined || other === undefined) return undefined;
  return binary(g, 'Mul', expandDimension(g, flat(g, one), 1), expandDimension(g, flat(g, other), 0));
}

function tensorProduct(call: OperationCall): Operated | undefined {
  const { g } = call;
  const [one, other] = [call.tensor(0, ['x1', 'a']), call.tensor(1, ['x2', 'b'])];
  if (one === undefined || other === undefined) return undefined;
  const axes = call.value(['axes'], 2) ?? 2;
  const lists = Array.isArray(axes) ? axes.map((each: unknown) => [each].flat().map(Number)) : undefined;
  const count = typeof axes === 'number' ? axes : 0;
  const left = axesOf(
    one,
    lists?.[0] ?? Array.from({ length: count }, (_, index) => rank(one) - count + index),
  );
  const right = axesOf(other, lists?.[1] ?? Array.from({ length: count }, (_, index) => index));
  const kept = (x: SymbolicTensor, used: readonly number[]) =>
    [...x.shape.keys()].filter((axis) => !used.includes(axis));
  const inner = knownCount(left.map((axis) => one.shape[axis] ?? null));
  const rest = kept(other, right).map((axis) => other.shape[axis] ?? null);
  const columns = knownCount(rest);
  if (left.length === 0 || left.length !== right.length || inner === undefined || columns === undefined) {
    return undefined;
  }
  const outerSizes = kept(one, left).map((axis) => dimension(g, one, axis));
  const rows = reshape(g, transpose(g, cast(g, one, 'float32'), [...kept(one, left), ...left]), [
    ...outerSizes,
    inner,
  ]);
  const matrix = reshape(g, transpose(g, cast(g, other, 'float32'), [...right, ...kept(other, right)]), [
    inner,
    columns,
  ]);
  if (outerSizes.length === 0) return undefined;
  const product = dense(g, rows, matrix, undefined);
  return reshape(g, product, [...outerSizes, ...rest.map((size) => size ?? 1)]);
}

/** The last two dimensions in the other order. */
function turned(call: OperationCall, x: SymbolicTensor): SymbolicTensor {
  const axes = [...x.shape.keys()];
  return transpose(call.g, x, [...axes.slice(0, -2), rank(x) - 1, rank(x) - 2]);
}

/** A product of matrices; vectors are rows on the left and columns on the right. */
function matrixProduct(call: OperationCall): Operated | undefined {
  const { g } = call;
  const [x, y] = [call.tensor(0, ['x1', 'x', 'a']), call.tensor(1, ['x2', 'b', 'y'])];
  if (x === undefined || y === undefined || rank(x) === 0 || rank(y) === 0) return undefined;
  const isTurned = (side: string) => call.flag([`transpose_${side}`]) || call.flag([`adjoint_${side}`]);
  const matrix = (given: SymbolicTensor, side: 'a' | 'b') => {
    const floats = cast(g, given, 'float32');
    if (rank(floats) === 1) return expandDimension(g, floats, side === 'a' ? 0 : 1);
    return isTurned(side) ? turned(call, floats) : floats;
  };
  let [left, right] = [matrix(x, 'a'), matrix(y, 'b')];
  let product: SymbolicTensor;
  if (rank(right) === 2 && rank(x) > 1) product = dense(g, left, right, undefined);
  else {
    while (rank(left) < rank(right)) left = expandDimension(g, left, 0);
    while (rank(right) < rank(left)) right = expandDimension(g, right, 0);
    product = batchProduct(g, left, right);
  }
  const single = [
    ...(rank(x) === 1 ? [rank(product) - 2] : []),
    ...(rank(y) === 1 ? [rank(product) - 1] : []),
  ];
  return single.length === 0 ? product : squeeze(g, product, single);
}

/** The sizes of the labels after the arrow; undefined for an equation without one, or with open dimensions. */
function einsumShape(equation: string, tensors: readonly SymbolicTensor[]): (number | null)[] | undefined {
  const [left = '', right] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  if (right === undefined || equation.includes('.') || terms.length !== tensors.length) return undefined;
  const sizes = new Map<string, number | null>();
  for (const [index, term] of terms.entries()) {
    const { shape } = tensors[index] ?? { shape: [] };
    if (shape.length !== term.length) return undefined;
    for (const [axis, label] of [...term].entries())
      sizes.set(label, sizes.get(label) ?? shape[axis] ?? null);
  }
  return [...right].map((label) => sizes.get(label) ?? null);
}

/** Products of tensors. */
export const PRODUCTS: Operations = {
  dot: (call) => {
    const other = call.tensor(1, ['x2', 'b', 'y']);
    return other !== undefined && rank(other) <= 2 ? matrixProduct(call) : undefined;
  },
  einsum: (call) => {
    const tensors = call.tensors(['operands', 'inputs']);
    const equation = call.text(['subscripts', 'equation'], 0);
    const shape = equation === undefined ? undefined : einsumShape(equation, tensors);
    return equation === undefined || shape === undefined
      ? undefined
      : einsum(call.g, equation, tensors, shape);
  },
  inner: (call) => {
    const { g } = call;
    const [one, other] = [call.tensor(0, ['x1']), call.tensor(1, ['x2'])];
    if (one === undefined || other === undefined || rank(one) < 2 || rank(other) !== 2) return undefined;
    return dense(g, cast(g, one, 'float32'), transpose(g, cast(g, other, 'float32'), [1, 0]), undefined);
  },
  matmul: matrixProduct,
  outer,
  tensordot: tensorProduct,
};
