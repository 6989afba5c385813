import { BinaryOperation, type KernelFunctions } from '../../../kernels/kernel_signatures.ts';
import type { BufferId } from '../../ir/buffers.ts';
import { type FunctionStep, functionStep } from '../../ir/function_step.ts';
import { constantOperand } from './constant_operand.ts';
import type { HeapReader } from './heap_reader.ts';
import { integerSums } from './integer_sums.ts';
import { BYTES_BEHIND, type IntegerView, offsetFor } from './integer_view.ts';
import type { EarlierSteps, Requantization } from './match_requantization.ts';
import { packIntegers } from './pack_integers.ts';
import { type ProductOperands, productOperands } from './product_operands.ts';

/** Products times scales are rounded only below this magnitude: see assembly/integers/requantize.ts. */
const ROUNDED = 2 ** 22;

export type IntegerFunctions = Pick<
  KernelFunctions,
  'has_fused_dot' | 'integer_conv2d_scratch_bytes' | 'integer_depthwise_scratch_bytes'
>;

export interface IntegerContext {
  readonly heap: HeapReader;
  readonly functions: IntegerFunctions;
  createBuffer(bytes: number): BufferId;
  /** Places weights in memory. Returns undefined if memory is out. */
  place(bytes: Uint8Array): number | undefined;
}

/** A step that computes integers from integers. */
export interface IntegerStep {
  readonly step: FunctionStep;
  readonly view: IntegerView;
}

/** A product whose sums are requantized. */
export interface RequantizedProduct {
  readonly operands: ProductOperands;
  readonly requantization: Requantization;
  /** An integer that is added to the product's sums. */
  readonly extraBiasAt: (outChannel: number) => number;
}

/** Returns the product that a requantization is of, or undefined if it is of something else. */
export function requantizedProduct(
  requantization: Requantization,
  earlier: EarlierSteps,
  heap: HeapReader,
): RequantizedProduct | undefined {
  const { sums, width, count } = requantization;
  const added = constantOperand(earlier.writerOf(sums), heap);
  const isBias = added?.operation === BinaryOperation.add && added.count === count;
  const operands = productOperands(earlier.writerOf(isBias ? added.x : sums), heap);
  if (operands === undefined) return undefined;
  const { window, outChannels } = operands;
  const isRow = (length: number): boolean => length === 1 || length === outChannels;
  if (!isRow(width) || (isBias && !isRow(added.width))) return undefined;
  if (count !== window.batch * window.outHeight * window.outWidth * outChannels) return undefined;
  const extraBiasAt = (channel: number): number => (isBias ? added.valueAt(channel % added.width) : 0);
  return { operands, requantization, extraBiasAt };
}

/**
 * Makes the step that computes a requantized product of integers. Its results are equal to those of the float steps, bit
 * for bit.
 *
 * @returns undefined if the sums in float32 might be inexact, or if memory is out
 */
export function integerProduct(
  { operands, requantization, extraBiasAt }: RequantizedProduct,
  x: IntegerView,
  context: IntegerContext,
): IntegerStep | undefined {
  const { kind, window, outChannels } = operands;
  const { scaleAt, width, zero, lowest, highest } = requantization;
  const sums = integerSums(operands, x, extraBiasAt);
  const outside = -x.offset;
  if (sums === undefined || (mayBeOutside(window) && (outside < -128 || outside > 127))) return undefined;
  const scales = (channel: number): number => scaleAt(channel % width);
  if (sums.largest.some((largest, channel) => !(largest * Math.abs(scales(channel)) < ROUNDED)))
    return undefined;
  const packed = context.place(packIntegers(operands, sums, x, scales));
  if (packed === undefined) return undefined;

  const { functions, createBuffer } = context;
  const { channels, filterHeight, filterWidth } = window;
  const scratch = createBuffer(
    kind === 'depthwise'
      ? functions.integer_depthwise_scratch_bytes(channels, filterHeight, filterWidth)
      : functions.integer_conv2d_scratch_bytes(channels, outChannels, filterHeight, filterWidth),
  );
  const bytes = createBuffer(requantization.count + BYTES_BEHIND);
  const offset = offsetFor(lowest, highest);
  const given = {
    ...window,
    ...{ x: { buffer: x.bytes, offset: 0 }, packed, y: { buffer: bytes, offset: 0 }, outChannels, outside },
    ...{ zero: zero - offset, lower: lowest - offset, upper: highest - offset },
    ...{ fused: functions.has_fused_dot(), scratch: { buffer: scratch, offset: 0 } },
  };
  const step =
    kind === 'depthwise' ? functionStep('integer_depthwise', given) : functionStep('integer_conv2d', given);
  return { step, view: { bytes, offset, lowest, highest } };
}

function mayBeOutside(window: ProductOperands['window']): boolean {
  const { height, width, outHeight, outWidth, filterHeight, filterWidth, padTop, padLeft } = window;
  const { strideY, strideX, dilationY, dilationX } = window;
  const bottom = (outHeight - 1) * strideY - padTop + (filterHeight - 1) * dilationY;
  const right = (outWidth - 1) * strideX - padLeft + (filterWidth - 1) * dilationX;
  return padTop > 0 || padLeft > 0 || bottom >= height || right >= width;
}
