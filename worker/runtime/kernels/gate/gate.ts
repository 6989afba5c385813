import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import type { ErrorCode } from '../../../model/coded_error.ts';
import { BYTES_PER_ELEMENT } from '../../../model/dtype.ts';
import { elementCount } from '../../../model/tensor.ts';
import { ExecutionError, OutOfMemoryError } from '../../loaded_model.ts';
import { type FreshMemory, watchFreshMemory } from './fresh_memory.ts';
import { KernelCall, type NumericValues, type RawCall } from './kernel_call.ts';
import { KernelRefusal } from './kernel_refusal.ts';
import { ANY, type Output, type Rules, type Verdict } from './rule.ts';
import { isEmpty } from './shapes.ts';

export type KernelResult = ReturnType<KernelConfig['kernelFunc']>;

/**
 * Computes a valid call, whose outputs must have these shapes and dtypes.
 *
 * @param isList true if the operation returns a list, even of one tensor
 */
export type Compute = (call: RawCall, outputs: readonly Output[], isList: boolean) => KernelResult;

/** A kernel returned other outputs than its rule requires: a defect of the kernel or of the rule. */
export class KernelFault extends ExecutionError {
  override readonly code: ErrorCode = 'ERR_KERNEL_RESULT';
}

/** Bytes of an element in the heap. Strings are outside of the heap. */
const ELEMENT_BYTES = { ...BYTES_PER_ELEMENT, complex64: 8, string: 0 } as const;

/**
 * Checks every kernel call, so that an answer contains only data that was computed from its own inputs.
 *
 * It cannot be bypassed. tfjs finds kernels only in its registry, and when the backend is created, each kernel there is
 * replaced by one that passes the gate, or removed if it has no rule. A plan contains no other calls. Its function
 * steps repeat the calls of a kernel that passed the gate, with the same shapes, and every address that they read was
 * written before (written_buffers.ts). Its kernel steps call the registered kernel each time.
 */
export class Gate {
  readonly #backend: BackendWasm;
  readonly #rules: Rules;
  readonly #limitBytes: number;
  readonly #fresh: FreshMemory;

  /** @param limitBytes the limit of the heap */
  constructor(backend: BackendWasm, rules: Rules, limitBytes: number) {
    this.#backend = backend;
    this.#rules = rules;
    this.#limitBytes = limitBytes;
    this.#fresh = watchFreshMemory(backend);
  }

  /** Restores the backend. */
  restore(): void {
    this.#fresh.restore();
  }

  /**
   * Checks a call, computes it unless nothing has to be computed, and checks the outputs.
   *
   * @throws KernelRefusal if the call does not fit the operation, before anything is allocated or computed
   * @throws OutOfMemoryError if the result is larger than the heap's limit
   * @throws KernelFault if the outputs are not those of the rule
   */
  pass(operation: string, call: RawCall, compute: Compute): KernelResult {
    const rule = this.#rules[operation];
    if (rule === undefined) throw new KernelRefusal(operation, 'it is not computed by this server');
    const verdict = rule(new KernelCall(operation, call, this.#read));
    const { outputs, fill, takesEmpty, attributes, isList = false } = verdict;
    this.#checkRoom(operation, outputs);
    if (fill !== undefined || areEmpty(outputs)) return this.#answer(verdict);
    if (takesEmpty !== true) refuseEmptyInputs(operation, call);
    const checked = attributes === undefined ? call : { ...call, attrs: { ...call.attrs, ...attributes } };
    const result = this.#fresh.run(() => compute(checked, outputs, isList));
    this.#verify(operation, outputs, result);
    return result;
  }

  readonly #read = (tensor: TensorInfo): NumericValues => {
    // Allocates deferred memory of a weight first: that may grow the memory, which would invalidate the view.
    this.#backend.getMemoryOffset(tensor.dataId);
    return this.#backend.typedArrayFromHeap(tensor);
  };

  #checkRoom(operation: string, outputs: readonly Output[]): void {
    let bytes = 0;
    for (const { shape, dtype, largest = shape } of outputs)
      if (!largest.includes(ANY)) bytes += elementCount(largest) * ELEMENT_BYTES[dtype];
    if (bytes <= this.#limitBytes) return;
    const shapes = outputs.map(({ shape, dtype }) => `${dtype} [${shape}]`).join(', ');
    throw new OutOfMemoryError(`${operation}: there is no memory for ${shapes}`);
  }

  #answer({ outputs, fill, isList }: Verdict): KernelResult {
    const tensors = outputs.map(({ shape, dtype }) => this.#filled([...shape], dtype, fill ?? 0));
    const [only] = tensors;
    return only === undefined || isList === true || tensors.length > 1 ? tensors : only;
  }

  #filled(shape: number[], dtype: Output['dtype'], value: number): TensorInfo {
    const backend = this.#backend;
    if (dtype === 'string') {
      const result = backend.makeOutput(shape, dtype);
      const bytes = Array.from({ length: elementCount(shape) }, () => new Uint8Array());
      Object.assign(backend.dataIdMap.get(result.dataId), { stringBytes: bytes });
      return result;
    }
    const result = backend.makeOutput(shape, dtype);
    const element = dtype === 'bool' ? Number(value !== 0) : value;
    if (element !== 0) backend.typedArrayFromHeap(result).fill(element);
    return result;
  }

  #verify(operation: string, outputs: readonly Output[], result: KernelResult): void {
    const given = Array.isArray(result) ? result : [result];
    if (given.length === outputs.length && given.every((tensor, index) => isGiven(tensor, outputs[index])))
      return;
    for (const { dataId } of given) this.#backend.disposeData(dataId);
    const described = (tensors: readonly Output[]): string =>
      tensors.map(({ shape, dtype }) => `${dtype} [${shape}]`).join(', ');
    throw new KernelFault(
      `${operation}: the kernel returned ${described(given)} instead of ${described(outputs)}`,
    );
  }
}

function isGiven({ shape, dtype }: TensorInfo, expected: Output | undefined): boolean {
  if (expected === undefined || dtype !== expected.dtype || shape.length !== expected.shape.length)
    return false;
  for (let index = 0; index < shape.length; index++) {
    const size = expected.shape[index];
    if (size !== ANY && size !== shape[index]) return false;
  }
  return true;
}

function areEmpty(outputs: readonly Output[]): boolean {
  for (const { shape } of outputs) if (!isEmpty(shape)) return false;
  return true;
}

function refuseEmptyInputs(operation: string, { inputs }: RawCall): void {
  for (const name in inputs) {
    const tensor: TensorInfo | undefined | null = inputs[name];
    if (tensor !== undefined && tensor !== null && isEmpty(tensor.shape))
      throw new KernelRefusal(
        operation,
        `a tensor of shape [${tensor.shape}] has no elements to compute it from`,
      );
  }
}
