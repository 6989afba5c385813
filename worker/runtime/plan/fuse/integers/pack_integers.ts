import { PANEL } from '../../../kernels/packing/packed_matrix.ts';
import type { Window } from './product_operands.ts';
import { LARGEST_BYTE } from './weight_bytes.ts';
import type { WeightColumns } from './weight_columns.ts';

/** The weights of an output channel that lie together, in 32 bits. */
const QUAD = 4;
/** The channels of a block of a depthwise filter: see assembly/integers/integer_depthwise.ts. */
const BLOCK = 16;

type FilterSize = Pick<Window, 'channels' | 'filterHeight' | 'filterWidth'>;

/** The weights of a product, and what its sums begin with. */
interface PackedSums {
  readonly weights: WeightColumns;
  readonly biases: Int32Array;
}

/**
 * Arranges the weights of a product for the kernel in assembly/integers/integer_conv2d.ts.
 *
 * @param factor what all weights are larger than their bytes
 */
export function packPanels(
  { channels, filterHeight, filterWidth }: FilterSize,
  outChannels: number,
  { weights }: Pick<PackedSums, 'weights'>,
  factor: number,
): Uint8Array {
  const integers = weights.integers();
  const taps = filterHeight * filterWidth;
  // The kernel copies taps to one place if their channels do not fill quads.
  const lines = channels % QUAD === 0 ? taps : 1;
  const length = (taps * channels) / lines;
  const quads = Math.ceil(length / QUAD);
  const panelBytes = lines * quads * QUAD * PANEL;
  const bytes = new Uint8Array(Math.ceil(outChannels / PANEL) * panelBytes);
  let at = 0;
  for (let column = 0; column < outChannels; column++) {
    const panel = Math.floor(column / PANEL) * panelBytes + (column % PANEL) * QUAD;
    for (let line = 0; line < lines; line++) {
      for (let index = 0; index < length; index++) {
        const quad = line * quads + Math.floor(index / QUAD);
        bytes[panel + quad * PANEL * QUAD + (index % QUAD)] = (integers[at++] ?? 0) - factor;
      }
    }
  }
  return bytes;
}

/**
 * Arranges the biases and scales of a product, 8 of each for 8 output channels.
 *
 * @param factor what all weights are larger than their bytes
 * @param inputOffset what the product's input is larger than its bytes: the kernels multiply bytes, so that the biases
 *   include the rest, and what the signs of weights leave (see dot.ts)
 * @returns undefined if memory is out
 */
export function packHeads(
  { weights, biases }: PackedSums,
  factor: number,
  inputOffset: number,
  scales: Float32Array,
): Uint8Array | undefined {
  const [whole, signed] = [weights.around(0), weights.around(factor)];
  if (whole === undefined || signed === undefined) return undefined;
  const heads = new Heads(Math.ceil(biases.length / PANEL) * PANEL, PANEL, 0);
  for (let column = 0; column < biases.length; column++) {
    const sum = (whole.above[column] ?? 0) - (whole.below[column] ?? 0);
    const bias = (biases[column] ?? 0) + sum * inputOffset + (signed.below[column] ?? 0);
    heads.set(column, bias, scales[column] ?? 0);
  }
  return heads.bytes;
}

/**
 * Arranges the filters of a depthwise convolution with their biases and scales for the kernel in
 * assembly/integers/integer_depthwise.ts.
 *
 * @param parts 2 if each weight is the sum of two bytes. The filter then has its lines twice
 * @param inputOffset see packHeads
 */
export function packDepthwise(
  { channels, filterHeight, filterWidth }: FilterSize,
  { weights, biases }: PackedSums,
  parts: 1 | 2,
  inputOffset: number,
  scales: Float32Array,
): Uint8Array {
  const integers = weights.integers();
  const lines = parts * filterHeight;
  const taps = filterHeight * filterWidth;
  const quads = Math.ceil(lines / QUAD);
  const heads = new Heads(Math.ceil(channels / BLOCK) * BLOCK, BLOCK, filterWidth * quads * QUAD * BLOCK);
  const { bytes } = heads;
  // Of each byte of a filter: where it is in its block.
  const places = Int32Array.from({ length: parts * taps }, (_, index) => {
    const line = Math.floor(index / filterWidth);
    const quad = (index % filterWidth) * quads + Math.floor(line / QUAD);
    return quad * QUAD * BLOCK + (line % QUAD);
  });
  for (let channel = 0; channel < channels; channel++) {
    let bias = biases[channel] ?? 0;
    const start = heads.behind(channel) + (channel % BLOCK) * QUAD;
    for (let index = 0; index < places.length; index++) {
      const isFirst = index < taps;
      const weight = integers[channel * taps + (isFirst ? index : index - taps)] ?? 0;
      const first = Math.min(Math.max(weight, -LARGEST_BYTE), LARGEST_BYTE);
      const part = isFirst ? first : weight - first;
      bytes[start + (places[index] ?? 0)] = part;
      bias += part * inputOffset + Math.max(0, -part);
    }
    heads.set(channel, bias, scales[channel] ?? 0);
  }
  return bytes;
}

/** Biases in int32 and scales in float32 for groups of columns, each before other bytes of its group. */
class Heads {
  readonly bytes: Uint8Array;
  // Of the same memory, in the order of bytes of WebAssembly, which all processors have that execute it directly.
  readonly #biases: Int32Array;
  readonly #scales: Float32Array;
  readonly #group: number;
  readonly #groupBytes: number;

  constructor(columns: number, group: number, bytesBehind: number) {
    this.#group = group;
    this.#groupBytes = 2 * 4 * group + bytesBehind;
    this.bytes = new Uint8Array((columns / group) * this.#groupBytes);
    this.#biases = new Int32Array(this.bytes.buffer);
    this.#scales = new Float32Array(this.bytes.buffer);
  }

  set(column: number, bias: number, scale: number): void {
    const at = (Math.floor(column / this.#group) * this.#groupBytes) / 4 + (column % this.#group);
    this.#biases[at] = bias;
    this.#scales[at + this.#group] = scale;
  }

  /** Returns the position of the bytes behind a column's group. */
  behind(column: number): number {
    return Math.floor(column / this.#group) * this.#groupBytes + 2 * 4 * this.#group;
  }
}
