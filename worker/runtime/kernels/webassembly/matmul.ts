import type {
  _FusedMatMulAttrs,
  _FusedMatMulInputs,
  BatchMatMulAttrs,
  BatchMatMulInputs,
} from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import { broadcastOffset } from '../broadcast_offset.ts';
import { isCovered, isVectorOrAbsent, type Kernel, type KernelContext } from '../kernel.ts';
import { multiplyPacked } from '../packing/packed_matrix.ts';
import { type Activation, fusedActivation } from './activation.ts';

/** Fused or not. Without the fused parts, the activation is linear and there is no bias. */
type ProductInputs = BatchMatMulInputs & Partial<_FusedMatMulInputs>;
type ProductAttributes = BatchMatMulAttrs & Partial<_FusedMatMulAttrs>;

interface Product {
  /**
   * The number of matrices of the result and of both sides, and the index of the side's matrix for each of the
   * result's.
   */
  readonly batch: number;
  readonly aBatch: number;
  readonly bBatch: number;
  readonly aIndex: (index: number) => number;
  readonly bIndex: (index: number) => number;
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
  const aOuter = a.shape.slice(0, -2);
  const bOuter = b.shape.slice(0, -2);
  const outer = outerShape(aOuter, bOuter);
  if (outer === undefined || k !== otherK || !isVectorOrAbsent(bias, n)) return undefined;
  const shape = [...outer, m, n];
  const activation = fusedActivation(functions, heap, attributes, preluActivationWeights, shape);
  if (activation === undefined) return undefined;

  const result = heap.output(shape);
  const product: Product = {
    batch: elementCount(outer),
    aBatch: elementCount(aOuter),
    bBatch: elementCount(bOuter),
    aIndex: broadcastOffset(aOuter, outer),
    bIndex: broadcastOffset(bOuter, outer),
    m,
    k,
    n,
  };
  const to = heap.address(result);
  const biases = heap.addressOrNone(bias);
  withRows(context, heap.address(a), product, transposeA, (from) => {
    if (product.bBatch === 1 && product.aBatch === product.batch) {
      // With one right-hand matrix, all left-hand matrices are the rows of a single product.
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

/** @returns undefined if the sides do not broadcast */
function outerShape(a: readonly number[], b: readonly number[]): readonly number[] | undefined {
  const [longer, shorter] = a.length >= b.length ? [a, b] : [b, a];
  const shape = [...longer];
  for (let fromEnd = 1; fromEnd <= shorter.length; fromEnd++) {
    const [one = 1, other = 1] = [longer.at(-fromEnd), shorter.at(-fromEnd)];
    if (one !== other && one !== 1 && other !== 1) return undefined;
    shape[shape.length - fromEnd] = one === 1 ? other : one;
  }
  return shape;
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
  const { batch, aIndex, bIndex, m, k, n } = product;
  const { functions, heap } = context;
  const packed = heap.allocate(functions.packed_bytes(k, n));
  for (let index = 0; index < batch; index += 1) {
    const matrix = b + bIndex(index) * k * n * 4;
    if (transposed) functions.pack_b_transposed(matrix, packed, k, n, k);
    else functions.pack_b(matrix, packed, k, n, n);
    const from = a + aIndex(index) * m * k * 4;
    multiplyPacked(context, from, { address: packed }, bias, c + index * m * n * 4, product, activation);
  }
  heap.free(packed);
}

/** Calls `compute` with the left-hand matrices in rows. A transposed one is copied first. */
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
