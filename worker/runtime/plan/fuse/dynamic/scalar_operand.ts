import type { BufferId } from '../../ir/buffers.ts';
import { bufferAt } from '../../ir/function_step.ts';
import type { Step } from '../../ir/step.ts';

/** An operation on every element of a buffer and one computed number. */
export interface ScalarOperand {
  /** One of BinaryOperation. */
  readonly operation: number;
  readonly x: BufferId;
  readonly number: BufferId;
  readonly result: BufferId;
  readonly count: number;
}

/** Returns what a step computes of a buffer on its left and a computed number, or undefined for other steps. */
export function scalarOperand(step: Step | undefined): ScalarOperand | undefined {
  if (step?.kind !== 'function' || step.name !== 'binary') return undefined;
  const { operation, a, b, c, size0, size1, size2, size3, a2, a3, b2, b3 } = step.arguments;
  const [x, number, result] = [bufferAt(a), bufferAt(b), bufferAt(c)];
  if (x === undefined || number === undefined || result === undefined || size0 * size1 !== 1)
    return undefined;
  const isContiguous = (size3 === 1 || a3 === 1) && (size2 === 1 || a2 === size3);
  const isNumber = (size3 === 1 || b3 === 0) && (size2 === 1 || b2 === 0);
  return isContiguous && isNumber ? { operation, x, number, result, count: size2 * size3 } : undefined;
}
