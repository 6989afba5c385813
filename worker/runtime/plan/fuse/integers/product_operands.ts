import { ElementFormat } from '../../../kernels/kernel_signatures.ts';
import { PANEL } from '../../../kernels/packing/packed_matrix.ts';
import type { BufferId } from '../../ir/buffers.ts';
import { type Address, bufferAt, type FunctionStep } from '../../ir/function_step.ts';
import type { Step } from '../../ir/step.ts';
import { isProduct, isUnbounded } from '../products.ts';
import type { HeapReader } from './heap_reader.ts';

/** The rows of 8-bit elements that are interleaved: see assembly/product/quantized.ts. */
const BLOCK_ROWS = 4;

/** The sizes and steps of a filter over an image, by the names of the kernels' parameters. */
export interface Window {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly dilationY: number;
  readonly dilationX: number;
  readonly padTop: number;
  readonly padLeft: number;
}

/** A convolution with constant weights. A product of matrices is one with a filter of one pixel. */
export interface ProductOperands {
  readonly kind: 'full' | 'depthwise';
  readonly x: BufferId;
  readonly sums: BufferId;
  readonly window: Window;
  readonly outChannels: number;
  /** The factor for a channel of a tap in the sum of an output channel. A depthwise one has only its own, the first. */
  weightAt(tap: number, channel: number, outChannel: number): number;
  biasAt(outChannel: number): number;
}

/** Returns the operands of a product of whole buffers that neither adds nor bounds more, or undefined for other steps. */
export function productOperands(step: Step | undefined, heap: HeapReader): ProductOperands | undefined {
  if (step?.kind !== 'function' || !isProduct(step) || !isUnbounded(step)) return undefined;
  if ('residual' in step.arguments && step.arguments.residual !== 0) return undefined;
  const weights = weightsAt(step, heap);
  const { bias } = step.arguments;
  if (weights === undefined || typeof bias !== 'number') return undefined;
  const biasAt = (channel: number): number => (bias === 0 ? 0 : heap.floatAt(bias + 4 * channel));
  if (step.name === 'gemm' || step.name === 'gemm_quantized') {
    const { a, lda, c, ldc, m, k, n } = step.arguments;
    const [x, sums] = [bufferAt(a), bufferAt(c)];
    if (x === undefined || sums === undefined || lda !== k || ldc !== n) return undefined;
    // The sums of a single row begin with products of elements without their zero, which may be above 2^24.
    if (step.name === 'gemm_quantized' && m === 1) return undefined;
    const weightAt = (_: number, channel: number, outChannel: number) => weights(channel, outChannel);
    return { kind: 'full', x, sums, window: rowsAsImage(m, k), outChannels: n, weightAt, biasAt };
  }
  const [x, sums] = [bufferAt(step.arguments.x), bufferAt(step.arguments.y)];
  if (x === undefined || sums === undefined) return undefined;
  const window: Window = step.arguments;
  const { channels } = window;
  if (step.name === 'depthwise_conv2d') {
    const weightAt = (tap: number, _: number, outChannel: number) => weights(tap, outChannel);
    return { kind: 'depthwise', x, sums, window, outChannels: channels, weightAt, biasAt };
  }
  const { outChannels } = step.arguments;
  const weightAt = (tap: number, channel: number, outChannel: number) =>
    weights(tap * channels + channel, outChannel);
  return { kind: 'full', x, sums, window, outChannels, weightAt, biasAt };
}

/** Returns a function from a row and a column of a product's matrix to the weight: see assembly/product/. */
function weightsAt(
  step: FunctionStep<'gemm' | 'gemm_quantized' | 'conv2d' | 'conv2d_quantized' | 'depthwise_conv2d'>,
  heap: HeapReader,
): ((row: number, column: number) => number) | undefined {
  if (step.name === 'depthwise_conv2d') {
    const { filter, channels } = step.arguments;
    return isConstant(filter)
      ? (row, column) => heap.floatAt(filter + 4 * (row * channels + column))
      : undefined;
  }
  const { packed } = step.arguments;
  const rows = 'k' in step.arguments ? step.arguments.k : filterRows(step.arguments);
  if (!isConstant(packed)) return undefined;
  if (step.name === 'gemm' || step.name === 'conv2d') {
    return (row, column) => {
      const panel = Math.floor(column / PANEL) * rows;
      return heap.floatAt(packed + 4 * ((panel + row) * PANEL + (column % PANEL)));
    };
  }
  const { vectors, zero, format } = step.arguments;
  const columns = 'n' in step.arguments ? step.arguments.n : step.arguments.outChannels;
  if (format !== ElementFormat.uint8 || !isConstant(vectors)) return undefined;
  return (row, column) => {
    const panel = Math.floor(column / PANEL) * Math.ceil(rows / BLOCK_ROWS);
    const block = PANEL * BLOCK_ROWS * (panel + Math.floor(row / BLOCK_ROWS));
    const element = heap.byteAt(packed + block + BLOCK_ROWS * (column % PANEL) + (row % BLOCK_ROWS));
    return (
      (element - zero) * heap.floatAt(vectors + 4 * column) + heap.floatAt(vectors + 4 * (columns + column))
    );
  };
}

function filterRows({
  channels,
  filterHeight,
  filterWidth,
}: Pick<Window, 'channels' | 'filterHeight' | 'filterWidth'>): number {
  return channels * filterHeight * filterWidth;
}

function rowsAsImage(rows: number, channels: number): Window {
  return {
    ...{ batch: 1, height: 1, width: rows, channels, outHeight: 1, outWidth: rows },
    ...{ filterHeight: 1, filterWidth: 1, strideY: 1, strideX: 1, dilationY: 1, dilationX: 1 },
    ...{ padTop: 0, padLeft: 0 },
  };
}

function isConstant(address: Address): address is number {
  return typeof address === 'number';
}
