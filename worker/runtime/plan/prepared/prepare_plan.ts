import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { CodedError, type ErrorCode } from '../../../model/coded_error.ts';
import type { TensorValue } from '../../../model/tensor.ts';
import { isAddressRole, parametersOf } from '../../kernels/kernel_functions.ts';
import type { PackedWeights } from '../../kernels/packing/packed_weights.ts';
import type { CompiledPlan } from '../compile/compiled_plan.ts';
import type { BufferId } from '../ir/buffers.ts';
import { type Address, type FunctionStep, functionStep, orderedArguments } from '../ir/function_step.ts';
import type { KernelInput, KernelStep, Step } from '../ir/step.ts';
import type { HeldConstants } from '../record/held_constants.ts';
import { type ConstantBlock, constantBlocks } from './constant_memory.ts';
import { integerOfFloat } from './float_bits.ts';
import type { LoadedWeights } from './loaded_weights.ts';
import { plainAttributes } from './plain_attributes.ts';
import type { PlanFile } from './plan_file.ts';
import type { PreparedCall, PreparedKernelCall, PreparedPlan } from './prepared_plan.ts';

export interface PreparationRuntime {
  readonly backend: BackendWasm;
  readonly weights: PackedWeights;
}

/**
 * Describes a compiled plan for new isolates, which have the same weights at other addresses.
 *
 * @param held the constants of its recording
 * @returns undefined if it cannot be described: it has an output of strings, or a kernel takes what is not stored
 */
export function preparePlan(
  { backend, weights: packed }: PreparationRuntime,
  compiled: CompiledPlan,
  held: HeldConstants,
  weights: LoadedWeights,
): PlanFile | undefined {
  unpackInputsOfKernels(backend, compiled.steps);
  const blocks = constantBlocks(backend, packed, held.all, weights, compiled.copies);
  return new Preparation(backend, compiled, blocks).file();
}

/** The kernels of tfjs read the elements of a weight, also of one that is packed. */
function unpackInputsOfKernels(backend: BackendWasm, steps: readonly Step[]): void {
  for (const step of steps) {
    if (step.kind !== 'kernel') continue;
    for (const input of step.inputs.values())
      if (input.kind === 'constant') backend.getMemoryOffset(input.tensor.dataId);
  }
}

/** Thrown where a part of a plan cannot be described. */
class IndescribablePlanError extends CodedError {
  override readonly code: ErrorCode = 'ERR_PLAN_INDESCRIBABLE';
}

class Preparation {
  readonly #backend: BackendWasm;
  readonly #compiled: CompiledPlan;
  readonly #blocks: readonly ConstantBlock[];
  /** The numbers of the buffers that steps use. */
  readonly #buffers: ReadonlyMap<BufferId, number>;
  readonly #constants = new Map<ConstantBlock, number>();

  constructor(backend: BackendWasm, compiled: CompiledPlan, blocks: readonly ConstantBlock[]) {
    this.#backend = backend;
    this.#compiled = compiled;
    this.#blocks = blocks;
    const used = new Set(compiled.inputs.map(({ buffer }) => buffer));
    for (const { reads, writes } of compiled.steps) for (const id of [...reads, ...writes]) used.add(id);
    this.#buffers = new Map([...used].map((id, number) => [id, number]));
  }

