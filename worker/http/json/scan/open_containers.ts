/**
 * Tracks the open lists and objects during a scan, with one bit for each, set for an object. Memory grows with the
 * depth, which the caller may limit.
 */
export class OpenContainers {
  depth = 0;
  /** The 32 outermost containers. Few requests are nested deeper. */
  #first = 0;
  #others: Uint32Array | undefined;

  push(isObject: boolean): void {
    const word = this.depth >>> 5;
    const bit = 1 << (this.depth & 31);
    const others = this.#word(word) & ~bit;
    const bits = isObject ? others | bit : others;
    if (word === 0) this.#first = bits;
    else this.#room(word)[word] = bits;
    this.depth += 1;
  }

  /** Closes the innermost container. Returns true if the enclosing one is an object. */
  pop(): boolean {
    this.depth -= 1;
    if (this.depth === 0) return false;
    const outer = this.depth - 1;
    return ((this.#word(outer >>> 5) >>> (outer & 31)) & 1) === 1;
  }

  #room(word: number): Uint32Array {
    if (this.#others !== undefined && word < this.#others.length) return this.#others;
    const grown = new Uint32Array(Math.max(8, word * 2));
    if (this.#others !== undefined) grown.set(this.#others);
    this.#others = grown;
    return grown;
  }

  #word(word: number): number {
    return word === 0 ? this.#first : (this.#others?.[word] ?? 0);
  }
}
