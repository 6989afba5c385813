const WORD_BITS = 32;

/** Which lists and objects are open while JSON is scanned: a bit for each, set where it is an object. */
export class OpenContainers {
  depth = 0;
  readonly #mostDepth: number;
  /** The outermost 32. Few requests are nested deeper. */
  #first = 0;
  #others: Uint32Array | undefined;

  constructor(mostDepth: number) {
    this.#mostDepth = mostDepth;
  }

  /** Whether one more would be nested too deep. */
  get isFull(): boolean {
    return this.depth >= this.#mostDepth;
  }

  push(isObject: boolean): void {
    const word = this.depth >>> 5;
    const bit = 1 << (this.depth & 31);
    const others = this.#word(word) & ~bit;
    const bits = isObject ? others | bit : others;
    if (word === 0) this.#first = bits;
    else {
      this.#others ??= new Uint32Array(Math.ceil(this.#mostDepth / WORD_BITS));
      this.#others[word] = bits;
    }
    this.depth += 1;
  }

  /** Closes the innermost container. Answers whether the next one is an object. */
  pop(): boolean {
    this.depth -= 1;
    if (this.depth === 0) return false;
    const outer = this.depth - 1;
    return ((this.#word(outer >>> 5) >>> (outer & 31)) & 1) === 1;
  }

  #word(word: number): number {
    return word === 0 ? this.#first : (this.#others?.[word] ?? 0);
  }
}
