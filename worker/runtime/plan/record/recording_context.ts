import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import { Heap } from '../../kernels/heap.ts';
import type { KernelContext } from '../../kernels/kernel.ts';
import {
  isAddressRole,
  isKernelFunctions,
  type KernelName,
  parametersOf,
} from '../../kernels/kernel_functions.ts';
import { type KernelFunctions, SIGNATURES } from '../../kernels/kernel_signatures.ts';
import type { PackedMatrix } from '../../kernels/packing/packed_matrix.ts';
import { type PackedWeights, usePackedOnce } from '../../kernels/packing/packed_weights.ts';
import type { BufferId } from '../ir/buffers.ts';
import { type Address, type FunctionStep, functionStep } from '../ir/function_step.ts';

/** The tensors that a recording knows. */
export interface RecordedTensors {
  /** Returns the buffer of a tensor that depends on the inputs' values, or undefined for a constant. */
  bufferOf(tensor: TensorInfo): BufferId | undefined;
  createBuffer(bytes: number): BufferId;
  /** Assigns a buffer to a tensor that a kernel has just created. */
  addTensor(tensor: TensorInfo, buffer: BufferId): void;
  /** Keeps a constant in memory as long as the plan. */
  hold(tensor: TensorInfo): void;
  /** Called if a function receives an address that the context did not provide. */
  unknownAddress(name: KernelName): void;
}

/** A range of the heap and the meaning of its addresses: positions in a buffer, or constants. */
interface Region {
  readonly start: number;
  readonly bytes: number;
  readonly buffer: BufferId | undefined;
}

export interface RecordingContext extends KernelContext {
  /** Returns the calls since the last `takeCalls`, and forgets the addresses that were provided for them. */
  takeCalls(): FunctionStep[];
  dispose(): void;
}

/**
 * Creates the context of this project's kernels during a recording: it computes as usual and records each call with its
 * addresses resolved to buffers.
 *
 * @param computes false if calls that write buffers are recorded and not made
 */
export function createRecordingContext(
  { functions, weights }: { readonly functions: KernelFunctions; readonly weights: PackedWeights },
  backend: BackendWasm,
  computes: boolean,
  tensors: RecordedTensors,
): RecordingContext {
  const regions: Region[] = [];
  let calls: FunctionStep[] = [];
  const recording = recordingFunctions(functions, (name, values) => {
    const step = resolve(name, values, regions, tensors.unknownAddress);
    const isStep = step.writes.length > 0;
    if (isStep) calls.push(step);
    return computes || !isStep;
  });
  const heap = new RecordingHeap(backend, weights, tensors, regions);
  return {
    functions: recording,
    heap,
    weights: {
      use: (tensor, layout, compute) => {
        const packed = tensors.bufferOf(tensor) === undefined ? weights.keep(tensor, layout) : undefined;
        if (packed === undefined) usePackedOnce(recording, heap, heap.address(tensor), layout, compute);
        else {
          tensors.hold(tensor);
          regions.push(...packedRegions(packed));
          compute(packed);
        }
      },
    },
    takeCalls: () => {
      const taken = calls;
      calls = [];
      regions.length = 0;
      return taken;
    },
    dispose: () => heap.dispose(),
  };
}

/** Calls receive only the start address of a packed matrix. */
function packedRegions({ address, quantized }: PackedMatrix): Region[] {
  const starts = quantized === undefined ? [address] : [address, quantized.vectors];
  return starts.map((start) => ({ start, bytes: 1, buffer: undefined }));
}

function resolve(
  name: KernelName,
  values: readonly number[],
  regions: readonly Region[],
  unknownAddress: RecordedTensors['unknownAddress'],
): FunctionStep {
  const placeOf = (address: number): Address => {
    if (address === 0) return address;
    const region = regions.findLast(({ start, bytes }) => address >= start && address < start + bytes);
    if (region === undefined) unknownAddress(name);
    return region?.buffer === undefined ? address : { buffer: region.buffer, offset: address - region.start };
  };
  const given: Record<string, Address> = {};
  for (const [position, [parameter, type]] of parametersOf(name).entries()) {
    const value = values[position] ?? 0;
    given[parameter] = isAddressRole(type) ? placeOf(value) : value;
  }
  return functionStep(name, given);
}

/** @param note returns true if the call is to be made */
function recordingFunctions(
  functions: KernelFunctions,
  note: (name: KernelName, values: number[]) => boolean,
): KernelFunctions {
  const wrapped: Record<string, (...values: number[]) => unknown> = {};
  for (const name of Object.keys(SIGNATURES) as KernelName[]) {
    const call: (...values: never[]) => unknown = functions[name];
    wrapped[name] = (...values) => (note(name, values) ? Reflect.apply(call, undefined, values) : undefined);
  }
  if (!isKernelFunctions(wrapped)) throw new Error('a function was lost');
  return wrapped;
}

/** Records the address ranges of tensors. Constants keep their addresses. All other ranges are buffers of the plan. */
class RecordingHeap extends Heap {
  readonly #weights: PackedWeights;
  readonly #tensors: RecordedTensors;
  readonly #regions: Region[];

  constructor(backend: BackendWasm, weights: PackedWeights, tensors: RecordedTensors, regions: Region[]) {
    super(backend);
    this.#weights = weights;
    this.#tensors = tensors;
    this.#regions = regions;
  }

  override address(tensor: TensorInfo): number {
    const buffer = this.#tensors.bufferOf(tensor);
    if (buffer === undefined) this.#tensors.hold(tensor);
    const start = buffer === undefined ? this.#weights.pin(tensor) : super.address(tensor);
    this.#regions.push({ start, bytes: 4 * elementCount(tensor.shape), buffer });
    return start;
  }

  override output(shape: readonly number[], dtype?: TensorInfo['dtype']): TensorInfo {
    const tensor = super.output(shape, dtype);
    this.#tensors.addTensor(tensor, this.#tensors.createBuffer(4 * elementCount(shape)));
    return tensor;
  }

  override allocate(bytes: number): number {
    return this.#note(super.allocate(bytes), bytes);
  }

  override scratch(bytes: number): number {
    return this.#note(super.scratch(bytes), bytes);
  }

  #note(start: number, bytes: number): number {
    this.#regions.push({ start, bytes, buffer: this.#tensors.createBuffer(bytes) });
    return start;
  }
}
