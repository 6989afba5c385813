import type { Heap } from '../../kernels/heap.ts';
import { PANEL } from '../../kernels/packing/packed_matrix.ts';
import type { BatchNormalization, Fold, ProductWeights } from './fuse_epilogues.ts';

interface Copy {
  /** Identifies the normalization by its parameters. */
  readonly key: string;
  readonly weights: number;
  readonly bias: number;
  readonly bytes: number;
}

/**
 * The largest permitted ratio of a product's summands to the deviation by which it is normalized. The rounding error of
 * a sum grows by this ratio, and another order of summation rounds differently: with 1024 and float32's 24 bits, by
 * 0.00006 of a deviation. Whether sums cancel depends on a request's values, so that no example can prove such a copy.
 */
const MOST_AMPLIFIED = 1024;

/**
 * The copies of weights into which a plan has folded batch normalizations. Weights that are used more than once have
 * one copy, so that all copies together are no larger than the weights.
 */
export class FoldedWeights {
  readonly #heap: Heap;
  readonly #copies = new Map<number, Copy>();

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  get copies(): { readonly address: number; readonly bytes: number }[] {
    return [...this.#copies.values()].map(({ weights, bytes }) => ({ address: weights, bytes }));
  }

  /**
   * Folds a normalization for fuseEpilogues. Returns undefined if memory is out, if the weights have a copy with
   * another normalization, or if the sums may cancel.
   */
  readonly fold: Fold = (product, normalization) => {
    const { weights, bias, rows, columns, packed } = product;
    const key = JSON.stringify([product, normalization]);
    const known = this.#copies.get(weights);
    if (known !== undefined) return known.key === key ? known : undefined;
    if (amplification(this.#heap.backend.wasm.HEAPF32, product, normalization) > MOST_AMPLIFIED)
      return undefined;
    const floats = rows * (packed ? Math.ceil(columns / PANEL) * PANEL : columns);
    const bytes = 4 * (floats + columns);
    const copy = this.#heap.tryAllocate(bytes);
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
    const made: Copy = { key, weights: copy, bias: biases, bytes };
    this.#copies.set(weights, made);
    return made;
  };

  dispose(): void {
    for (const { weights } of this.#copies.values()) this.#heap.free(weights);
    this.#copies.clear();
  }
}

/**
 * Returns the largest ratio over all channels of a sum's summands to the deviation that divides it. The summands are
 * estimated by the magnitudes of the weights, as for inputs of about 1, and of the subtracted mean.
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
    // NaN, also from 0 / 0, must prevent folding too.
    const ratio = size / deviation;
    return Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : Math.max(most, ratio);
  }, 0);
}

/** Returns the factor of each channel. */
function factorsOf(
  values: Float32Array,
  { variance, scale, channels, epsilon }: BatchNormalization,
): Float32Array {
  return Float32Array.from({ length: channels }, (_, channel) => {
    const factor = 1 / Math.sqrt((values[(variance >> 2) + channel] ?? 0) + epsilon);
    return scale === 0 ? factor : factor * (values[(scale >> 2) + channel] ?? 0);
  });
}

/**
 * Returns a function from an index of a float to its column. The padding of the last panel has columns beyond the last.
 */
function columnAt({ rows, columns, packed }: ProductWeights): (index: number) => number {
  return packed
    ? (index) => Math.floor(index / (rows * PANEL)) * PANEL + (index % PANEL)
    : (index) => index % columns;
}
