import { BinaryOperation } from '../../../kernels/kernel_signatures.ts';
import type { BufferId } from '../../ir/buffers.ts';
import { functionStep } from '../../ir/function_step.ts';
import { flatOperands } from '../elementwise_operands.ts';
import { constantOperand } from './constant_operand.ts';
import type { IntegerContext, IntegerStep } from './integer_product.ts';
import { BYTES_BEHIND, type IntegerView, largestOf, offsetFor } from './integer_view.ts';
import { type EarlierSteps, type Requantization, ROUNDED } from './match_requantization.ts';

/** Integers times a scale. */
interface Scaled {
  readonly view: IntegerView;
  readonly scale: number;
}

/**
 * Makes the step that adds integers of two scales and requantizes the sum. It computes in float32 like the steps that it
 * replaces, so that results are equal bit for bit.
 *
 * @returns undefined if the requantization is of something else
 */
export function integerAddition(
  { sums, width, scaleAt, zero, lowest, highest, count }: Requantization,
  earlier: EarlierSteps,
  viewOf: (buffer: BufferId, count: number) => IntegerView | undefined,
  { heap, createBuffer }: IntegerContext,
): IntegerStep | undefined {
  const scalarAt = (address: number): number => heap.floatAt(address);
  const added = flatOperands(earlier.writerOf(sums), { scalarAt });
  const [one, other] = added?.buffers ?? [];
  if (added?.operation !== BinaryOperation.add || one === undefined || other === undefined) return undefined;
  const scaled = (buffer: BufferId): Scaled | undefined => {
    const view = viewOf(buffer, count);
    if (view !== undefined) return { view, scale: 1 };
    const product = constantOperand(earlier.writerOf(buffer), heap);
    if (product?.operation !== BinaryOperation.multiply || product.width !== 1 || product.count !== count)
      return undefined;
    const factor = viewOf(product.x, count);
    return factor && { view: factor, scale: product.valueAt(0) };
  };
  const [a, b] = [scaled(one), scaled(other)];
  if (a === undefined || b === undefined || width !== 1 || added.count !== count) return undefined;
  const scale = scaleAt(0);
  if (!((largest(a) + largest(b)) * Math.abs(scale) < ROUNDED)) return undefined;
  const bytes = createBuffer(count + BYTES_BEHIND);
  const offset = offsetFor(lowest, highest);
  const step = functionStep('integer_add', {
    ...{ a: { buffer: a.view.bytes, offset: 0 }, aOffset: a.view.offset, aScale: a.scale },
    ...{ b: { buffer: b.view.bytes, offset: 0 }, bOffset: b.view.offset, bScale: b.scale },
    ...{ y: { buffer: bytes, offset: 0 }, count, scale },
    ...{ zero: zero - offset, lower: lowest - offset, upper: highest - offset },
  });
  return { step, view: { bytes, offset, lowest, highest } };
}

function largest({ view, scale }: Scaled): number {
  return largestOf(view) * Math.abs(scale);
}
