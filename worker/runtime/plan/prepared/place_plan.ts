import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import { BYTES_PER_ELEMENT } from '../../../model/dtype.ts';
import { elementCount, type NamedTensors, type TensorValue } from '../../../model/tensor.ts';
import type { Heap } from '../../kernels/heap.ts';
import { isAddressRole, parametersOf } from '../../kernels/kernel_functions.ts';
import type { KernelFunctions } from '../../kernels/kernel_signatures.ts';
import type { PackedWeights } from '../../kernels/packing/packed_weights.ts';
import type { CompiledPlan, PlanOutput } from '../compile/compiled_plan.ts';
import {
  type Address,
  type FunctionStep,
  functionStep,
  isPlace,
  orderedArguments,
} from '../ir/function_step.ts';
import type { Step } from '../ir/step.ts';
import { ConstantRanges } from './constant_ranges.ts';
import type { LoadedWeights } from './loaded_weights.ts';
import type { PlanFile } from './plan_file.ts';
import type { PreparedPlan } from './prepared_plan.ts';
import { readCall } from './read_call.ts';
import { readKernelCall, type TensorOf } from './read_kernel_call.ts';
import { DamagedPlanError, type MemoryRange, stepFault } from './step_fault.ts';

export interface PlacementRuntime {
  readonly backend: BackendWasm;
  readonly functions: KernelFunctions;
  readonly heap: Heap;
  readonly weights: PackedWeights;
}

/**
 * Places a prepared plan in memory: finds its constants, checks that no call reads or writes anything outside of its ranges,
 * and makes what is made of weights.
 *
 * @param given the inputs of a request that the plan is for
 * @throws Error if the plan is damaged, does not fit the weights, or if memory is out, after freeing all of its memory
 */
export function placePlan(
  runtime: PlacementRuntime,
  { plan, data }: PlanFile,
  weights: LoadedWeights,
  given: NamedTensors,
): CompiledPlan {
  const constants = new ConstantRanges(runtime, plan.constants, data, weights);
  try {
    return placed(runtime, plan, constants, given);
  } catch (error) {
    constants.dispose();
    throw error;
  }
}

function placed(
  { functions }: PlacementRuntime,
  plan: PreparedPlan,
  constants: ConstantRanges,
  given: NamedTensors,
): CompiledPlan {
  const first = plan.buffers.length;
  const hasFusedDot = functions.has_fused_dot();
  const call = (each: PreparedPlan['preparation'][number]): FunctionStep =>
    readCall(each, hasFusedDot) ?? damaged(`its call of ${each[0]}`);
  const tensorOf: TensorOf = (range, shape, dtype) => constants.tensorAt(range - first, shape, dtype);
  const steps = plan.steps.map(
    (each): Step =>
      Array.isArray(each)
        ? call(each)
        : (readKernelCall(each, first, tensorOf) ?? damaged(`its call of ${each.kernel}`)),
  );
  const preparation = plan.preparation.map(call);
  const buffers = plan.buffers.map((bytes): MemoryRange => ({ kind: 'buffer', bytes }));
  const unchanging = constants.all.map(({ bytes }): MemoryRange => ({ kind: 'constant', bytes }));
  const isMade = plan.constants.map(({ kind }) => kind === 'made');
  const made = constants.all.flatMap(({ bytes }, index) =>
    isMade[index] ? [{ buffer: first + index, bytes }] : [],
  );
  // What the preparation makes is constant afterwards. Before, there are no buffers.
  const before: MemoryRange[] = [
    ...buffers.map((): MemoryRange => ({ kind: 'constant', bytes: 0 })),
    ...unchanging.map(
      ({ bytes }, index): MemoryRange => ({ kind: isMade[index] ? 'buffer' : 'constant', bytes }),
    ),
  ];
  const inputs = plan.inputs.map(({ name, buffer }) => ({
    buffer,
    bytes: bytesOf(given.get(name) ?? damaged(`its input ${name}`)),
  }));
  const outputs = plan.outputs.map((output): PlanOutput => {
    const { name, range, dtype, shape } = output;
    if (range < first) return { kind: 'computed', name, dtype, shape, buffer: range };
    const value = constants.valueAt(range - first, shape, dtype);
    return { kind: 'constant', name, value: value ?? damaged(`its output ${name}`) };
  });
  const computed = outputs.flatMap((output) =>
    output.kind === 'computed'
      ? [{ buffer: output.buffer, bytes: elementCount(output.shape) * BYTES_PER_ELEMENT[output.dtype] }]
      : [],
  );
  const fault =
    stepFault(preparation, before, [], made, functions) ??
    stepFault(steps, [...buffers, ...unchanging], inputs, computed, functions);
  if (fault !== undefined) damaged(fault);
  const atAddresses = (step: FunctionStep): FunctionStep => relocated(step, first, constants);
  for (const step of preparation.map(atAddresses)) makeCall(functions, step);
  return {
    steps: steps.map((step) => (step.kind === 'function' ? atAddresses(step) : step)),
    bufferBytes: plan.buffers,
    inputs: plan.inputs,
    outputs,
    isReordered: true,
    copies: plan.hasCopies ? constants.all : [],
    dispose: () => constants.dispose(),
  };
}

/** Replaces the ranges of constants in a call by their addresses. */
function relocated(step: FunctionStep, first: number, { all }: ConstantRanges): FunctionStep {
  const given: Record<string, Address> = {};
  const values = orderedArguments(step);
  for (const [position, [parameter, type]] of parametersOf(step.name).entries()) {
    const value = values[position] ?? 0;
    const constant = isAddressRole(type) && isPlace(value) ? all[value.buffer - first] : undefined;
    given[parameter] = constant && isPlace(value) ? constant.address + value.offset : value;
  }
  return functionStep(step.name, given);
}

function makeCall(functions: KernelFunctions, step: FunctionStep): void {
  const call: (...values: never[]) => unknown = functions[step.name];
  Reflect.apply(call, undefined, orderedArguments(step));
}

function bytesOf({ dtype, values }: TensorValue): number {
  return dtype === 'string' ? damaged('its input of strings') : values.byteLength;
}

function damaged(what: string): never {
  throw new DamagedPlanError(`the prepared plan is damaged: ${what}`);
}
