const ALIGNMENT = 16;

export interface ArenaMemory {
  /** Returns undefined if memory is out. */
  tryAllocate(bytes: number): number | undefined;
  free(address: number): void;
}

/**
 * The memory that all plans of an isolate share, since only one runs at a time. Its size is the largest need of a plan.
 * It is allocated when a plan first runs, and freed when no plan needs it.
 */
export class Arena {
  readonly #memory: ArenaMemory;
  /** The bytes that each plan needs. */
  readonly #needs = new Map<object, number>();
  #needed = 0;
  #allocated: { readonly address: number; readonly start: number; readonly bytes: number } | undefined;

  constructor(memory: ArenaMemory) {
    this.#memory = memory;
  }

  get bytes(): number {
    return this.#allocated?.bytes ?? 0;
  }

  reserve(plan: object, bytes: number): void {
    this.#needs.set(plan, bytes);
    this.#needed = Math.max(this.#needed, bytes);
  }

  /**
   * Returns the arena's aligned address. It changes when a plan is created or released, so that callers must request it
   * before each use.
   *
   * @returns undefined if memory is out
   */
  address(): number | undefined {
    if (this.#allocated === undefined || this.#allocated.bytes < this.#needed) {
      this.free();
      const address = this.#memory.tryAllocate(this.#needed + ALIGNMENT);
      if (address === undefined) return undefined;
      const start = Math.ceil(address / ALIGNMENT) * ALIGNMENT;
      this.#allocated = { address, start, bytes: this.#needed };
    }
    return this.#allocated.start;
  }

  release(plan: object): void {
    this.#needs.delete(plan);
    this.#needed = Math.max(0, ...this.#needs.values());
    if (this.#needed < this.bytes) this.free();
  }

  /** Frees the memory for other uses. The next run of a plan allocates it again. */
  free(): void {
    if (this.#allocated !== undefined) this.#memory.free(this.#allocated.address);
    this.#allocated = undefined;
  }
}
