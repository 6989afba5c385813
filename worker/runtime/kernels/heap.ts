import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { makeUncleared } from './gate/fresh_memory.ts';

/** tfjs's memory, as kernels use it: addresses of tensors, outputs, and scratch space. */
export class Heap {
  readonly backend: BackendWasm;
  #scratch = 0;
  #scratchBytes = 0;

  constructor(backend: BackendWasm) {
    this.backend = backend;
  }

  address({ dataId }: TensorInfo): number {
    return this.backend.dataIdMap.get(dataId).memoryOffset;
  }

  addressOrNone(tensor: TensorInfo | undefined | null): number {
    return tensor ? this.address(tensor) : 0;
  }

  /** A tensor for a kernel that writes all of it. */
  output(shape: readonly number[], dtype: TensorInfo['dtype'] = 'float32'): TensorInfo {
    return makeUncleared(() => this.backend.makeOutput([...shape], dtype));
  }

  allocate(bytes: number): number {
    const address = this.tryAllocate(bytes);
    if (address === undefined) throw new Error(`no memory for ${bytes} bytes`);
    return address;
  }

  /** @returns undefined where the heap cannot grow */
  tryAllocate(bytes: number): number | undefined {
    // Of more, Emscripten would see the lowest 32 bits only.
    if (!(bytes < 2 ** 32)) return undefined;
    // Emscripten's address is a signed number, and 0 where there is no memory.
    const address = this.backend.wasm._malloc(Math.max(bytes, 1)) >>> 0;
    return address === 0 ? undefined : address;
  }

  free(address: number): void {
    this.backend.wasm._free(address);
  }

  /** Space that a kernel may use until it returns. Kept, since it is small. */
  scratch(bytes: number): number {
    if (bytes > this.#scratchBytes) {
      this.dispose();
      this.#scratch = this.allocate(bytes);
      this.#scratchBytes = bytes;
    }
    return this.#scratch;
  }

  /** Gives the scratch space back. */
  dispose(): void {
    if (this.#scratch !== 0) this.free(this.#scratch);
    this.#scratch = 0;
    this.#scratchBytes = 0;
  }
}
