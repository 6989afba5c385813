const ALIGNMENT = 16;

export interface ArenaMemory {
  /** undefined where there is no memory. */
  tryAllocate(bytes: number): number | undefined;
  free(address: number): void;
}

/**
 * The memory that all plans of an isolate compute in. Only one runs at a time, so the one that needs most says
 * how large it is. It is allocated when a plan first runs, and given back when the last one that needs it goes.
 */
export class Arena {
  readonly #memory: ArenaMemory;
  /** What each plan needs, by the plan. */
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
   * Where the arena is, aligned. It stays there until a plan is made or goes: whoever knows addresses in it asks
   * before each use.
   *
   * @returns undefined where there is no memory for it
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

  /** Gives the memory to whoever needs it more; the next plan to run asks for it anew. */
  free(): void {
    if (this.#allocated !== undefined) this.#memory.free(this.#allocated.address);
    this.#allocated = undefined;
  }
}
