import type { BufferId } from '../../../ir/buffers.ts';
import { bufferAt, type FunctionStep, functionStep } from '../../../ir/function_step.ts';
import type { Step } from '../../../ir/step.ts';
import { EXACT } from '../integer_sums.ts';
import { type IntegerView, largestOf } from '../integer_view.ts';

/** Makes the step that computes the same sums of integers as floats, bit for bit, or undefined for other steps. */
export function sumsOfIntegers(
  step: Step,
  viewOf: (buffer: BufferId, count: number) => IntegerView | undefined,
): FunctionStep | undefined {
  if (step.kind !== 'function' || step.name !== 'sum_middle') return undefined;
  const { x, y, outer, reduced, inner, scale } = step.arguments;
  const buffer = bufferAt(x);
  const view = buffer === undefined ? undefined : viewOf(buffer, outer * reduced * inner);
  if (view === undefined || reduced * largestOf(view) > EXACT) return undefined;
  const bytes = { buffer: view.bytes, offset: 0 };
  return functionStep('sums_of_integers', { x: bytes, y, outer, reduced, inner, offset: view.offset, scale });
}
