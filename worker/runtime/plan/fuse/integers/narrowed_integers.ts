import type { BufferId } from '../../ir/buffers.ts';
import { functionStep } from '../../ir/function_step.ts';
import type { Step } from '../../ir/step.ts';
import { shiftOf } from './constant_operand.ts';
import type { HeapReader } from './heap_reader.ts';
import type { IntegerStep } from './integer_product.ts';
import { BYTES_BEHIND, offsetFor } from './integer_view.ts';
import type { EarlierSteps, Requantization } from './match_requantization.ts';

/**
 * Larger constants, added to integers beyond 2^24, could bring rounded floats back into the range. The offset of bytes, of
 * a magnitude below this one too, comes on top.
 */
const LARGEST_SHIFT = 2 ** 12;

/**
 * Makes the step that bounds integers of 32 bits to bytes, without floats between them. Quantized models take their input
 * so.
 *
 * @param isInteger true for a buffer of so many integers that nothing writes later
 * @returns undefined if the numbers are scaled, or no integers of 32 bits
 */
export function narrowedIntegers(
  { sums, width, scaleAt, zero, lowest, highest, count }: Requantization,
  earlier: EarlierSteps,
  heap: HeapReader,
  isInteger: (buffer: BufferId, count: number) => boolean,
  createBuffer: (bytes: number) => BufferId,
): IntegerStep | undefined {
  if (width !== 1 || scaleAt(0) !== 1) return undefined;
  const shift = shiftOf(earlier.writerOf(sums), heap);
  const by = shift?.by ?? 0;
  const source = castIntegers(earlier.writerOf(shift?.x ?? sums));
  const isNear = [by, zero, lowest, highest].every((value) => Math.abs(value) <= LARGEST_SHIFT);
  if (source === undefined || !isInteger(source, count) || !Number.isInteger(by) || !isNear) return undefined;
  const offset = offsetFor(lowest, highest);
  const bytes = createBuffer(count + BYTES_BEHIND);
  const [x, y] = [
    { buffer: source, offset: 0 },
    { buffer: bytes, offset: 0 },
  ];
  const range = { shift: by + zero - offset, lower: lowest - offset, upper: highest - offset };
  return {
    step: functionStep('narrow_integers', { x, y, count, ...range }),
    view: { bytes, offset, lowest, highest },
  };
}

/** Returns the integers that a step converts to floats. */
function castIntegers(step: Step | undefined): BufferId | undefined {
  if (step?.kind !== 'kernel' || step.name !== 'Cast' || step.outputs[0]?.dtype !== 'float32')
    return undefined;
  const x = step.inputs.get('x');
  return x?.kind === 'buffer' && x.dtype === 'int32' ? x.buffer : undefined;
}
