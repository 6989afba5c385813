import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';

type DataId = TensorInfo['dataId'];

/** Whether the tensor that is being made will be written by whoever makes it. */
let isWrittenWhole = false;

/** Makes a tensor for a kernel that writes all of it: it is not cleared first. */
export function makeUncleared(make: () => TensorInfo): TensorInfo {
  isWrittenWhole = true;
  try {
    return make();
  } finally {
    isWrittenWhole = false;
  }
}

/** What the backend allocates while it is watched. */
export interface FreshMemory {
  /**
   * Runs a kernel of tfjs's. What it allocates reads as zeros until it is written, and is freed if the kernel throws.
   */
  run<Result>(kernel: () => Result): Result;
  /** Lets the backend allocate as before. */
  restore(): void;
}

/** Clears every tensor that the backend makes without values, and frees what a failed kernel leaves behind. */
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
        // After a trap nothing can be said of the heap: it is given up as a whole.
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

/** By name: not everywhere that this is compiled for is WebAssembly's own class known. */
function isTrap(error: unknown): boolean {
  return error instanceof Error && error.name === 'RuntimeError';
}
