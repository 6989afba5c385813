import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { deferMemory, isDeferred, settleMemory } from './deferred_memory.ts';
import type { Heap } from './heap.ts';
import type { KernelFunctions } from './kernel_functions.ts';

type DataId = TensorInfo['dataId'];

/** A k by n matrix, as the right-hand side of a product; transposed where memory holds it as n by k. */
export interface MatrixLayout {
  readonly k: number;
  readonly n: number;
  readonly transposed: boolean;
}

interface Entry extends MatrixLayout {
  readonly address: number;
  /** By a product. Until then that was only foreseen. */
  used: boolean;
}

/** Columns of a panel; see assembly/pack.ts. */
export const PANEL = 8;

/**
 * Packs each weight once. A tensor's data never changes, and data that comes a second time as the right-hand
 * side is taken for a weight: then its packed copy takes the place of the original. What is foreseen to be one
 * is packed from the start. Should anything else ask where the original is, it is unpacked again, and stays.
 */
export class PackedWeights {
  readonly #functions: KernelFunctions;
  readonly #heap: Heap;
  readonly #seen = new WeakSet<DataId>();
  readonly #pinned = new WeakSet<DataId>();
  readonly #entries = new Map<DataId, Entry>();
  readonly #disposeData: BackendWasm['disposeData'];

  constructor(functions: KernelFunctions, heap: Heap) {
    this.#functions = functions;
    this.#heap = heap;
    const { backend } = heap;
    this.#disposeData = backend.disposeData.bind(backend);
    backend.disposeData = (dataId, force) => {
      this.#release(dataId, force === true);
      return this.#disposeData(dataId, force);
    };
  }

  /** Calls `compute` with the address of the packed matrix, valid until it returns. */
  use(tensor: TensorInfo, layout: MatrixLayout, compute: (packed: number) => void): void {
    const { dataId } = tensor;
    const entry = this.#entries.get(dataId);
    if (entry && isSame(entry, layout)) {
      entry.used = true;
      compute(entry.address);
    } else if (entry === undefined && this.#seen.has(dataId)) {
      compute(this.#keep(tensor, layout));
    } else {
      this.#seen.add(dataId);
      usePackedOnce(this.#functions, this.#heap, this.#heap.address(tensor), layout, compute);
    }
  }

  /**
   * Packs a weight for good. The address is valid until the tensor's data goes.
   *
   * @returns undefined where the weight is kept already in another layout
   */
  keep(tensor: TensorInfo, layout: MatrixLayout): number | undefined {
    const entry = this.#entries.get(tensor.dataId);
    if (entry === undefined) return this.#keep(tensor, layout);
    if (!isSame(entry, layout)) return undefined;
    entry.used = true;
    return entry.address;
  }

  /**
   * Makes the tensor of a weight that is foreseen to be such a matrix. There is only its packed form, which is the
   * caller's to fill with `place_elements`.
   *
   * @throws where there is no memory
   */
  create(shape: number[], layout: MatrixLayout): { readonly tensor: TensorInfo; readonly packed: number } {
    const { backend } = this.#heap;
    const bytes = packedBytes(layout);
    const address = this.#heap.tryAllocate(bytes);
    if (address === undefined) throw new Error(`the WebAssembly heap has no room for float32 [${shape}]`);
    // What fills up the last panel.
    backend.wasm.HEAPU8.fill(0, address + bytes - 4 * PANEL * layout.k, address + bytes);
    const tensor = backend.makeOutput(shape, 'float32', address);
    const entry: Entry = { ...layout, address, used: false };
    this.#entries.set(tensor.dataId, entry);
    this.#replace(tensor.dataId, entry);
    return { tensor, packed: address };
  }

  /** The address of a tensor's original, which stays there from now on, packed copy or not. */
  pin(tensor: TensorInfo): number {
    this.#pinned.add(tensor.dataId);
    return this.#heap.address(tensor);
  }

  /** Gives up every packed copy, restoring the originals, and lets the backend be. */
  dispose(): void {
    const { backend } = this.#heap;
    for (const [dataId, entry] of this.#entries) {
      const data = backend.dataIdMap.get(dataId);
      if (isDeferred(data)) settleMemory(backend, data, this.#unpack(entry));
      this.#heap.free(entry.address);
    }
    this.#entries.clear();
    backend.disposeData = this.#disposeData;
  }

  /** Lets the backend be without touching its memory. */
  abandon(): void {
    this.#entries.clear();
    this.#heap.backend.disposeData = this.#disposeData;
  }

  #keep(tensor: TensorInfo, layout: MatrixLayout): number {
    const original = this.#heap.address(tensor);
    const address = pack(this.#functions, this.#heap, original, layout);
    const entry: Entry = { ...layout, address, used: true };
    this.#entries.set(tensor.dataId, entry);
    if (!this.#pinned.has(tensor.dataId)) {
      this.#heap.free(original);
      this.#replace(tensor.dataId, entry);
    }
    return address;
  }

  #replace(dataId: DataId, entry: Entry): void {
    const { backend } = this.#heap;
    deferMemory(backend, backend.dataIdMap.get(dataId), () => {
      const original = this.#unpack(entry);
      // Not what it was foreseen to be.
      if (!entry.used) {
        this.#entries.delete(dataId);
        this.#heap.free(entry.address);
      }
      return original;
    });
  }

  #unpack({ address, k, n, transposed }: Entry): number {
    const original = this.#heap.allocate(k * n * 4);
    this.#functions.take_elements(address, original, k, n, transposed ? 1 : 0, 2, 0, k * n);
    return original;
  }

  /** Frees what belongs to data that is about to go. */
  #release(dataId: DataId, force: boolean): void {
    const entry = this.#entries.get(dataId);
    if (entry === undefined) return;
    const { backend } = this.#heap;
    if (!force && backend.refCount(dataId) > 1) return;
    this.#entries.delete(dataId);
    const data = backend.dataIdMap.get(dataId);
    // A packed copy that is the only one goes as tfjs's own data does.
    if (isDeferred(data)) settleMemory(backend, data, entry.address);
    else this.#heap.free(entry.address);
  }
}

/** Bytes of a packed matrix, which may be more than 32 bits can tell. */
function packedBytes({ k, n }: MatrixLayout): number {
  return Math.ceil(n / PANEL) * PANEL * k * 4;
}

/** Packs a matrix that is not a weight, and calls `compute` with the packed copy's address, valid until it returns. */
export function usePackedOnce(
  functions: KernelFunctions,
  heap: Heap,
  address: number,
  layout: MatrixLayout,
  compute: (packed: number) => void,
): void {
  const packed = pack(functions, heap, address, layout);
  try {
    compute(packed);
  } finally {
    heap.free(packed);
  }
}

function pack(
  functions: KernelFunctions,
  heap: Heap,
  address: number,
  { k, n, transposed }: MatrixLayout,
): number {
  const packed = heap.allocate(functions.packed_bytes(k, n));
  if (transposed) functions.pack_b_transposed(address, packed, k, n, k);
  else functions.pack_b(address, packed, k, n, n);
  return packed;
}

function isSame(a: MatrixLayout, b: MatrixLayout): boolean {
  return a.k === b.k && a.n === b.n && a.transposed === b.transposed;
}
