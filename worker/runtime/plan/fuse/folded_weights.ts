import type { Heap } from '../../kernels/heap.ts';
import { PANEL } from '../../kernels/packing/packed_matrix.ts';
import type { BatchNormalization, Fold, ProductWeights } from './fuse_epilogues.ts';

interface Copy {
  /** Of which normalization, by what it is made of. */
  readonly key: string;
  readonly weights: number;
  readonly bias: number;
}

/**
 * How many times what a product sums up may be what it is normalized to. The rounding of a sum grows by as much, and
 * another order rounds otherwise: with 1024, and the 24 bits of a float32, 0.00006 of a deviation. Whether a request's
 * sums cancel like that depends on its values, so no example can prove such a copy.
 */
const MOST_AMPLIFIED = 1024;

/**
 * Copies of weights with a batch normalization in them, that belong to one plan. Of weights that are used more than once
 * there is one, so that all copies together are no larger than the weights.
 */
export class FoldedWeights {
  readonly #heap: Heap;
  readonly #copies = new Map<number, Copy>();

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  get count(): number {
    return this.#copies.size;
  }

  /**
   * As fuseEpilogues wants it; undefined where there is no memory for a copy, or one with another normalization, or where
   * the sums may cancel.
   */
  readonly fold: Fold = (product, normalization) => {
    const { weights, bias, rows, columns, packed } = product;
    const key = JSON.stringify([product, normalization]);
    const known = this.#copies.get(weights);
    if (known !== undefined) return known.key === key ? known : undefined;
    if (amplification(this.#heap.backend.wasm.HEAPF32, product, normalization) > MOST_AMPLIFIED)
      return undefined;
    const floats = rows * (packed ? Math.ceil(columns / PANEL) * PANEL : columns);
    const copy = this.#heap.tryAllocate(4 * (floats + columns));
    if (copy === undefined) return undefined;
    const biases = copy + 4 * floats;
    const values = this.#heap.backend.wasm.HEAPF32;
    const factors = factorsOf(values, normalization);
    const mean = normalization.mean >> 2;
    const offset = normalization.offset >> 2;
    for (let column = 0; column < columns; column++) {
      const factor = factors[column] ?? 0;
      const before = bias === 0 ? 0 : (values[(bias >> 2) + column] ?? 0);
      const after = offset === 0 ? 0 : (values[offset + column] ?? 0);
      values[(biases >> 2) + column] = (before - (values[mean + column] ?? 0)) * factor + after;
    }
    const columnOf = columnAt(product);
    for (let index = 0; index < floats; index++) {
      const factor = factors[columnOf(index)] ?? 0;
      values[(copy >> 2) + index] = (values[(weights >> 2) + index] ?? 0) * factor;
    }
    const made: Copy = { key, weights: copy, bias: biases };
    this.#copies.set(weights, made);
    return made;
  };

  dispose(): void {
    for (const { weights } of this.#copies.values()) this.#heap.free(weights);
    this.#copies.clear();
  }
}

/**
 * The largest ratio, over all channels, of what is summed up to the deviation that it is divided by: of the sizes of the
 * weights, which stand for what inputs about 1 make of them, and of what is subtracted.
 */
function amplification(
  values: Float32Array,
  product: ProductWeights,
  { mean, variance, epsilon }: BatchNormalization,
): number {
  const { weights, bias, rows, columns, packed } = product;
  const sizes = Float64Array.from({ length: columns }, (_, column) =>
    Math.abs((bias === 0 ? 0 : (values[(bias >> 2) + column] ?? 0)) - (values[(mean >> 2) + column] ?? 0)),
  );
  const columnOf = columnAt(product);
  const floats = rows * (packed ? Math.ceil(columns / PANEL) * PANEL : columns);
  for (let index = 0; index < floats; index++) {
    const column = columnOf(index);
    if (column < columns)
      sizes[column] = (sizes[column] ?? 0) + Math.abs(values[(weights >> 2) + index] ?? 0);
  }
  return sizes.reduce((most, size, column) => {
    const deviation = Math.sqrt((values[(variance >> 2) + column] ?? 0) + epsilon);
    // What is no number, or nothing divided by nothing, is not to be folded either.
    const ratio = size / deviation;
    return Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : Math.max(most, ratio);
  }, 0);
}

/** By what each channel is multiplied. */
function factorsOf(
  values: Float32Array,
  { variance, scale, channels, epsilon }: BatchNormalization,
): Float32Array {
  return Float32Array.from({ length: channels }, (_, channel) => {
    const factor = 1 / Math.sqrt((values[(variance >> 2) + channel] ?? 0) + epsilon);
    return scale === 0 ? factor : factor * (values[(scale >> 2) + channel] ?? 0);
  });
}

/** To which column the float at an index belongs. What fills up the last panel belongs to none. */
function columnAt({ rows, columns, packed }: ProductWeights): (index: number) => number {
  return packed
    ? (index) => Math.floor(index / (rows * PANEL)) * PANEL + (index % PANEL)
    : (index) => index % columns;
}
