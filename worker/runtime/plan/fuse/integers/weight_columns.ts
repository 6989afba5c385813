import type { KernelFunctions } from '../../../kernels/kernel_signatures.ts';
import type { HeapReader } from './heap_reader.ts';
import type { ProductOperands, StoredBytes } from './product_operands.ts';

/** The largest magnitude of a weight: the sum of two bytes, or a byte with a zero. */
const LARGEST_WEIGHT = 2 * 127;

/** How far the weights of each output channel are from a pivot, added up: [outChannels] each. */
interface ColumnSums {
  readonly above: Int32Array;
  readonly below: Int32Array;
}

/** The weights of a product, all of which are integers, as the columns of a matrix. */
export interface WeightColumns {
  /** The smallest and the largest weight, or 0. */
  readonly lowest: number;
  readonly highest: number;
  /** Adds up what weights are above and below an integer. Returns undefined if memory is out. */
  around(pivot: number): ColumnSums | undefined;
  /** Returns [outChannels, taps * channels], or [channels, taps] of a depthwise convolution. */
  integers(): Int16Array;
}

/** Returns the columns of a product, or undefined if a weight is no integer or too large, or if memory is out. */
export function weightColumns(
  operands: ProductOperands,
  heap: HeapReader,
  functions: Pick<KernelFunctions, 'column_sums'>,
): WeightColumns | undefined {
  const { stored, filter, window, outChannels } = operands;
  // The kernel reads bytes where they lie. Most weights of a quantized model are such bytes.
  if (stored !== undefined && isByte(stored.zero)) return storedColumns(operands, stored, heap, functions);
  const taps = window.filterHeight * window.filterWidth;
  if (filter !== undefined)
    return columnsOfFilter(heap.floatsAt(filter, taps * outChannels), taps, outChannels);
  const weights = integersOf(operands);
  return weights && columnsOf(weights, outChannels);
}

/** @param weights [outChannels, weights of one] */
export function columnsOf(weights: Int16Array, outChannels: number): WeightColumns {
  const length = weights.length / outChannels;
  let [lowest, highest] = [0, 0];
  for (const weight of weights) {
    if (weight < lowest) lowest = weight;
    if (weight > highest) highest = weight;
  }
  const around = (pivot: number): ColumnSums => {
    const [above, below] = [new Int32Array(outChannels), new Int32Array(outChannels)];
    for (let column = 0; column < outChannels; column++) {
      let [over, under] = [0, 0];
      for (let at = column * length; at < (column + 1) * length; at++) {
        const distance = (weights[at] ?? 0) - pivot;
        if (distance > 0) over += distance;
        else under -= distance;
      }
      above[column] = over;
      below[column] = under;
    }
    return { above, below };
  };
  return { lowest, highest, around, integers: () => weights };
}

function storedColumns(
  operands: ProductOperands,
  { address, zero }: StoredBytes,
  heap: HeapReader,
  functions: Pick<KernelFunctions, 'column_sums'>,
): WeightColumns | undefined {
  const { window, outChannels } = operands;
  const rows = window.filterHeight * window.filterWidth * window.channels;
  const sumsAround = (pivot: number): Int32Array | undefined =>
    isByte(zero + pivot)
      ? heap.borrow(2 * outChannels + 2, ({ buffer, byteOffset, length }, sums) => {
          functions.column_sums(address, zero + pivot, rows, outChannels, sums);
          return new Int32Array(buffer, byteOffset, length).slice();
        })
      : undefined;
  const whole = sumsAround(0);
  if (whole === undefined) return undefined;
  const [highest = 0, below = 0] = whole.subarray(2 * outChannels);
  if (Math.max(highest, below) > LARGEST_WEIGHT) return undefined;
  return {
    ...{ lowest: 0 - below, highest },
    around: (pivot) => {
      const sums = pivot === 0 ? whole : sumsAround(pivot);
      return (
        sums && {
          above: sums.subarray(0, outChannels),
          below: sums.subarray(outChannels, 2 * outChannels),
        }
      );
    },
    integers: () => integersOf(operands) ?? new Int16Array(),
  };
}

function integersOf({ kind, window, outChannels, weightAt }: ProductOperands): Int16Array | undefined {
  const taps = window.filterHeight * window.filterWidth;
  const channels = kind === 'depthwise' ? 1 : window.channels;
  const weights = new Int16Array(outChannels * taps * channels);
  let at = 0;
  for (let column = 0; column < outChannels; column++) {
    for (let tap = 0; tap < taps; tap++) {
      for (let channel = 0; channel < channels; channel++) {
        const weight = weightAt(tap, channel, column);
        if (!isWeight(weight)) return undefined;
        weights[at++] = weight;
      }
    }
  }
  return weights;
}

/** @param filter a depthwise filter, [taps, channels] */
function columnsOfFilter(filter: Float32Array, taps: number, channels: number): WeightColumns | undefined {
  const weights = new Int16Array(taps * channels);
  const [above, below] = [new Int32Array(channels), new Int32Array(channels)];
  let [lowest, highest, at] = [0, 0, 0];
  for (let tap = 0; tap < taps; tap++) {
    for (let channel = 0; channel < channels; channel++) {
      const weight = filter[at++] ?? Number.NaN;
      if (!isWeight(weight)) return undefined;
      weights[channel * taps + tap] = weight;
      if (weight < lowest) lowest = weight;
      if (weight > highest) highest = weight;
      if (weight > 0) above[channel] = (above[channel] ?? 0) + weight;
      else below[channel] = (below[channel] ?? 0) - weight;
    }
  }
  const around = (pivot: number) =>
    pivot === 0 ? { above, below } : columnsOf(weights, channels).around(pivot);
  return { lowest, highest, around, integers: () => weights };
}

function isWeight(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= LARGEST_WEIGHT;
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}
