import type {
  _FusedMatMulAttrs,
  _FusedMatMulInputs,
  BatchMatMulAttrs,
  BatchMatMulInputs,
} from '@tensorflow/tfjs-core';
import { type Activation, fusedActivation } from './activation.ts';
import { elementCount, isCovered, isVectorOrAbsent, type Kernel, type KernelContext } from './kernel.ts';
import { multiplyPacked } from './packed_matrix.ts';

/** Fused or not: what is absent is linear and without bias. */
type ProductInputs = BatchMatMulInputs & Partial<_FusedMatMulInputs>;
type ProductAttributes = BatchMatMulAttrs & Partial<_FusedMatMulAttrs>;

interface Product {
  /** Matrices of the result; a side of one matrix serves all of them. */
  readonly batch: number;
  readonly aBatch: number;
  readonly bBatch: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

/** BatchMatMul and _FusedMatMul. */
export const matrixProduct: Kernel<ProductInputs, ProductAttributes> = (context, inputs, attributes) => {
  const { functions, heap } = context;
  const { a, b, bias, preluActivationWeights } = inputs;
  const { transposeA, transposeB } = attributes;
  if (!isCovered(a) || !isCovered(b)) return undefined;
  const [aRows = 0, aColumns = 0] = a.shape.slice(-2);
  const [bRows = 0, bColumns = 0] = b.shape.slice(-2);
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [otherK, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
  const outer = outerShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (outer === undefined || k !== otherK || !isVectorOrAbsent(bias, n)) return undefined;
  const activation = fusedActivation(functions, heap, attributes, preluActivationWeights);
  if (activation === undefined) return undefined;

  const result = heap.output([...outer, m, n]);
  const product: Product = {
    batch: elementCount(outer),
    aBatch: elementCount(a.shape.slice(0, -2)),
    bBatch: elementCount(b.shape.slice(0, -2)),
    m,
    k,
    n,
  };
  const to = heap.address(result);
  const biases = heap.addressOrNone(bias);
  withRows(context, heap.address(a), product, transposeA, (from) => {
    if (product.bBatch === 1) {
      // One matrix on the right: the left-hand sides are the rows of one product.
      const rows = { ...product, m: product.batch * m };
      context.weights.use(b, { k, n, transposed: transposeB }, (packed) => {
        multiplyPacked(context, from, packed, biases, to, rows, activation);
      });
    } else {
      multiplyEach(context, from, heap.address(b), transposeB, biases, to, product, activation);
    }
  });
  activation.afterwards?.(result);
  return result;
};

/** @returns undefined where the sides differ and neither is a single matrix */
function outerShape(a: readonly number[], b: readonly number[]): readonly number[] | undefined {
  const longer = a.length >= b.length ? a : b;
  if (elementCount(b) === 1 && longer === a) return a;
  if (elementCount(a) === 1 && longer === b) return b;
  return a.length === b.length && a.every((size, index) => size === b[index]) ? a : undefined;
}

function multiplyEach(
  context: KernelContext,
  a: number,
  b: number,
  transposed: boolean,
  bias: number,
  c: number,
  product: Product,
  activation: Activation,
): void {
  const { batch, aBatch, m, k, n } = product;
  const { functions, heap } = context;
  const packed = heap.allocate(functions.packed_bytes(k, n));
  for (let index = 0; index < batch; index += 1) {
    const matrix = b + index * k * n * 4;
    if (transposed) functions.pack_b_transposed(matrix, packed, k, n, k);
    else functions.pack_b(matrix, packed, k, n, n);
    const from = aBatch === 1 ? a : a + index * m * k * 4;
    multiplyPacked(context, from, { address: packed }, bias, c + index * m * n * 4, product, activation);
  }
  heap.free(packed);
}

/** Calls `compute` with the left-hand matrices as rows, which a transposed one is not. */
function withRows(
  { functions, heap }: KernelContext,
  a: number,
  { aBatch, m, k }: Product,
  transposed: boolean,
  compute: (from: number) => void,
): void {
  if (!transposed || m === 1 || k === 1) {
    compute(a);
    return;
  }
  const bytes = m * k * 4;
  const rows = heap.allocate(aBatch * bytes);
  for (let index = 0; index < aBatch; index += 1) {
    functions.transpose(a + index * bytes, rows + index * bytes, k, m);
  }
  compute(rows);
  heap.free(rows);
}
