import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { BYTES_PER_ELEMENT } from '../../../model/dtype.ts';
import { elementCount, type TensorValue } from '../../../model/tensor.ts';
import type { Heap } from '../../kernels/heap.ts';
import type { PackedWeights } from '../../kernels/packing/packed_weights.ts';
import { readValues } from '../layout/heap_values.ts';
import { HeldConstants } from '../record/held_constants.ts';
import type { LoadedWeights } from './loaded_weights.ts';
import type { PreparedConstant } from './prepared_plan.ts';

/** Vectors are loaded fastest from whole cache lines. Bytes. */
const CACHE_LINE = 64;

export interface ConstantRange {
  readonly address: number;
  readonly bytes: number;
  /** The tensor or the stored bytes that the range has as its elements. */
  readonly elements?: TensorInfo | 'stored';
}

interface ConstantRuntime {
  readonly backend: BackendWasm;
  readonly heap: Heap;
  readonly weights: PackedWeights;
}

/** The memory of a prepared plan's constants: weights, which it keeps in memory, and a block of its own. */
export class ConstantRanges {
  readonly all: readonly ConstantRange[];
  readonly #backend: BackendWasm;
  readonly #heap: Heap;
  readonly #held: HeldConstants;
  readonly #tensors: TensorInfo[] = [];
  #block: number | undefined;

  /**
   * Finds the weights, and writes the stored bytes.
   *
   * @param data the bytes of all constants of kind `bytes`
   * @throws Error if a weight is missing or has another form, or if memory is out
   */
  constructor(
    { backend, heap, weights: packed }: ConstantRuntime,
    constants: readonly PreparedConstant[],
    data: Uint8Array,
    weights: LoadedWeights,
  ) {
    this.#backend = backend;
    this.#heap = heap;
    this.#held = new HeldConstants(backend);
    try {
      const found = constants.map((each) =>
        'weight' in each ? this.#find(each, packed, weights) : undefined,
      );
      let at = this.#allocate(constants);
      let read = 0;
      this.all = constants.map((each, index): ConstantRange => {
        const weight = found[index];
        if (!('bytes' in each) || weight !== undefined) return weight ?? missing(index);
        const range = { address: at, bytes: each.bytes };
        at += lineBytes(each.bytes);
        if (each.kind === 'made') return range;
        backend.wasm.HEAPU8.set(data.subarray(read, read + each.bytes), range.address);
        read += each.bytes;
        return { ...range, elements: 'stored' };
      });
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Returns a tensor for a kernel of tfjs, or undefined if the range has other elements. */
  tensorAt(
    index: number,
    shape: readonly number[],
    dtype: 'float32' | 'int32' | 'bool',
  ): TensorInfo | undefined {
    const range = this.all[index];
    if (range === undefined || elementCount(shape) * BYTES_PER_ELEMENT[dtype] !== range.bytes)
      return undefined;
    const { elements, address, bytes } = range;
    if (elements === undefined) return undefined;
    if (elements !== 'stored')
      return elements.dtype === dtype ? { dataId: elements.dataId, shape: [...shape], dtype } : undefined;
    const made = this.#backend.makeOutput([...shape], dtype);
    this.#tensors.push(made);
    const to = this.#backend.getMemoryOffset(made.dataId);
    if (to === 0 && bytes > 0) return undefined;
    this.#backend.wasm.HEAPU8.copyWithin(to, address, address + bytes);
    return made;
  }

  /** Returns a stored value, or undefined if the range has other elements. */
  valueAt(
    index: number,
    shape: readonly number[],
    dtype: 'float32' | 'int32' | 'bool',
  ): TensorValue | undefined {
    const range = this.all[index];
    const count = elementCount(shape);
    if (range?.elements !== 'stored' || count * BYTES_PER_ELEMENT[dtype] !== range.bytes) return undefined;
    return readValues(this.#backend.wasm, { dtype, shape, count }, range.address);
  }

  dispose(): void {
    if (this.#block !== undefined) this.#heap.free(this.#block);
    this.#block = undefined;
    for (const { dataId } of this.#tensors.splice(0)) this.#backend.disposeData(dataId);
    this.#held.release();
  }

  #find(
    constant: Extract<PreparedConstant, { readonly weight: string }>,
    packed: PackedWeights,
    weights: LoadedWeights,
  ): ConstantRange {
    const tensor = weights.get(constant.weight);
    if (tensor === undefined) throw new Error(`the model has no weight ${constant.weight}`);
    const { dtype, shape } = tensor;
    if (dtype === 'string' || dtype === 'complex64')
      throw new Error(`${constant.weight} is of dtype ${dtype}`);
    this.#held.hold(tensor.dataId);
    const count = elementCount(shape);
    if (constant.kind === 'elements')
      return { address: packed.pin(tensor), bytes: count * BYTES_PER_ELEMENT[dtype], elements: tensor };
    const { k, n, transposed } = constant;
    const fits = dtype === 'float32' && k * n === count && count > 0;
    const matrix = fits ? packed.keep(tensor, { k, n, transposed }) : undefined;
    const form = packed.packedForm(tensor);
    if (matrix === undefined || form === undefined)
      throw new Error(`${constant.weight} is not packed as [${k}, ${n}]`);
    if (constant.kind === 'panels') return { address: matrix.address, bytes: form.panelBytes };
    if (matrix.quantized === undefined) throw new Error(`${constant.weight} is not quantized`);
    return { address: matrix.quantized.vectors, bytes: form.vectorBytes };
  }

  /** Allocates the plan's own memory. */
  #allocate(constants: readonly PreparedConstant[]): number {
    const bytes = constants.reduce((sum, each) => sum + ('bytes' in each ? lineBytes(each.bytes) : 0), 0);
    if (bytes === 0) return 0;
    this.#block = this.#heap.tryAllocate(bytes + CACHE_LINE);
    if (this.#block === undefined) throw new Error(`there is no memory for ${bytes} bytes`);
    return lineBytes(this.#block);
  }
}

/** Rounds up to whole cache lines. */
function lineBytes(bytes: number): number {
  return Math.ceil(bytes / CACHE_LINE) * CACHE_LINE;
}

function missing(index: number): never {
  throw new Error(`the constant ${index} is missing`);
}
