import type { Pieces } from './extent.ts';

/** Beyond this, a plan writes memory in so small pieces that to follow them takes longer than to make the plan. */
const MOST_PIECES = 2 ** 20;

/** How many pieces a check may still look at, in all ranges of a plan together. */
export class PieceBudget {
  #left = MOST_PIECES;

  /** @returns false if there are not so many left */
  take(pieces: number): boolean {
    this.#left -= pieces;
    return this.#left >= 0;
  }
}

/** The bytes of a range of memory that are written. */
export class WrittenBytes {
  readonly #budget: PieceBudget;
  /** The starts and the ends of intervals, ascending. Two intervals do not touch. */
  #bounds: readonly number[] = [];

  constructor(budget: PieceBudget) {
    this.#budget = budget;
  }

  /**
   * Adds bytes that are contiguous.
   *
   * @returns false if too many pieces would have to be looked at: they are not added
   */
  add(from: number, until: number): boolean {
    const [first, last] = this.#bounds;
    if (
      this.#bounds.length === 2 &&
      first !== undefined &&
      last !== undefined &&
      from <= last &&
      until >= first
    )
      this.#bounds = [Math.min(first, from), Math.max(last, until)];
    else {
      if (!this.#budget.take(this.#bounds.length)) return false;
      this.#join([from, until]);
    }
    return true;
  }

  /**
   * Adds pieces from an address on.
   *
   * @returns false if there are too many of them: see above
   */
  addPieces(address: number, { start, bytes, dimensions }: Pieces): boolean {
    const count = dimensions.reduce((product, each) => product * each.count, 1);
    if (!this.#budget.take(count + this.#bounds.length)) return false;
    let starts = [address + start];
    for (const { count, step } of dimensions)
      starts = starts.flatMap((each) => Array.from({ length: count }, (_, index) => each + index * step));
    this.#join(starts.flatMap((each) => [each, each + bytes]));
    return true;
  }

  /** True if all of these bytes are written. */
  has(from: number, until: number): boolean {
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length / 2;
    // Finds the first interval that begins after `from`.
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((bounds[2 * middle] ?? 0) <= from) low = middle + 1;
      else high = middle;
    }
    return low > 0 && until <= (bounds[2 * low - 1] ?? 0);
  }

  /** @param added intervals in ascending order */
  #join(added: readonly number[]): void {
    const joined: number[] = [];
    const bounds = this.#bounds;
    let old = 0;
    let next = 0;
    while (old < bounds.length || next < added.length) {
      const isOld = next === added.length || (bounds[old] ?? Number.POSITIVE_INFINITY) <= (added[next] ?? 0);
      const from = (isOld ? bounds[old] : added[next]) ?? 0;
      const until = (isOld ? bounds[old + 1] : added[next + 1]) ?? 0;
      if (isOld) old += 2;
      else next += 2;
      const end = joined.at(-1);
      if (end !== undefined && from <= end) joined[joined.length - 1] = Math.max(end, until);
      else joined.push(from, until);
    }
    this.#bounds = joined;
  }
}
