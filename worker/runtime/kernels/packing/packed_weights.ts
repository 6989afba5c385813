import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Heap } from '../heap.ts';
import type { KernelFunctions } from '../kernel_signatures.ts';
import { deferMemory, isDeferred, settleMemory } from './deferred_memory.ts';
import type { MatrixLayout, PackedMatrix } from './packed_matrix.ts';
import { elementShift, packedBlock, preparePacked, type QuantizedElements } from './quantized_matrix.ts';

type DataId = TensorInfo['dataId'];

interface Entry extends MatrixLayout {
  /** The address of the allocation. */
  readonly block: number;
  readonly matrix: PackedMatrix;
  /** The elements of a quantized matrix. */
  readonly elements: QuantizedElements | undefined;
  /** True once a product has used it. Before that, the use was only predicted. */
  used: boolean;
}

/** A packed matrix and its memory. */
export interface PackedForm {
  readonly layout: MatrixLayout;
  readonly matrix: PackedMatrix;
  readonly panelBytes: number;
  /** The bytes of the vectors of a quantized matrix, which precede its panels. */
  readonly vectorBytes: number;
}

/** Bytes. A vector across two cache lines needs two loads, and malloc's addresses are not aligned to lines. */
const CACHE_LINE = 64;

function aligned(address: number): number {
  return Math.ceil(address / CACHE_LINE) * CACHE_LINE;
}

/** The elements of a quantized matrix that are dequantized at once. */
const STAGED = 16 * 1024;

