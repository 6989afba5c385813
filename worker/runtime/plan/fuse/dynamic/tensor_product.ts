import type { BufferId } from '../../ir/buffers.ts';
import type { Step } from '../../ir/step.ts';
import type { HeapReader } from '../integers/heap_reader.ts';
import { productOperands } from '../integers/product_operands.ts';
import type { QuantizedTensor } from './quantized_tensor.ts';

/** The integers of a tensor [m, k] without their zero, times a matrix [k, n]. */
export interface TensorProduct {
  readonly tensor: QuantizedTensor;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly weightAt: (row: number, column: number) => number;
  readonly result: BufferId;
}

/** Returns the product of a quantized tensor that a step computes, or undefined for other steps. */
export function tensorProductAt(
  step: Step,
  quantized: ReadonlyMap<BufferId, QuantizedTensor>,
  heap: HeapReader,
): TensorProduct | undefined {
  if (step.kind !== 'function' || (step.name !== 'gemm' && step.name !== 'gemm_quantized')) return undefined;
  const { m, k, n, bias } = step.arguments;
  const operands = bias === 0 ? productOperands(step, heap) : undefined;
  const tensor = operands && quantized.get(operands.x);
  if (operands === undefined || tensor?.count !== m * k) return undefined;
  const weightAt = (row: number, column: number): number => operands.weightAt(0, row, column);
  return { tensor, m, k, n, weightAt, result: operands.sums };
}
