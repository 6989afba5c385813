import { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { BackendWasmModule } from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js';
import type { backend_util, DataType } from '@tensorflow/tfjs-core';
import { BYTES_PER_ELEMENT } from '../../model/dtype.ts';
import { elementCount } from '../../model/tensor.ts';
import { isDeferred, settleMemory } from '../kernels/packing/deferred_memory.ts';
import { ExecutionError, OutOfMemoryError } from '../loaded_model.ts';
import type { HeapLimit } from './heap_limit.ts';

const ELEMENT_BYTES: Readonly<Partial<Record<DataType, number>>> = { ...BYTES_PER_ELEMENT, complex64: 8 };

/** tfjs's backend, but it says so when memory is out, and can be left behind after a trap. */
export class BoundedBackend extends BackendWasm {
  readonly limit: HeapLimit;
  #abandoned = false;

  constructor(wasm: BackendWasmModule, limit: HeapLimit) {
    super(wasm);
    this.limit = limit;
  }

  /** Every tensor's memory comes from here. tfjs neither looks at sizes beyond 32 bits nor at a malloc of 0. */
  override move(
    dataId: object,
    values: backend_util.BackendValues,
    shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    // What is less than nothing would be taken for next to 4 GiB, or for what it is not.
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
   * tfjs copies values to whatever address malloc gives. Where there is no memory that is 0, where other tensors and the
   * allocator's own data lie.
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

  /** Touches the heap no more: after a trap nothing can be said of what is in it. */
  abandon(): void {
    this.#abandoned = true;
  }

  override disposeData(dataId: object, force = false): boolean {
    if (this.#abandoned) return true;
    const data = this.dataIdMap.has(dataId) ? this.dataIdMap.get(dataId) : undefined;
    // Nobody is to make memory only to free it.
    if (data && isDeferred(data) && (force || data.refCount <= 1)) settleMemory(this, data, 0);
    return super.disposeData(dataId, force);
  }

  override dispose(): void {
    if (!this.#abandoned) super.dispose();
  }
}
