import { ElementFormat } from '../../../kernels/kernel_signatures.ts';
import { PANEL } from '../../../kernels/packing/packed_matrix.ts';
import type { BufferId } from '../../ir/buffers.ts';
import { type Address, bufferAt, type FunctionStep } from '../../ir/function_step.ts';
import type { Step } from '../../ir/step.ts';
import { isProduct, isUnbounded } from '../products.ts';
import type { HeapReader } from './heap_reader.ts';

/** The rows of 8-bit elements that are interleaved: see assembly/product/quantized.ts. */
const BLOCK_ROWS = 4;

/** A product of one row adds four elements with their zeros before it subtracts these: see assembly/product/quantized_row.ts. */
const ONE_ROW_EXCESS = 4 * 255;

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
  /** The weights where they lie in memory, if the integer kernels can read them there. */
  readonly stored: StoredBytes | undefined;
  /** The address of the weights of a depthwise convolution, [taps, channels] in float32. */
  readonly filter: number | undefined;
  /** By how much a sum of the executor may be larger than those of products meanwhile, times the largest input. */
  readonly excess: number;
}

/** Weights as bytes in panels as in pack_integers.ts: a weight is byte - zero. */
export interface StoredBytes {
  readonly address: number;
  readonly zero: number;
}

/** A matrix of weights in memory. */
interface WeightMatrix {
  at(row: number, column: number): number;
  readonly stored: StoredBytes | undefined;
  readonly filter?: number;
}

/** Returns the operands of a product of whole buffers that neither adds nor bounds more, or undefined for other steps. */
export function productOperands(step: Step | undefined, heap: HeapReader): ProductOperands | undefined {
  if (step?.kind !== 'function' || !isProduct(step) || !isUnbounded(step)) return undefined;
  if (step.name === 'dynamic_product') return undefined;
  if ('residual' in step.arguments && step.arguments.residual !== 0) return undefined;
  const weights = weightsAt(step, heap);
  const { bias } = step.arguments;
  if (weights === undefined || typeof bias !== 'number') return undefined;
  const biasAt = (channel: number): number => (bias === 0 ? 0 : heap.floatAt(bias + 4 * channel));
  if (step.name === 'gemm' || step.name === 'gemm_quantized') {
    const { a, lda, c, ldc, m, k, n } = step.arguments;
    const [x, sums] = [bufferAt(a), bufferAt(c)];
    if (x === undefined || sums === undefined || lda !== k || ldc !== n) return undefined;
    const isOneRow = step.name === 'gemm_quantized' && m === 1;
    const weightAt = (_: number, channel: number, outChannel: number) => weights.at(channel, outChannel);
    const { stored } = weights;
    return {
      ...{ kind: 'full', x, sums, window: rowsAsImage(m, k), outChannels: n, weightAt, biasAt, stored },
      ...{ filter: undefined, excess: isOneRow ? ONE_ROW_EXCESS : 0 },
    };
  }
  const [x, sums] = [bufferAt(step.arguments.x), bufferAt(step.arguments.y)];
  if (x === undefined || sums === undefined) return undefined;
  const window: Window = step.arguments;
  const { channels } = window;
  if (step.name === 'depthwise_conv2d') {
    const weightAt = (tap: number, _: number, outChannel: number) => weights.at(tap, outChannel);
    return {
      ...{ kind: 'depthwise', x, sums, window, outChannels: channels, weightAt, biasAt },
      ...{ stored: undefined, filter: weights.filter, excess: 0 },
    };
  }
  const { outChannels } = step.arguments;
  const weightAt = (tap: number, channel: number, outChannel: number) =>
    weights.at(tap * channels + channel, outChannel);
  const { stored } = weights;
  return {
    ...{ kind: 'full', x, sums, window, outChannels, weightAt, biasAt, stored },
    ...{ filter: undefined, excess: 0 },
  };
}

/** Returns a product's matrix, or undefined if it is computed: see assembly/product/. */
function weightsAt(
  step: FunctionStep<'gemm' | 'gemm_quantized' | 'conv2d' | 'conv2d_quantized' | 'depthwise_conv2d'>,
  heap: HeapReader,
): WeightMatrix | undefined {
  if (step.name === 'depthwise_conv2d') {
    const { filter, channels } = step.arguments;
    if (!isConstant(filter)) return undefined;
    const at = (row: number, column: number) => heap.floatAt(filter + 4 * (row * channels + column));
    return { at, stored: undefined, filter };
  }
  const { packed } = step.arguments;
  const rows = 'k' in step.arguments ? step.arguments.k : filterRows(step.arguments);
  if (!isConstant(packed)) return undefined;
  if (step.name === 'gemm' || step.name === 'conv2d') {
    const at = (row: number, column: number): number => {
      const panel = Math.floor(column / PANEL) * rows;
      return heap.floatAt(packed + 4 * ((panel + row) * PANEL + (column % PANEL)));
    };
    return { at, stored: undefined };
  }
  const { vectors, zero, format } = step.arguments;
  const columns = 'n' in step.arguments ? step.arguments.n : step.arguments.outChannels;
  const channels = 'k' in step.arguments ? step.arguments.k : step.arguments.channels;
  if (format !== ElementFormat.uint8 || !isConstant(vectors)) return undefined;
  const [scales, offsets] = [heap.floatsAt(vectors, columns), heap.floatsAt(vectors + 4 * columns, columns)];
  const isPlain = scales.every((scale) => scale === 1) && offsets.every((offset) => offset === 0);
  const panelBytes = PANEL * BLOCK_ROWS * Math.ceil(rows / BLOCK_ROWS);
  const integerAt = (row: number, column: number): number => {
    const block = Math.floor(column / PANEL) * panelBytes + Math.floor(row / BLOCK_ROWS) * PANEL * BLOCK_ROWS;
    return heap.byteAt(packed + block + BLOCK_ROWS * (column % PANEL) + (row % BLOCK_ROWS)) - zero;
  };
  const at = isPlain
    ? integerAt
    : (row: number, column: number): number =>
        integerAt(row, column) * heap.floatAt(vectors + 4 * column) +
        heap.floatAt(vectors + 4 * (columns + column));
  // The sums of a product of one row would also begin with those of offsets.
  if (!isPlain && 'm' in step.arguments && step.arguments.m === 1) return undefined;
  // The integer kernels read four channels of a tap together. Behind the last row, memory is not initialized.
  const isWhole = channels % BLOCK_ROWS === 0;
  return { at, stored: isPlain && isWhole ? { address: packed, zero } : undefined };
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
