/** Puts together elements of a fixed width from pieces that may end anywhere. */
export class ElementPieces {
  readonly #width: number;
  readonly #count: number;
  readonly #store: (elements: Uint8Array, first: number) => void;
  #done = 0;
  /** The first bytes of an element that was cut by the end of a piece. */
  readonly #rest: Uint8Array;
  #restLength = 0;

  /**
   * @param width bytes of an element
   * @param count how many there will be
   * @param store takes whole elements, of which `first` came before
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

  /** Takes what belongs to these elements from the front of `bytes` and tells how many that were. */
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
