import { BinaryOperation, type KernelFunctions } from '../../../kernels/kernel_signatures.ts';
import type { BufferId, Place } from '../../ir/buffers.ts';
import { type FunctionStep, functionStep } from '../../ir/function_step.ts';
import { constantOperand } from './constant_operand.ts';
import type { HeapReader } from './heap_reader.ts';
import { type IntegerSums, integerSums } from './integer_sums.ts';
import { BYTES_BEHIND, type IntegerView, offsetFor } from './integer_view.ts';
import { type EarlierSteps, type Requantization, ROUNDED } from './match_requantization.ts';
import { packDepthwise, packHeads, packPanels } from './pack_integers.ts';
import { type ProductOperands, productOperands, type Window } from './product_operands.ts';
import { type WeightBytes, weightBytes } from './weight_bytes.ts';
import { weightColumns } from './weight_columns.ts';

export type IntegerFunctions = Pick<
  KernelFunctions,
  | 'binary'
  | 'column_sums'
  | 'has_fused_dot'
  | 'integer_conv2d_scratch_bytes'
  | 'integer_depthwise_scratch_bytes'
  | 'unary'
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
 * @returns undefined if weights are no integers, if the sums in float32 might be inexact, or if memory is out
 */
export function integerProduct(
  { operands, requantization, extraBiasAt }: RequantizedProduct,
  x: IntegerView,
  context: IntegerContext,
): IntegerStep | undefined {
  const { window } = operands;
  const { scaleAt, width, zero, lowest, highest } = requantization;
  const weights = weightColumns(operands, context.heap, context.functions);
  const sums = weights && integerSums(operands, weights, x, extraBiasAt);
  const outside = -x.offset;
  if (sums === undefined || (mayBeOutside(window) && (outside < -128 || outside > 127))) return undefined;
  const scales = new Float32Array(operands.outChannels);
  for (let channel = 0; channel < scales.length; channel++) {
    const scale = scaleAt(channel % width);
    if (!((sums.largest[channel] ?? 0) * Math.abs(scale) < ROUNDED)) return undefined;
    scales[channel] = scale;
  }
  const representation = weightBytes(operands, sums.weights);
  if (representation === undefined) return undefined;
  const bytes = context.createBuffer(requantization.count + BYTES_BEHIND);
  const offset = offsetFor(lowest, highest);
  const step = productStep(operands, sums, representation, context, {
    ...{ x: { buffer: x.bytes, offset: 0 }, y: { buffer: bytes, offset: 0 }, outside },
    ...{ zero: zero - offset, lower: lowest - offset, upper: highest - offset },
    ...{ inputOffset: x.offset, scales },
  });
  return step && { step, view: { bytes, offset, lowest, highest } };
}

/** The arguments of both kernels, and what their weights are packed with. */
interface ProductArguments {
  readonly x: Place;
  readonly y: Place;
  readonly outside: number;
  readonly zero: number;
  readonly lower: number;
  readonly upper: number;
  readonly inputOffset: number;
  /** [outChannels] */
  readonly scales: Float32Array;
}

/** Returns the step with its weights in memory, or undefined if memory is out. */
function productStep(
  operands: ProductOperands,
  sums: IntegerSums,
  representation: WeightBytes,
  { functions, createBuffer, place }: IntegerContext,
  given: ProductArguments,
): FunctionStep | undefined {
  const { window, outChannels } = operands;
  const { channels, filterHeight, filterWidth, outWidth, strideX, dilationX } = window;
  const fused = functions.has_fused_dot();
  const scratchOf = (bytes: number): Place => ({ buffer: createBuffer(bytes), offset: 0 });
  if (operands.kind === 'depthwise') {
    const parts = representation.kind === 'split' ? 2 : 1;
    const packed = place(packDepthwise(window, sums, parts, given.inputOffset, given.scales));
    if (packed === undefined) return undefined;
    const lines = parts * filterHeight;
    const scratch = scratchOf(
      functions.integer_depthwise_scratch_bytes(channels, outWidth, lines, filterWidth, strideX, dilationX),
    );
    const filter = { filterHeight: lines, period: filterHeight };
    return functionStep('integer_depthwise', { ...window, ...given, ...filter, packed, fused, scratch });
  }
  if (representation.kind === 'split') return undefined;
  const { factor: rowFactor, stored } = representation;
  const heads = packHeads(sums, rowFactor, given.inputOffset, given.scales);
  const head = heads && place(heads);
  const packed = head && (stored?.address ?? place(packPanels(window, outChannels, sums, rowFactor)));
  if (head === undefined || packed === undefined) return undefined;
  const scratch = scratchOf(
    functions.integer_conv2d_scratch_bytes(channels, outChannels, filterHeight, filterWidth),
  );
  return functionStep('integer_conv2d', {
    ...{ ...window, ...given, packed, weightZero: stored?.zero ?? 0, rowFactor, head },
    ...{ outChannels, fused, scratch },
  });
}

function mayBeOutside(window: Window): boolean {
  const { height, width, outHeight, outWidth, filterHeight, filterWidth, padTop, padLeft } = window;
  const { strideY, strideX, dilationY, dilationX } = window;
  const bottom = (outHeight - 1) * strideY - padTop + (filterHeight - 1) * dilationY;
  const right = (outWidth - 1) * strideX - padLeft + (filterWidth - 1) * dilationX;
  return padTop > 0 || padLeft > 0 || bottom >= height || right >= width;
}
