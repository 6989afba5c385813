import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import { makeUncleared } from '../../kernels/gate/fresh_memory.ts';
import { ANY, type Output } from '../../kernels/gate/rule.ts';

type KernelCall = Parameters<KernelConfig['kernelFunc']>[0];
type KernelResult = ReturnType<KernelConfig['kernelFunc']>;

/** The kernels of tfjs that return their input in another shape and read no values. */
const RETURNING_THEIR_INPUT: ReadonlySet<string> = new Set(['ExpandDims', 'Reshape']);

/** The most elements of a result that is computed. */
const MOST_COMPUTED = 4096;

/** The calls of tfjs's own kernels in an execution in which calls are noted and not made. */
export class Outline {
  readonly #backend: BackendWasm;
  readonly #computed = new WeakSet<TensorInfo['dataId']>();

  constructor(backend: BackendWasm) {
    this.#backend = backend;
  }

  /** Declares a tensor whose values exist. */
  add({ dataId }: TensorInfo): void {
    this.#computed.add(dataId);
  }

  /** True if the values of a tensor exist. Nothing may read those of others. */
  has(dataId: TensorInfo['dataId']): boolean {
    return this.#computed.has(dataId);
  }

  /**
   * Makes the outputs of a call without values. Small ones are computed as long as those that they are computed of are,
   * since the gate checks the values of indices.
   *
   * @param inputs those that depend on the model's inputs
   * @returns undefined if a size depends on values
   */
  call(
    config: KernelConfig,
    call: KernelCall,
    inputs: readonly TensorInfo[],
    outputs: readonly Output[],
    isList: boolean,
  ): KernelResult | undefined {
    if (RETURNING_THEIR_INPUT.has(config.kernelName)) return config.kernelFunc(call);
    const isSmall = outputs.every(({ shape }) => elementCount(shape) <= MOST_COMPUTED);
    if (outputs.some(({ shape }) => shape.includes(ANY))) return undefined;
    if (isSmall && inputs.every(({ dataId }) => this.has(dataId))) {
      const result = config.kernelFunc(call);
      for (const output of [result].flat()) this.add(output);
      return result;
    }
    const made = outputs.map(({ shape, dtype }) =>
      makeUncleared(() => this.#backend.makeOutput([...shape], dtype)),
    );
    const [only] = made;
    return only === undefined || isList || made.length > 1 ? made : only;
  }
}
