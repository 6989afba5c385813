import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { makeUncleared } from './gate/fresh_memory.ts';

/** tfjs's memory for kernels: addresses of tensors in bytes, outputs, and scratch memory. */
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

  /** Makes an output for a kernel that writes all of it. */
  output(shape: readonly number[], dtype: TensorInfo['dtype'] = 'float32'): TensorInfo {
    return makeUncleared(() => this.backend.makeOutput([...shape], dtype));
  }

  allocate(bytes: number): number {
    const address = this.tryAllocate(bytes);
    if (address === undefined) throw new Error(`no memory for ${bytes} bytes`);
    return address;
  }

  /** @returns the address, or undefined if the heap cannot grow */
  tryAllocate(bytes: number): number | undefined {
    // Emscripten would use only the lowest 32 bits of a larger number. A size of 2^31 or more, as a kernel returns it, is negative.
    if (!(bytes >= 0 && bytes < 2 ** 32)) return undefined;
    // Emscripten's address is signed, and 0 if memory is out.
    const address = this.backend.wasm._malloc(Math.max(bytes, 1)) >>> 0;
    return address === 0 ? undefined : address;
  }

  free(address: number): void {
    this.backend.wasm._free(address);
  }

  /** Returns memory that a kernel may use until it returns. It is kept for the next kernel, since it is small. */
  scratch(bytes: number): number {
    if (!(bytes >= 0 && bytes <= this.#scratchBytes)) {
      this.dispose();
      this.#scratch = this.allocate(bytes);
      this.#scratchBytes = bytes;
    }
    return this.#scratch;
  }

  /** Frees the scratch memory. */
  dispose(): void {
    if (this.#scratch !== 0) this.free(this.#scratch);
    this.#scratch = 0;
    this.#scratchBytes = 0;
  }
}
