import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';

/**
 * The contents of unwritten memory. Each has the same value in every byte and is a finite number as a float32: one
 * large, one negative, and the zeros of a new heap. As a bool, only the last one is 0 or 1.
 */
export const POISONS = [0x7a, 0xc5, 0x00] as const;
export type Poison = (typeof POISONS)[number];

const ARENA_BYTES = 24 * 1024 * 1024;
const ALIGNMENT = 16;
/** The minimum gap between two blocks. It differs between the poisons, so that the bytes behind a block differ too. */
const GAPS: Readonly<Record<Poison, number>> = { 122: 256, 197: 1040, 0: 528 };
/** Sizes of blocks that C++ code may allocate itself. */
const INTERNAL_SIZES = [16, 24, 40, 64, 96, 160, 256, 512, 1024, 4096, 16_384, 65_536, 262_144];

/** The memory behind the last block, which is poisoned before the first allocation. */
const MARGIN = 64 * 1024;

interface Block {
  readonly address: number;
  readonly bytes: number;
}

/**
 * Replaces the allocator of tfjs's heap. No address is used twice within a run. The memory around a block is poison,
 * and so is the block before it is written and after it is freed.
 *
 * Allocations of C++ code are not tracked. They get memory that was poisoned earlier.
 */
export class PoisonedHeap {
  readonly #backend: BackendWasm;
  readonly #malloc: (bytes: number) => number;
  readonly #free: (address: number) => void;
  readonly #start: number;
  readonly #live = new Map<number, Block>();
  #poison: Poison = POISONS[0];
  /** The lowest address of the next block. */
  #next: number;

  constructor(backend: BackendWasm) {
    this.#backend = backend;
    const { wasm } = backend;
    // Emscripten's glue installs the real functions at their first call.
    wasm._free(wasm._malloc(8));
    const { _malloc, _free } = wasm;
    this.#malloc = (bytes) => _malloc(bytes) >>> 0;
    this.#free = _free;
    this.#start = align(this.#malloc(ARENA_BYTES + ALIGNMENT));
    this.#next = this.#start;
    this.#fill(this.#start, ARENA_BYTES);
    wasm._malloc = (bytes) => this.#allocate(bytes);
    wasm._free = (address) => this.#release(address);
  }

  /** Bytes of blocks that were not freed. */
  get liveBytes(): number {
    let bytes = 0;
    for (const block of this.#live.values()) bytes += block.bytes;
    return bytes;
  }

  /** Begins a run. Poisons all memory except earlier blocks. */
  begin(poison: Poison): void {
    this.#poison = poison;
    this.#next = this.#start;
    for (const { address, bytes } of this.#live.values())
      this.#next = Math.max(this.#next, align(address + bytes));
    this.#fill(this.#start, Math.min(this.#next + MARGIN - this.#start, ARENA_BYTES), true);
    const internal = INTERNAL_SIZES.map((bytes) => {
      const address = this.#malloc(bytes);
      this.#fill(address, bytes);
      return address;
    });
    for (const address of internal) this.#free(address);
  }

  /** The description of a write outside all blocks; undefined if there was none. */
  findStray(): string | undefined {
    const heap = this.#backend.wasm.HEAPU8;
    let position = this.#start;
    const blocks = [...this.#live.values()].sort((a, b) => a.address - b.address);
    const isClean = (to: number): boolean => {
      for (let address = position; address < to; address++)
        if (heap[address] !== this.#poison) {
          position = address;
          return false;
        }
      return true;
    };
    for (const { address, bytes } of blocks) {
      if (!isClean(address)) return this.#describe(position, blocks);
      position = address + bytes;
    }
    const end = this.#next + GAPS[this.#poison];
    return isClean(end) ? undefined : this.#describe(position, blocks);
  }

  #describe(address: number, blocks: readonly Block[]): string {
    const before = blocks.findLast((block) => block.address <= address);
    const place =
      before === undefined
        ? 'before all blocks'
        : `${address - before.address - before.bytes} bytes behind one of ${before.bytes}`;
    return `memory was written outside of every block in use, ${place}`;
  }

  #allocate(bytes: number): number {
    const gap = GAPS[this.#poison];
    const address = align(this.#next + gap);
    if (address + bytes + gap > this.#start + ARENA_BYTES) {
      const large = this.#malloc(bytes);
      if (large !== 0) this.#fill(large, bytes);
      return large;
    }
    this.#fill(this.#next, address + bytes + gap - this.#next);
    this.#next = address + bytes;
    this.#live.set(address, { address, bytes });
    return address;
  }

  #release(address: number): void {
    const block = this.#live.get(address >>> 0);
    if (block === undefined) {
      const isOwn = address >>> 0 >= this.#start && address >>> 0 < this.#start + ARENA_BYTES;
      if (isOwn) throw new Error(`${address} is freed, which is no block`);
      this.#free(address);
      return;
    }
    this.#live.delete(block.address);
    this.#fill(block.address, block.bytes);
  }

  /** @param around true to skip blocks in use */
  #fill(address: number, bytes: number, around = false): void {
    const heap = this.#backend.wasm.HEAPU8;
    const kept = around
      ? [...this.#live.values()].map((block) => ({
          ...block,
          values: heap.slice(block.address, block.address + block.bytes),
        }))
      : [];
    heap.fill(this.#poison, address, address + bytes);
    for (const { address: from, values } of kept) heap.set(values, from);
  }
}

function align(address: number): number {
  return Math.ceil(address / ALIGNMENT) * ALIGNMENT;
}
