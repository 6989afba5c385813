import type { KernelBackend } from '@tensorflow/tfjs-core';
import { loadTensorFlow } from '../graph/tensorflow.ts';

const NAME = 'shapes';

/**
 * Runs an action while tfjs discards the values of all tensors, so that reading the names and shapes of a model's
 * weights takes no memory for them. Nothing can be computed meanwhile.
 */
export async function withoutValues<T>(action: () => Promise<T>): Promise<T> {
  const { core } = await loadTensorFlow();
  if (core.findBackendFactory(NAME) === null)
    core.registerBackend(NAME, () => createBackend(core.KernelBackend));
  const before = core.getBackend();
  await core.setBackend(NAME);
  try {
    return await action();
  } finally {
    await core.setBackend(before);
  }
}

/** Creates a backend with only the methods that tfjs needs to manage tensors. */
function createBackend(Base: typeof KernelBackend): KernelBackend {
  class ShapesBackend extends Base {
    readonly #references = new Map<object, number>();

    override write(): object {
      const data = {};
      this.#references.set(data, 1);
      return data;
    }

    override move(data: object): void {
      this.#references.set(data, 1);
    }

    override refCount(data: object): number {
      return this.#references.get(data) ?? 0;
    }

    override incRef(data: object): void {
      this.#references.set(data, this.refCount(data) + 1);
    }

    decRef(data: object): void {
      this.#references.set(data, this.refCount(data) - 1);
    }

    override disposeData(data: object, force = false): boolean {
      this.decRef(data);
      if (!force && this.refCount(data) > 0) return false;
      this.#references.delete(data);
      return true;
    }

    override numDataIds(): number {
      return this.#references.size;
    }

    override floatPrecision(): 16 | 32 {
      return 32;
    }

    override timerAvailable(): boolean {
      return false;
    }

    override dispose(): void {
      this.#references.clear();
    }
  }
  return new ShapesBackend();
}
