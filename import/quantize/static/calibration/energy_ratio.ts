/** The energy of values over that of their errors. */
export class EnergyRatio {
  #signal = 0;
  #noise = 0;

  add(exact: ArrayLike<number>, found: ArrayLike<number>): void {
    for (let index = 0; index < exact.length; index++) {
      const value = exact[index] ?? 0;
      this.#signal += value * value;
      this.#noise += (value - (found[index] ?? Number.NaN)) ** 2;
    }
  }

  /** Infinite without errors. */
  get decibels(): number {
    return this.#noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(this.#signal / this.#noise);
  }
}
