import type { BufferId } from '../../ir/buffers.ts';
import { bufferAt } from '../../ir/function_step.ts';
import type { Step } from '../../ir/step.ts';

/** An operation on every element of a matrix and the number of its row. */
export interface RowOperand {
  /** One of BinaryOperation. */
  readonly operation: number;
  /** [rows, width]. */
  readonly x: BufferId;
  /** [rows]. */
  readonly numbers: BufferId;
  readonly result: BufferId;
  readonly rows: number;
  readonly width: number;
}

/** Returns what a step computes of a matrix on its left and a number for each row, or undefined for other steps. */
export function rowOperand(step: Step | undefined): RowOperand | undefined {
  if (step?.kind !== 'function' || step.name !== 'binary') return undefined;
  const { operation, a, b, c, size0, size1, size2: rows, size3: width, a2, a3, b2, b3 } = step.arguments;
  const [x, numbers, result] = [bufferAt(a), bufferAt(b), bufferAt(c)];
  if (x === undefined || numbers === undefined || result === undefined || size0 * size1 !== 1)
    return undefined;
  const isMatrix = a3 === 1 && (rows === 1 || a2 === width);
  const isPerRow = b3 === 0 && (rows === 1 || b2 === 1);
  return isMatrix && isPerRow ? { operation, x, numbers, result, rows, width } : undefined;
}
