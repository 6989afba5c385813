import { BinaryOperation, UnaryOperation } from '../../../kernels/kernel_signatures.ts';
import type { BufferId } from '../../ir/buffers.ts';
import { bufferAt } from '../../ir/function_step.ts';
import type { Step } from '../../ir/step.ts';
import type { HeapReader } from './heap_reader.ts';

/** An operation on every element of a buffer and a constant: one number, or one for each position of a row. */
export interface ConstantOperand {
  /** One of BinaryOperation. */
  readonly operation: number;
  readonly x: BufferId;
  readonly result: BufferId;
  readonly count: number;
  /** The length of the row of constants, or 1. */
  readonly width: number;
  /** The address of the first constant. */
  readonly address: number;
  /** True if the constant is the right operand. */
  readonly isRight: boolean;
  valueAt(position: number): number;
}

/** Returns what a step computes of a buffer and a constant, or undefined for other steps. */
export function constantOperand(step: Step | undefined, heap: HeapReader): ConstantOperand | undefined {
  if (step?.kind !== 'function' || step.name !== 'binary') return undefined;
  const { operation, a, b, c, size0, size1, size2, size3, a2, a3, b2, b3 } = step.arguments;
  const result = bufferAt(c);
  if (result === undefined || size0 !== 1 || size1 !== 1) return undefined;
  const sides = [
    { of: a, constant: b, rows: a2, columns: a3, constantRows: b2, constantColumns: b3, isRight: true },
    { of: b, constant: a, rows: b2, columns: b3, constantRows: a2, constantColumns: a3, isRight: false },
  ];
  for (const { of, constant, rows, columns, constantRows, constantColumns, isRight } of sides) {
    const x = bufferAt(of);
    if (x === undefined || typeof constant !== 'number') continue;
    const isContiguous = (size3 === 1 || columns === 1) && (size2 === 1 || rows === size3);
    const isRow = (size2 === 1 || constantRows === 0) && (constantColumns === 0 || constantColumns === 1);
    if (!isContiguous || !isRow) return undefined;
    return {
      ...{ operation, x, result, count: size2 * size3, address: constant, isRight },
      width: constantColumns === 0 ? 1 : size3,
      valueAt: (position) => heap.floatAt(constant + 4 * position * constantColumns),
    };
  }
  return undefined;
}

/** Bounds of all elements of a buffer. */
export interface Bounds {
  readonly x: BufferId;
  readonly result: BufferId;
  readonly count: number;
  readonly lower: number;
  readonly upper: number;
}

/** Returns the bounds that a step sets, or undefined for other steps. */
export function boundsOf(step: Step | undefined, heap: HeapReader): Bounds | undefined {
  if (step?.kind === 'function' && step.name === 'unary') {
    const { operation, count, alpha: lower, beta: upper } = step.arguments;
    const [x, result] = [bufferAt(step.arguments.x), bufferAt(step.arguments.y)];
    if (operation !== UnaryOperation.clamp || x === undefined || result === undefined) return undefined;
    return { x, result, count, lower, upper };
  }
  const operand = constantOperand(step, heap);
  if (operand?.width !== 1) return undefined;
  const { x, result, count, operation } = operand;
  const bound = operand.valueAt(0);
  if (operation === BinaryOperation.maximum)
    return { x, result, count, lower: bound, upper: Number.POSITIVE_INFINITY };
  if (operation === BinaryOperation.minimum)
    return { x, result, count, lower: Number.NEGATIVE_INFINITY, upper: bound };
  return undefined;
}

/** Returns the constant that a step adds to every element, which is negative if it is subtracted. */
export function shiftOf(
  step: Step | undefined,
  heap: HeapReader,
):
  | { readonly x: BufferId; readonly result: BufferId; readonly count: number; readonly by: number }
  | undefined {
  const operand = constantOperand(step, heap);
  if (operand?.width !== 1) return undefined;
  const { x, result, count, operation, isRight } = operand;
  const by = operand.valueAt(0);
  if (operation === BinaryOperation.add) return { x, result, count, by };
  return operation === BinaryOperation.subtract && isRight ? { x, result, count, by: -by } : undefined;
}
