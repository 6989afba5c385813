import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Heap } from './heap.ts';
import type { KernelFunctions } from './kernel_functions.ts';

type DataId = TensorInfo['dataId'];
type TensorData = ReturnType<BackendWasm['dataIdMap']['get']>;

/** A k by n matrix, as the right-hand side of a product; transposed where memory holds it as n by k. */
export interface MatrixLayout {
  readonly k: number;
  readonly n: number;
  readonly transposed: boolean;
}

interface Entry extends MatrixLayout {
  readonly address: number;
  /** The packed copy is the only one. */
  replaced: boolean;
}

/**
 * Packs each weight once. A tensor's data never changes, and data that comes a second time as the right-hand
 * side is taken for a weight: then its packed copy takes the place of the original. Should anything else ask
 * where the original is, it is unpacked again, and stays.
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
    return isSame(entry, layout) ? entry.address : undefined;
  }

  /** The address of a tensor's original, which stays there from now on, packed copy or not. */
  pin(tensor: TensorInfo): number {
    this.#pinned.add(tensor.dataId);
    return this.#heap.address(tensor);
  }

  /** Gives up every packed copy, restoring the originals, and lets the backend be. */
  dispose(): void {
    for (const [dataId, entry] of this.#entries) {
      if (entry.replaced) this.#restore(this.#heap.backend.dataIdMap.get(dataId), entry);
      this.#heap.free(entry.address);
    }
    this.#entries.clear();
    this.#heap.backend.disposeData = this.#disposeData;
  }

  /** Lets the backend be without touching its memory. */
  abandon(): void {
    this.#entries.clear();
    this.#heap.backend.disposeData = this.#disposeData;
  }

  #keep(tensor: TensorInfo, layout: MatrixLayout): number {
    const original = this.#heap.address(tensor);
    const address = pack(this.#functions, this.#heap, original, layout);
    const entry: Entry = { ...layout, address, replaced: false };
    this.#entries.set(tensor.dataId, entry);
    // Unpacking knows row-major matrices only.
    if (!layout.transposed && !this.#pinned.has(tensor.dataId))
      this.#replace(this.#heap.backend.dataIdMap.get(tensor.dataId), entry, original);
    return address;
  }

  #replace(data: TensorData, entry: Entry, original: number): void {
    const { id } = data;
    this.#heap.free(original);
    entry.replaced = true;
    // tfjs's kernels find a tensor by its id, its JavaScript by the address: both restore the original first.
    define(data, 'memoryOffset', () => this.#restore(data, entry).memoryOffset);
    define(data, 'id', () => {
      this.#restore(data, entry);
      return id;
    });
    this.#ids.set(entry, id);
  }

  readonly #ids = new WeakMap<Entry, number>();

  #restore(data: TensorData, entry: Entry): { memoryOffset: number } {
    const { k, n } = entry;
    const memoryOffset = this.#heap.allocate(k * n * 4);
    this.#functions.unpack_b(entry.address, memoryOffset, k, n);
    this.#setPlain(data, entry, memoryOffset);
    return { memoryOffset };
  }

  #setPlain(data: TensorData, entry: Entry, memoryOffset: number): void {
    const id = this.#ids.get(entry);
    if (id === undefined) throw new Error('a weight that was not replaced cannot be restored');
    entry.replaced = false;
    Object.defineProperty(data, 'id', { value: id, writable: true, enumerable: true, configurable: true });
    Object.defineProperty(data, 'memoryOffset', {
      value: memoryOffset,
      writable: true,
      enumerable: true,
      configurable: true,
    });
    const { tfjs } = this.#heap.backend.wasm;
    tfjs.disposeData(id);
    tfjs.registerTensor(id, entry.k * entry.n, memoryOffset);
  }

  /** Frees what belongs to data that is about to go. */
  #release(dataId: DataId, force: boolean): void {
    const entry = this.#entries.get(dataId);
    if (entry === undefined) return;
    const { backend } = this.#heap;
    if (!force && backend.refCount(dataId) > 1) return;
    this.#entries.delete(dataId);
    // A packed copy that is the only one goes as tfjs's own data does.
    if (entry.replaced) this.#setPlain(backend.dataIdMap.get(dataId), entry, entry.address);
    else this.#heap.free(entry.address);
  }
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

function define(data: TensorData, name: 'id' | 'memoryOffset', get: () => number): void {
  Object.defineProperty(data, name, { get, enumerable: true, configurable: true });
}
