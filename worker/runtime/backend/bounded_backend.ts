import { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { BackendWasmModule } from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js';
import type { backend_util, DataType } from '@tensorflow/tfjs-core';
import { BYTES_PER_ELEMENT } from '../../model/dtype.ts';
import { elementCount } from '../../model/tensor.ts';
import { isDeferred, settleMemory } from '../kernels/packing/deferred_memory.ts';
import { ExecutionError, OutOfMemoryError } from '../loaded_model.ts';
import type { HeapLimit } from './heap_limit.ts';

const ELEMENT_BYTES: Readonly<Partial<Record<DataType, number>>> = { ...BYTES_PER_ELEMENT, complex64: 8 };

/** tfjs's backend, which additionally throws if memory is out and can be discarded after a trap. */
export class BoundedBackend extends BackendWasm {
  readonly limit: HeapLimit;
  #abandoned = false;

  constructor(wasm: BackendWasmModule, limit: HeapLimit) {
    super(wasm);
    this.limit = limit;
  }

  /** Allocates the memory of every tensor. tfjs checks neither sizes beyond 32 bits nor a failed allocation. */
  override move(
    dataId: object,
    values: backend_util.BackendValues,
    shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    // A negative size would become almost 4 GiB, and NaN another size.
    if (shape.some((size) => !(size >= 0)))
      throw new ExecutionError(`there is no tensor of shape [${shape}]`);
    const bytes = elementCount(shape) * (ELEMENT_BYTES[dtype] ?? 0);
    if (bytes > this.limit.bytes) throw this.#outOfMemory(shape, dtype);
    if (bytes > 0 && values !== null && !this.#hasRoom(bytes)) throw this.#outOfMemory(shape, dtype);
    super.move(dataId, values, shape, dtype, refCount);
    if (bytes > 0 && this.getMemoryOffset(dataId) === 0) {
      this.disposeData(dataId, true);
      throw this.#outOfMemory(shape, dtype);
    }
  }

  /**
   * Returns true if memory for so many bytes is available. tfjs copies values to any address that malloc returns. If
   * memory is out, that is 0, where other data lies.
   */
  #hasRoom(bytes: number): boolean {
    const address = this.wasm._malloc(bytes) >>> 0;
    if (address !== 0) this.wasm._free(address);
    return address !== 0;
  }

  #outOfMemory(shape: number[], dtype: DataType): OutOfMemoryError {
    this.limit.refuse();
    return new OutOfMemoryError(`there is no memory for a tensor of ${dtype} [${shape}]`);
  }

  get isAbandoned(): boolean {
    return this.#abandoned;
  }

  /** Stops all accesses to the heap, whose content is unknown after a trap. */
  abandon(): void {
    this.#abandoned = true;
  }

  override disposeData(dataId: object, force = false): boolean {
    if (this.#abandoned) return true;
    const data = this.dataIdMap.has(dataId) ? this.dataIdMap.get(dataId) : undefined;
    // Prevents deferred memory from being allocated only to be freed.
    if (data && isDeferred(data) && (force || data.refCount <= 1)) settleMemory(this, data, 0);
    return super.disposeData(dataId, force);
  }

  override dispose(): void {
    if (!this.#abandoned) super.dispose();
  }
}
