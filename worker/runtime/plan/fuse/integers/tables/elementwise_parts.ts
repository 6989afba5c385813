import type { BufferId } from '../../../ir/buffers.ts';
import { bufferAt, type FunctionStep } from '../../../ir/function_step.ts';
import type { Step } from '../../../ir/step.ts';
import type { IntegerView } from '../integer_view.ts';
import type { EarlierSteps } from '../match_requantization.ts';

/** The most steps of a function. */
const MOST_PARTS = 24;

type Part = FunctionStep<'unary'> | FunctionStep<'binary'>;

/** A function of the elements of one buffer of bytes. */
export interface ElementwiseParts {
  readonly bytes: BufferId;
  /** The buffers with the integers from which the steps compute. */
  readonly inputs: ReadonlyMap<BufferId, IntegerView>;
  /** In order. The last one writes the result. */
  readonly steps: readonly Part[];
}

/** Returns the steps that compute each element of a buffer from the one element of bytes at its position. */
export function elementwiseParts(
  result: BufferId,
  count: number,
  earlier: EarlierSteps,
  viewOf: (buffer: BufferId, count: number) => IntegerView | undefined,
): ElementwiseParts | undefined {
  const inputs = new Map<BufferId, IntegerView>();
  const steps: Part[] = [];
  const done = new Set<BufferId>();
  const visit = (buffer: BufferId): boolean => {
    if (done.has(buffer)) return true;
    const view = viewOf(buffer, count);
    const writer = view === undefined ? partOf(earlier.writerOf(buffer), count) : undefined;
    if (view !== undefined) inputs.set(buffer, view);
    else if (writer === undefined || !writer.reads.every(visit) || steps.push(writer) > MOST_PARTS)
      return false;
    done.add(buffer);
    return true;
  };
  if (!visit(result)) return undefined;
  const [bytes, ...others] = new Set([...inputs.values()].map((view) => view.bytes));
  return bytes === undefined || others.length > 0 ? undefined : { bytes, inputs, steps };
}

/** Returns a step that computes each of `count` elements from those at its position and from numbers. */
function partOf(step: Step | undefined, count: number): Part | undefined {
  if (step?.kind !== 'function') return undefined;
  if (step.name === 'unary')
    return step.arguments.count === count && bufferAt(step.arguments.x) !== undefined ? step : undefined;
  if (step.name !== 'binary') return undefined;
  const { a, b, size0, size1, size2, size3, a3, b3 } = step.arguments;
  const isFlat = size0 * size1 * size2 === 1 && size3 === count;
  const isElement = (side: typeof a, stride: number): boolean =>
    bufferAt(side) === undefined ? typeof side === 'number' && stride === 0 : stride === 1;
  return isFlat && isElement(a, a3) && isElement(b, b3) ? step : undefined;
}