/**
 * Packs each weight once. A tensor's data never changes, and data that is a right-hand matrix a second time counts as a
 * weight: its packed copy then replaces the original. Predicted weights are packed from the start. If another operation
 * needs the original, it is unpacked again and stays.
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

  /** Calls `compute` with the packed matrix, valid until it returns. */
  use(tensor: TensorInfo, layout: MatrixLayout, compute: (packed: PackedMatrix) => void): void {
    const { dataId } = tensor;
    const entry = this.#entries.get(dataId);
    if (entry && isSame(entry, layout)) {
      entry.used = true;
      compute(entry.matrix);
    } else if (entry === undefined && this.#seen.has(dataId)) {
      const kept = this.#pack(tensor, layout);
      compute(kept.matrix);
      // Only after the product, since the left-hand matrix may be the same tensor.
      this.#dropOriginal(tensor, kept);
    } else {
      this.#seen.add(dataId);
      usePackedOnce(this.#functions, this.#heap, this.#heap.address(tensor), layout, compute);
    }
  }

  /**
   * Packs a weight permanently. The matrix is valid until the tensor's data is freed.
   *
   * @returns undefined if the weight is already packed in another layout
   */
  keep(tensor: TensorInfo, layout: MatrixLayout): PackedMatrix | undefined {
    const entry = this.#entries.get(tensor.dataId);
    if (entry === undefined) {
      const kept = this.#pack(tensor, layout);
      this.#dropOriginal(tensor, kept);
      return kept.matrix;
    }
    if (!isSame(entry, layout)) return undefined;
    entry.used = true;
    return entry.matrix;
  }

  /**
   * Makes the tensor of a weight that is predicted to be such a matrix. Only its packed form exists, which the caller
   * must fill with `place_elements`.
   *
   * @param elements the stored elements, if they are not float32
   * @throws if memory is out
   */
  create(
    shape: number[],
    layout: MatrixLayout,
    elements?: QuantizedElements,
  ): { readonly tensor: TensorInfo; readonly matrix: PackedMatrix } {
    const block = this.#heap.tryAllocate(packedBlock(layout, elements).bytes + CACHE_LINE);
    if (block === undefined) throw new Error(`the WebAssembly heap has no room for float32 [${shape}]`);
    const tensor = this.#heap.backend.makeOutput(shape, 'float32', block);
    const matrix = preparePacked(this.#heap, aligned(block), layout, elements);
    const entry: Entry = { ...layout, block, matrix, elements, used: false };
    this.#entries.set(tensor.dataId, entry);
    this.#replace(tensor.dataId, entry);
    return { tensor, matrix };
  }

  /** Returns the packed form of a tensor's data, or undefined if it has none. */
  packedForm({ dataId }: Pick<TensorInfo, 'dataId'>): PackedForm | undefined {
    const entry = this.#entries.get(dataId);
    if (entry === undefined) return undefined;
    const { k, n, transposed, matrix, elements } = entry;
    const { bytes, panels } = packedBlock(entry, elements);
    return { layout: { k, n, transposed }, matrix, panelBytes: bytes - panels, vectorBytes: panels };
  }

  /** True if a weight is quantized in memory, its rows are those of its first dimension, and it has no original. */
  hasRows({ dataId }: TensorInfo): boolean {
    const entry = this.#entries.get(dataId);
    if (entry?.elements === undefined || entry.transposed) return false;
    return isDeferred(this.#heap.backend.dataIdMap.get(dataId));
  }

  /** Writes some rows of a weight for which `hasRows` is true to an address, in float32. The others stay quantized. */
  takeRows({ dataId }: TensorInfo, rows: Int32Array, to: number): void {
    const entry = this.#entries.get(dataId);
    if (entry?.elements === undefined) throw new Error('a weight is not quantized in memory');
    entry.used = true;
    const { elements, n } = entry;
    const { wasm } = this.#heap.backend;
    const bytes = n << elementShift(elements);
    const staging = this.#heap.scratch(bytes);
    for (const [index, row] of rows.entries()) {
      this.#take(entry, staging, row * n, n);
      elements.expand(wasm.HEAPU8, to + 4 * n * index, wasm.HEAPU8.slice(staging, staging + bytes));
    }
  }

  /** Returns the address of a tensor's original in bytes. The original stays there, even if a packed copy exists. */
  pin(tensor: TensorInfo): number {
    this.#pinned.add(tensor.dataId);
    return this.#heap.address(tensor);
  }

  /** Restores the originals of all packed copies and detaches from the backend. */
  dispose(): void {
    const { backend } = this.#heap;
    for (const [dataId, entry] of this.#entries) {
      const data = backend.dataIdMap.get(dataId);
      if (isDeferred(data)) settleMemory(backend, data, this.#unpack(entry));
      this.#heap.free(entry.block);
    }
    this.#entries.clear();
    backend.disposeData = this.#disposeData;
  }

  /** Detaches from the backend without accessing its memory. */
  abandon(): void {
    this.#entries.clear();
    this.#heap.backend.disposeData = this.#disposeData;
  }

  #pack(tensor: TensorInfo, layout: MatrixLayout): Entry {
    const block = this.#heap.allocate(packedBlock(layout, undefined).bytes + CACHE_LINE);
    const address = aligned(block);
    packInto(this.#functions, this.#heap.address(tensor), address, layout);
    const entry: Entry = { ...layout, block, matrix: { address }, elements: undefined, used: true };
    this.#entries.set(tensor.dataId, entry);
    return entry;
  }

  #dropOriginal(tensor: TensorInfo, entry: Entry): void {
    if (this.#pinned.has(tensor.dataId)) return;
    this.#heap.free(this.#heap.address(tensor));
    this.#replace(tensor.dataId, entry);
  }

  #replace(dataId: DataId, entry: Entry): void {
    const { backend } = this.#heap;
    deferMemory(backend, backend.dataIdMap.get(dataId), () => {
      const original = this.#unpack(entry);
      // The prediction was wrong.
      if (!entry.used) {
        this.#entries.delete(dataId);
        this.#heap.free(entry.block);
      }
      return original;
    });
  }

  #unpack(entry: Entry): number {
    const { elements, k, n } = entry;
    if (elements === undefined) {
      const original = this.#heap.allocate(k * n * 4);
      this.#take(entry, original, 0, k * n);
      return original;
    }
    const { wasm } = this.#heap.backend;
    const staging = this.#heap.allocate(STAGED << elementShift(elements));
    try {
      const original = this.#heap.allocate(k * n * 4);
      for (let first = 0; first < k * n; first += STAGED) {
        const count = Math.min(STAGED, k * n - first);
        this.#take(entry, staging, first, count);
        const stored = wasm.HEAPU8.slice(staging, staging + (count << elementShift(elements)));
        elements.expand(wasm.HEAPU8, original + 4 * first, stored);
      }
      return original;
    } finally {
      this.#heap.free(staging);
    }
  }

  #take({ matrix, elements, k, n, transposed }: Entry, to: number, first: number, count: number): void {
    const shift = elementShift(elements);
    this.#functions.take_elements(matrix.address, to, k, n, transposed ? 1 : 0, shift, first, count);
  }

  /** Frees the packed copy of data that is being freed. */
  #release(dataId: DataId, force: boolean): void {
    const entry = this.#entries.get(dataId);
    if (entry === undefined) return;
    const { backend } = this.#heap;
    if (!force && backend.refCount(dataId) > 1) return;
    this.#entries.delete(dataId);
    const data = backend.dataIdMap.get(dataId);
    // tfjs frees a packed copy without an original as its own data.
    if (isDeferred(data)) settleMemory(backend, data, entry.block);
    else this.#heap.free(entry.block);
  }
}

/**
 * Packs a matrix that is not a weight, and calls `compute` with the packed copy, which is valid until `compute`
 * returns.
 */
export function usePackedOnce(
  functions: KernelFunctions,
  heap: Heap,
  address: number,
  layout: MatrixLayout,
  compute: (packed: PackedMatrix) => void,
): void {
  const packed = heap.allocate(functions.packed_bytes(layout.k, layout.n));
  try {
    packInto(functions, address, packed, layout);
    compute({ address: packed });
  } finally {
    heap.free(packed);
  }
}

function packInto(
  functions: KernelFunctions,
  from: number,
  to: number,
  { k, n, transposed }: MatrixLayout,
): void {
  if (transposed) functions.pack_b_transposed(from, to, k, n, k);
  else functions.pack_b(from, to, k, n, n);
}

function isSame(a: MatrixLayout, b: MatrixLayout): boolean {
  return a.k === b.k && a.n === b.n && a.transposed === b.transposed;
}
