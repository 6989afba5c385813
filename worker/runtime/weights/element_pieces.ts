/** Assembles elements of a fixed width from pieces that may end anywhere. */
export class ElementPieces {
  readonly #width: number;
  readonly #count: number;
  readonly #store: (elements: Uint8Array, first: number) => void;
  #done = 0;
  /** The first bytes of an element that was cut by the end of a piece. */
  readonly #rest: Uint8Array;
  #restLength = 0;

  /**
   * @param width the bytes of an element
   * @param count the number of elements
   * @param store receives whole elements; `first` elements precede them
   */
  constructor(width: number, count: number, store: (elements: Uint8Array, first: number) => void) {
    this.#width = width;
    this.#count = count;
    this.#store = store;
    this.#rest = new Uint8Array(width);
  }

  get complete(): boolean {
    return this.#done === this.#count;
  }

  /** Consumes the bytes at the start of `bytes` that belong to these elements, and returns their number. */
  write(bytes: Uint8Array): number {
    let taken = 0;
    if (this.#restLength > 0) {
      taken = Math.min(this.#width - this.#restLength, bytes.length);
      this.#rest.set(bytes.subarray(0, taken), this.#restLength);
      this.#restLength += taken;
      if (this.#restLength < this.#width) return taken;
      this.#restLength = 0;
      this.#pass(this.#rest);
    }
    const whole = Math.min(this.#count - this.#done, Math.floor((bytes.length - taken) / this.#width));
    if (whole > 0) {
      this.#pass(bytes.subarray(taken, taken + whole * this.#width));
      taken += whole * this.#width;
    }
    if (!this.complete && taken < bytes.length) {
      this.#rest.set(bytes.subarray(taken));
      this.#restLength = bytes.length - taken;
      taken = bytes.length;
    }
    return taken;
  }

  #pass(elements: Uint8Array): void {
    const first = this.#done;
    this.#done += elements.length / this.#width;
    this.#store(elements, first);
  }
}
