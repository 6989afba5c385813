import type { BufferId } from '../../../ir/buffers.ts';
import { type Address, functionStep, orderedArguments, withArguments } from '../../../ir/function_step.ts';
import type { HeapReader } from '../heap_reader.ts';
import type { IntegerContext, IntegerFunctions, IntegerStep } from '../integer_product.ts';
import { BYTES_BEHIND, type IntegerView, offsetFor } from '../integer_view.ts';
import type { EarlierSteps, Requantization } from '../match_requantization.ts';
import { type ElementwiseParts, elementwiseParts } from './elementwise_parts.ts';

/** The values of a byte. */
const VALUES = 256;

/**
 * Makes the step that looks up a requantized function of integers in a table: of an activation between two quantized
 * layers, for example. The executor's own kernels compute the table, so that results are equal bit for bit.
 *
 * @returns undefined if the requantization is of something else, or of a function that is not defined for all bytes
 */
export function integerTable(
  requantization: Requantization,
  earlier: EarlierSteps,
  viewOf: (buffer: BufferId, count: number) => IntegerView | undefined,
  { heap, functions, createBuffer, place }: IntegerContext,
): IntegerStep | undefined {
  const { sums, width, lowest, highest, count } = requantization;
  const parts = width === 1 ? elementwiseParts(sums, count, earlier, viewOf) : undefined;
  const values = parts && tabulated(parts, sums, heap, functions);
  const offset = offsetFor(lowest, highest);
  const table = values && requantizedTable(values, requantization, offset);
  const address = table && place(table);
  if (parts === undefined || address === undefined) return undefined;
  const bytes = createBuffer(count + BYTES_BEHIND);
  const [x, y] = [parts.bytes, bytes].map((buffer) => ({ buffer, offset: 0 }));
  if (x === undefined || y === undefined) return undefined;
  return {
    step: functionStep('map_bytes', { x, table: address, y, count }),
    view: { bytes, offset, lowest, highest },
  };
}

/** Returns the float32 values of a function for the bytes 0 to 127 and -128 to -1, or undefined if memory is out. */
function tabulated(
  { inputs, steps }: ElementwiseParts,
  result: BufferId,
  heap: HeapReader,
  functions: Pick<IntegerFunctions, 'unary' | 'binary'>,
): Float32Array | undefined {
  const buffers = [...inputs.keys(), ...steps.flatMap(({ writes }) => writes)];
  return heap.borrow(VALUES * buffers.length, (floats, address) => {
    const start = (buffer: BufferId): number => VALUES * buffers.indexOf(buffer);
    const at = (place: Address): number =>
      typeof place === 'number' ? place : address + 4 * start(place.buffer);
    for (const [buffer, { offset }] of inputs)
      for (let byte = 0; byte < VALUES; byte++) floats[start(buffer) + byte] = ((byte << 24) >> 24) + offset;
    for (const step of steps) {
      const resized =
        step.name === 'unary'
          ? withArguments(step, { count: VALUES })
          : withArguments(step, { size0: 1, size1: 1, size2: 1, size3: VALUES });
      const call: (...values: never[]) => unknown = functions[step.name];
      Reflect.apply(call, undefined, orderedArguments(resized).map(at));
    }
    return floats.slice(start(result), start(result) + VALUES);
  });
}

function requantizedTable(
  values: Float32Array,
  { scaleAt, zero, lowest, highest }: Requantization,
  offset: number,
): Uint8Array | undefined {
  const integers = Array.from(values, (value) => {
    const near = nearest(Math.fround(value * scaleAt(0))) + zero;
    return Math.min(Math.max(near, lowest), highest) - offset;
  });
  return integers.some(Number.isNaN) ? undefined : Uint8Array.from(integers);
}

/** Rounds to the nearest integer, ties to the even one. */
function nearest(value: number): number {
  const near = Math.round(value);
  return near - value === 0.5 && near % 2 !== 0 ? near - 1 : near;
}
