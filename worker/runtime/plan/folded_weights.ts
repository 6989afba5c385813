import type { Heap } from '../kernels/heap.ts';
import { PANEL } from '../kernels/packed_matrix.ts';
import type { BatchNormalisation, Fold, ProductWeights } from './fuse_steps.ts';

interface Copy {
  /** Of which normalisation, by what it is made of. */
  readonly key: string;
  readonly weights: number;
  readonly bias: number;
}

/**
 * Copies of weights with a batch normalisation in them, that belong to one plan. Of weights that are used more than once
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

  /** As fuseSteps wants it; undefined where there is no memory for a copy, or one with another normalisation. */
  readonly fold: Fold = (product, normalisation) => {
    const { weights, bias, rows, columns, packed } = product;
    const key = JSON.stringify([product, normalisation]);
    const known = this.#copies.get(weights);
    if (known !== undefined) return known.key === key ? known : undefined;
    const floats = rows * (packed ? Math.ceil(columns / PANEL) * PANEL : columns);
    const copy = this.#heap.tryAllocate(4 * (floats + columns));
    if (copy === undefined) return undefined;
    const biases = copy + 4 * floats;
    const values = this.#heap.backend.wasm.HEAPF32;
    const factors = factorsOf(values, normalisation);
    const mean = normalisation.mean >> 2;
    const offset = normalisation.offset >> 2;
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

/** By what each channel is multiplied. */
function factorsOf(
  values: Float32Array,
  { variance, scale, channels, epsilon }: BatchNormalisation,
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
