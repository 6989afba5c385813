import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import { engine, type TensorInfo } from '@tensorflow/tfjs-core';

type DataId = TensorInfo['dataId'];

/** The tensor data to which a plan refers by address or by name. */
export class HeldConstants {
  readonly #backend: BackendWasm;
  readonly #held = new Set<DataId>();

  constructor(backend: BackendWasm) {
    this.#backend = backend;
  }

  has(dataId: DataId): boolean {
    return this.#held.has(dataId);
  }

  get all(): ReadonlySet<DataId> {
    return this.#held;
  }

  hold(dataId: DataId): void {
    if (this.#held.has(dataId)) return;
    this.#held.add(dataId);
    this.#backend.incRef(dataId);
  }

  release(): void {
    for (const dataId of this.#held) {
      if (this.#backend.disposeData(dataId)) engine().removeDataId(dataId, this.#backend);
    }
    this.#held.clear();
  }
}
