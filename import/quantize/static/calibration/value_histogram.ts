import { codesOfRange, type Range } from '../byte_codes.ts';

const BINS = 4096;
const MIDDLE = BINS / 2;
/** The parts of a range that are tried as its ends. */
const PARTS = Array.from({ length: 15 }, (_, index) => 1 - index / 20);

/** How often values occur, by which the range of a tensor is chosen. */
export class ValueHistogram {
  #bins = new Float64Array(BINS);
  /** Bins are for values from -reach to reach. */
  #reach = 2 ** -20;
  #least = Number.POSITIVE_INFINITY;
  #most = Number.NEGATIVE_INFINITY;
  #isFinite = true;

  add(values: ArrayLike<number>): void {
    for (let index = 0; index < values.length; index++) {
      const value = values[index] ?? 0;
      if (value < this.#least) this.#least = value;
      if (value > this.#most) this.#most = value;
      if (!Number.isFinite(value)) {
        this.#isFinite = false;
        return;
      }
      while (Math.abs(value) >= this.#reach) this.#extend();
      const bin = Math.floor(MIDDLE + (value / this.#reach) * MIDDLE);
      // 0 is a code in any case.
      if (value !== 0) this.#bins[bin] = (this.#bins[bin] ?? 0) + 1;
    }
  }

  /**
   * Returns the range whose codes stand for the values with about the least mean square error: rare large values are cut off where
   * finer steps for all others win more than that loses. Undefined without values, or with some that are not finite.
   */
  range(): Range | undefined {
    if (!this.#isFinite || this.#least > this.#most) return undefined;
    const [least, most] = [Math.min(this.#least, 0), Math.max(this.#most, 0)];
    let best: Range = { least, most };
    let error = this.#squareError(best);
    for (const above of PARTS) {
      for (const below of least === 0 ? [1] : PARTS) {
        const candidate = { least: below * least, most: above * most };
        const other = this.#squareError(candidate);
        if (other < error) [best, error] = [candidate, other];
      }
    }
    return best;
  }

  /** Values within a range are rounded, by a third of half a step squared in the mean; others are moved to its end. */
  #squareError(range: Range): number {
    const { scale } = codesOfRange(range);
    let [rounded, moved] = [0, 0];
    for (const [bin, count] of this.#bins.entries()) {
      if (count === 0) continue;
      const value = ((bin + 0.5 - MIDDLE) * this.#reach) / MIDDLE;
      const outside = Math.max(range.least - value, value - range.most);
      if (outside > 0) moved += count * outside ** 2;
      else rounded += count;
    }
    return moved + (rounded * scale ** 2) / 12;
  }

  /** Doubles the reach. */
  #extend(): void {
    const bins = new Float64Array(BINS);
    for (const [bin, count] of this.#bins.entries()) {
      const at = MIDDLE + Math.floor((bin - MIDDLE) / 2);
      bins[at] = (bins[at] ?? 0) + count;
    }
    this.#bins = bins;
    this.#reach *= 2;
  }
}