  file(): PlanFile | undefined {
    const { steps, inputs, outputs, bufferBytes } = this.#compiled;
    try {
      const described = steps.map((step) =>
        step.kind === 'function' ? this.#call(step) : this.#kernelCall(step),
      );
      const preparation = this.#preparation();
      const plan: PreparedPlan = {
        buffers: [...this.#buffers.keys()].map((id) => bufferBytes[id] ?? 0),
        constants: [],
        hasCopies: this.#compiled.copies.length > 0,
        preparation,
        steps: described,
        inputs: inputs.map(({ name, buffer }) => ({ name, buffer: this.#bufferOf(buffer) })),
        outputs: outputs.map((output) => {
          if (output.kind === 'constant') return { name: output.name, ...this.#stored(output.value) };
          const { name, dtype, shape, buffer } = output;
          return { name, dtype, shape: [...shape], range: this.#bufferOf(buffer) };
        }),
      };
      const constants = [...this.#constants.keys()].map(({ constant }) => constant);
      return { plan: { ...plan, constants }, data: this.#data() };
    } catch (error) {
      if (error instanceof IndescribablePlanError) return undefined;
      throw error;
    }
  }

  #bufferOf(id: BufferId): number {
    const number = this.#buffers.get(id);
    if (number === undefined) throw new IndescribablePlanError();
    return number;
  }

  #rangeOf(block: ConstantBlock): number {
    const known = this.#constants.get(block);
    if (known !== undefined) return known;
    const number = this.#buffers.size + this.#constants.size;
    this.#constants.set(block, number);
    return number;
  }

  #placeOf(address: Address): [range: number, offset: number] {
    if (typeof address !== 'number') return [this.#bufferOf(address.buffer), address.offset];
    if (address === 0) return [-1, 0];
    const block = this.#blocks.find((each) => address >= each.address && address < each.address + each.bytes);
    if (block === undefined) throw new IndescribablePlanError();
    return [this.#rangeOf(block), address - block.address];
  }

  #call(step: FunctionStep): PreparedCall {
    const given = orderedArguments(step);
    const numbers = parametersOf(step.name).flatMap(([, type], position): number[] => {
      const value = given[position] ?? 0;
      if (isAddressRole(type)) return this.#placeOf(value);
      if (typeof value !== 'number') throw new IndescribablePlanError();
      return [type === 'f32' ? integerOfFloat(value) : value];
    });
    return [step.name, ...numbers];
  }

  #kernelCall({ name, isList, inputs, attributes, outputs }: KernelStep): PreparedKernelCall {
    const plain = attributes && plainAttributes(attributes);
    if (attributes !== undefined && plain === undefined) throw new IndescribablePlanError();
    return {
      kernel: name,
      isList,
      inputs: [...inputs].map(([input, tensor]) => ({ name: input, ...this.#kernelInput(tensor) })),
      ...(plain && { attributes: plain }),
      outputs: outputs.map(({ buffer, shape, dtype }) => ({
        range: this.#bufferOf(buffer),
        shape: [...shape],
        dtype: numeric(dtype),
      })),
    };
  }

  #kernelInput(input: KernelInput): Omit<PreparedKernelCall['inputs'][number], 'name'> {
    if (input.kind === 'buffer') {
      const { buffer, shape, dtype } = input;
      return { range: this.#bufferOf(buffer), shape: [...shape], dtype: numeric(dtype) };
    }
    const { dataId, shape, dtype } = input.tensor;
    const address = this.#backend.getMemoryOffset(dataId);
    const block = this.#blocks.find((each) => each.address === address);
    if (block === undefined) throw new IndescribablePlanError();
    return { range: this.#rangeOf(block), shape: [...shape], dtype: numeric(dtype) };
  }

  /** Returns the calls that make the constants of kind `made`. Their filters become constants, too. */
  #preparation(): PreparedCall[] {
    return [...this.#constants.keys()].flatMap(({ address, filter }) =>
      filter === undefined
        ? []
        : [this.#call(functionStep('winograd_weights', { ...filter, transformed: address }))],
    );
  }

  /** Returns a value that is stored as a constant. */
  #stored(value: TensorValue): Omit<PreparedPlan['outputs'][number], 'name'> {
    const { dtype, shape, values } = value;
    if (dtype === 'string') throw new IndescribablePlanError();
    const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const bytes = content.length;
    const range = this.#rangeOf({ address: 0, bytes, constant: { kind: 'bytes', bytes }, content });
    return { dtype, shape: [...shape], range };
  }

  /** Returns the bytes of all constants that are stored, in their order. */
  #data(): Uint8Array {
    const stored = [...this.#constants.keys()].filter(({ constant }) => constant.kind === 'bytes');
    const data = new Uint8Array(stored.reduce((sum, { bytes }) => sum + bytes, 0));
    let at = 0;
    for (const { address, bytes, content } of stored) {
      data.set(content ?? this.#backend.wasm.HEAPU8.subarray(address, address + bytes), at);
      at += bytes;
    }
    return data;
  }
}

function numeric(dtype: TensorInfo['dtype']): 'float32' | 'int32' | 'bool' {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new IndescribablePlanError();
}
