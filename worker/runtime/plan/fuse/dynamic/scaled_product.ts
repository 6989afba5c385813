import { LARGEST_CODE, mostMagnitudes } from '../../../../model/dynamic_quantization.ts';
import { BinaryOperation, ElementFormat, type KernelFunctions } from '../../../kernels/kernel_signatures.ts';
import type { BufferId } from '../../ir/buffers.ts';
import { bufferAt, type FunctionStep } from '../../ir/function_step.ts';
import type { Step } from '../../ir/step.ts';
import { constantOperand } from '../integers/constant_operand.ts';
import type { HeapReader } from '../integers/heap_reader.ts';
import type { EarlierSteps } from '../integers/match_requantization.ts';
import { isUnbounded } from '../products.ts';
import type { QuantizedRows } from './quantized_rows.ts';
import { rowOperand } from './row_operand.ts';

/** (codes * weights) * magnitudes * scales, where the weights are integers of 8 bits. */
export interface ScaledProduct {
  readonly rows: QuantizedRows;
  /** [width, columns] in uint8: see assembly/product/quantized.ts. */
  readonly packed: number;
  readonly zero: number;
  /** The address of a number for each column. */
  readonly scales: number;
  readonly columns: number;
  readonly result: BufferId;
}

export type DynamicFunctions = Pick<
  KernelFunctions,
  'dynamic_row_bytes' | 'has_fused_dot' | 'largest_magnitude_sum' | 'tensor_row_bytes'
>;

/** Returns the product that a step scales, or undefined for other steps, and if its sums might be inexact in float32. */
export function scaledProductAt(
  step: Step,
  quantized: ReadonlyMap<BufferId, QuantizedRows>,
  earlier: EarlierSteps,
  heap: HeapReader,
  functions: DynamicFunctions,
): ScaledProduct | undefined {
  const byColumns = constantOperand(step, heap);
  const byRows = byColumns && rowOperand(earlier.writerOf(byColumns.x));
  const product = byRows && earlier.writerOf(byRows.x);
  if (byColumns?.operation !== BinaryOperation.multiply) return undefined;
  if (byRows?.operation !== BinaryOperation.multiply) return undefined;
  if (product?.kind !== 'function' || product.name !== 'gemm_quantized') return undefined;
  const { a, lda, packed, zero, c, ldc, m, k, n } = product.arguments;
  const rows = quantized.get(bufferAt(a) ?? -1);
  if (rows === undefined || rows.rows !== m || rows.width !== k || lda !== k || ldc !== n) return undefined;
  const isScaled = byRows.numbers === rows.magnitudes && byRows.rows === m && byRows.width === n;
  const isPerColumn = byColumns.count === m * n && byColumns.width === n;
  if (!isScaled || !isPerColumn || bufferAt(c) !== byRows.x || typeof packed !== 'number') return undefined;
  if (!isPlain(product) || !hasIntegers(product, heap)) return undefined;
  if (functions.largest_magnitude_sum(packed, zero, k, n) > mostMagnitudes(LARGEST_CODE)) return undefined;
  const { address: scales, result } = byColumns;
  return { rows, packed, zero, scales, columns: n, result };
}

/** True if a product neither adds nor bounds. */
function isPlain(product: FunctionStep<'gemm_quantized'>): boolean {
  const { bias, residual } = product.arguments;
  return bias === 0 && residual === 0 && isUnbounded(product);
}

/** True if the elements of a matrix without their zero are its values. */
function hasIntegers(
  { arguments: { format, vectors, n } }: FunctionStep<'gemm_quantized'>,
  heap: HeapReader,
): boolean {
  if (format !== ElementFormat.uint8 || typeof vectors !== 'number') return false;
  for (let column = 0; column < n; column++) {
    if (heap.floatAt(vectors + 4 * column) !== 1 || heap.floatAt(vectors + 4 * (n + column)) !== 0)
      return false;
  }
  return true;
}
