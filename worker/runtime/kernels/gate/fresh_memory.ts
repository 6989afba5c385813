import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';

type DataId = TensorInfo['dataId'];

/** True while a tensor is made whose maker writes all of it. */
let isWrittenWhole = false;

/** Makes a tensor for a kernel that writes all of it, so that it need not be cleared. */
export function makeUncleared(make: () => TensorInfo): TensorInfo {
  isWrittenWhole = true;
  try {
    return make();
  } finally {
    isWrittenWhole = false;
  }
}

/** Control of the backend's allocations. */
export interface FreshMemory {
  /** Runs a kernel of tfjs. Its allocations are cleared, and freed if the kernel throws. */
  run<Result>(kernel: () => Result): Result;
  /** Restores the backend's own allocation. */
  restore(): void;
}

/** Makes the backend clear every tensor that it creates without values, and free the allocations of a failed kernel. */
export function watchFreshMemory(backend: BackendWasm): FreshMemory {
  const { move } = backend;
  let created: DataId[] | undefined;
  backend.move = (dataId, values, shape, dtype, refCount) => {
    move.call(backend, dataId, values, shape, dtype, refCount);
    created?.push(dataId);
    if (values === null && dtype !== 'string' && !isWrittenWhole)
      backend.typedArrayFromHeap({ dataId, shape, dtype }).fill(0);
  };
  return {
    run(kernel) {
      const outer = created;
      const own: DataId[] = [];
      created = own;
      try {
        return kernel();
      } catch (error) {
        // After a trap the whole heap is discarded, since its state is unknown.
        if (!isTrap(error))
          for (const dataId of own) if (backend.dataIdMap.has(dataId)) backend.disposeData(dataId, true);
        throw error;
      } finally {
        created = outer;
      }
    },
    restore() {
      backend.move = move;
    },
  };
}

/** True for a WebAssembly trap. It compares the name, since not every environment of this code declares the class. */
function isTrap(error: unknown): boolean {
  return error instanceof Error && error.name === 'RuntimeError';
}
