import type { Heap } from '../../kernels/heap.ts';
import type { KernelFunctions } from '../../kernels/kernel_signatures.ts';

/** A filter of width 3, packed as by assembly/product/pack.ts. */
export interface PackedFilter {
  readonly packed: number;
  readonly filterHeight: number;
  readonly channels: number;
  readonly outChannels: number;
}

/** A transformed filter in memory. */
export interface TransformedFilter {
  readonly address: number;
  readonly bytes: number;
  readonly filter: PackedFilter;
}

/** The number of sums that represent three taps: see assembly/convolution/winograd.ts. */
const MATRICES = 6;

/**
 * A plan's transformed copies of filters for assembly/convolution/winograd.ts. They are twice as large as the filters.
 */
export class WinogradWeights {
  readonly #heap: Heap;
  readonly #functions: Pick<KernelFunctions, 'packed_bytes' | 'winograd_weights'>;
  readonly #mostBytes: number;
  readonly #copies: TransformedFilter[] = [];
  #bytes = 0;

  constructor(
    heap: Heap,
    functions: Pick<KernelFunctions, 'packed_bytes' | 'winograd_weights'>,
    mostBytes: number,
  ) {
    this.#heap = heap;
    this.#functions = functions;
    this.#mostBytes = mostBytes;
  }

  get copies(): readonly TransformedFilter[] {
    return this.#copies;
  }

  /** @returns the address of the six matrices, or undefined if memory is out */
  readonly transform = (filter: PackedFilter): number | undefined => {
    const { packed, filterHeight, channels, outChannels } = filter;
    const bytes = MATRICES * this.#functions.packed_bytes(filterHeight * channels, outChannels);
    if (this.#bytes + bytes > this.#mostBytes) return undefined;
    const address = this.#heap.tryAllocate(bytes);
    if (address === undefined) return undefined;
    this.#copies.push({ address, bytes, filter });
    this.#bytes += bytes;
    this.#functions.winograd_weights(packed, address, filterHeight, channels, outChannels);
    return address;
  };

  dispose(): void {
    for (const { address } of this.#copies.splice(0)) this.#heap.free(address);
    this.#bytes = 0;
  }
}
