import type { BufferId, Place } from '../../../ir/buffers.ts';
import { type FunctionStep, functionStep, isPlace } from '../../../ir/function_step.ts';
import type { Step } from '../../../ir/step.ts';
import { BYTES_BEHIND, type IntegerView } from '../integer_view.ts';

const FLOAT_BYTES = 4;

/** A step that writes a part of a buffer, with the integers that it copies. */
type Part =
  | { readonly step: FunctionStep<'fill'>; readonly to: Place }
  | {
      readonly step: FunctionStep<'copy'>;
      readonly to: Place;
      readonly from: Place;
      readonly view: IntegerView | undefined;
    };

/** Steps that move bytes, in place of steps that move floats. */
export interface MovedIntegers {
  readonly result: BufferId;
  readonly count: number;
  readonly replaced: readonly Step[];
  readonly steps: readonly FunctionStep[];
  readonly view: IntegerView;
}

/** Follows integers through slices, concatenations and paddings, which copy parts of buffers and fill others. */
export class IntegerMoves {
  readonly #bufferBytes: readonly number[];
  readonly #writerCounts: ReadonlyMap<BufferId, number>;
  readonly #createBuffer: (bytes: number) => BufferId;
  readonly #parts = new Map<BufferId, Part[]>();

  /** @param writerCounts the number of steps that write each buffer */
  constructor(
    bufferBytes: readonly number[],
    writerCounts: ReadonlyMap<BufferId, number>,
    createBuffer: (bytes: number) => BufferId,
  ) {
    this.#bufferBytes = bufferBytes;
    this.#writerCounts = writerCounts;
    this.#createBuffer = createBuffer;
  }

  /**
   * Follows a step.
   *
   * @returns what replaces the steps that write a buffer, if this is the last of them and all of them move integers of
   *   one offset
   */
  follow(step: Step, viewOf: (buffer: BufferId) => IntegerView | undefined): MovedIntegers | undefined {
    const part = partOf(step, viewOf);
    if (part === undefined) return undefined;
    const { buffer } = part.to;
    const parts = this.#parts.get(buffer) ?? [];
    parts.push(part);
    this.#parts.set(buffer, parts);
    return parts.length === this.#writerCounts.get(buffer) ? this.#moved(buffer, parts) : undefined;
  }

  #moved(result: BufferId, parts: readonly Part[]): MovedIntegers | undefined {
    const count = (this.#bufferBytes[result] ?? 0) / FLOAT_BYTES;
    const range = rangeOf(parts);
    if (range === undefined || !Number.isInteger(count)) return undefined;
    const bytes = this.#createBuffer(count + BYTES_BEHIND);
    const inBytes = (buffer: BufferId, { offset }: Place): Place => ({
      buffer,
      offset: offset / FLOAT_BYTES,
    });
    const steps = parts.map((part) => {
      const y = inBytes(bytes, part.to);
      if (!('view' in part)) {
        const { count: filled, value } = part.step.arguments;
        return functionStep('fill_bytes', { y, count: filled, value: value - range.offset });
      }
      const x = inBytes(part.view?.bytes ?? bytes, part.from);
      return functionStep('copy_bytes', { ...part.step.arguments, x, y });
    });
    return { result, count, replaced: parts.map(({ step }) => step), steps, view: { bytes, ...range } };
  }
}

function partOf(step: Step, viewOf: (buffer: BufferId) => IntegerView | undefined): Part | undefined {
  if (step.kind !== 'function') return undefined;
  if (step.name === 'fill') {
    const { y } = step.arguments;
    return isPlace(y) ? { step, to: y } : undefined;
  }
  if (step.name !== 'copy') return undefined;
  const { x, y } = step.arguments;
  return isPlace(x) && isPlace(y) ? { step, to: y, from: x, view: viewOf(x.buffer) } : undefined;
}

/** Returns the range of all parts, or undefined if they do not fit into bytes of one offset. */
function rangeOf(parts: readonly Part[]): Omit<IntegerView, 'bytes'> | undefined {
  const views = parts.flatMap((part) => ('view' in part ? [part.view] : []));
  const offset = views[0]?.offset;
  if (offset === undefined) return undefined;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const part of parts) {
    const value = 'view' in part ? undefined : part.step.arguments.value;
    const range: Omit<IntegerView, 'bytes'> | undefined =
      'view' in part ? part.view : valueRange(value ?? Number.NaN, offset);
    if (range === undefined || range.offset !== offset) return undefined;
    lowest = Math.min(lowest, range.lowest);
    highest = Math.max(highest, range.highest);
  }
  return { offset, lowest, highest };
}

/** Returns the range of one value, or undefined if it is no byte with this offset. */
function valueRange(value: number, offset: number): Omit<IntegerView, 'bytes'> | undefined {
  const isInteger = Number.isInteger(value) && !Object.is(value, -0);
  const isByte = isInteger && value - offset >= -128 && value - offset <= 127;
  return isByte ? { offset, lowest: value, highest: value } : undefined;
}
