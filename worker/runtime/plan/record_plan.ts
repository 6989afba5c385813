import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Runtime } from '../backend.ts';
import { execute } from '../execution.ts';
import { ExecutionError } from '../loaded_model.ts';
import type { NamedTensors, TensorValue } from '../tensor.ts';
import { toTensor, toTensorValue } from '../tensor_transfer.ts';
import { Plan, type PlanInput, type PlanOutput } from './plan.ts';
import { Recorder } from './recorder.ts';

/** tfjs's own way through a model: tensors in by their names, outputs in the order of the names asked for. */
export type Executor = (
  inputs: ReadonlyMap<string, Tensor>,
  outputs: readonly string[],
) => readonly (Tensor | undefined)[];

/** What was recorded. It becomes a plan when there is a use for one, or is given up. */
export interface PlanDraft {
  /** @param mayFold whether it may have copies of weights of its own */
  create(mayFold: boolean): Plan;
  dispose(): void;
}

export interface Recorded {
  /** What the executor answered while it was watched. */
  readonly values: NamedTensors;
  readonly result:
    | { readonly kind: 'recording'; readonly draft: PlanDraft }
    /** Why it cannot be replayed. */
    | { readonly kind: 'obstacle'; readonly reason: string };
}

/** @throws ExecutionError */
export function computeUnplanned(
  executor: Executor,
  inputs: NamedTensors,
  names: readonly string[],
): NamedTensors {
  return execute(() => {
    const values = new Map<string, TensorValue>();
    tidy(() => {
      const results = executor(createTensors(inputs), names);
      for (const [name, tensor] of named(names, results)) values.set(name, toTensorValue(tensor));
    });
    return values;
  });
}

/**
 * Computes as ever, and makes a plan of it.
 *
 * @throws ExecutionError
 */
export function recordPlan(
  runtime: Runtime,
  executor: Executor,
  inputs: NamedTensors,
  names: readonly string[],
): Recorded {
  const recorder = new Recorder(runtime.backend, runtime.kernels);
  const planInputs: PlanInput[] = [];
  const planOutputs: PlanOutput[] = [];
  const values = new Map<string, TensorValue>();
  try {
    execute(() => {
      tidy(() => {
        recorder.start();
        let results: readonly (Tensor | undefined)[];
        try {
          const tensors = createTensors(inputs);
          for (const [name, tensor] of tensors) {
            planInputs.push({ name, buffer: recorder.addInput(tensor, name) });
          }
          results = executor(tensors, names);
        } finally {
          recorder.stop();
        }
        for (const [name, tensor] of named(names, results)) {
          const value = toTensorValue(tensor);
          values.set(name, value);
          planOutputs.push(planOutput(name, value, recorder.bufferOf(tensor)));
        }
      });
    });
    const finished = recorder.finish();
    if (finished.kind === 'obstacle') return { values, result: finished };
    const { kernels, backend, arena } = runtime;
    const { functions, heap } = kernels;
    const { recording } = finished;
    const draft: PlanDraft = {
      create: (mayFold) =>
        new Plan({ backend, functions, heap, arena }, recording, planInputs, planOutputs, mayFold),
      dispose: () => recording.constants.release(),
    };
    return { values, result: { kind: 'recording', draft } };
  } catch (error) {
    recorder.abandon();
    throw error;
  }
}

function createTensors(inputs: NamedTensors): Map<string, Tensor> {
  return new Map([...inputs].map(([name, value]) => [name, toTensor(value)]));
}

function named(names: readonly string[], results: readonly (Tensor | undefined)[]): [string, Tensor][] {
  return names.map((name, index) => {
    const result = results[index];
    if (result === undefined) throw new ExecutionError(`the model gave no output ${name}`);
    return [name, result];
  });
}

function planOutput(name: string, value: TensorValue, buffer: number | undefined): PlanOutput {
  return buffer === undefined || value.dtype === 'string'
    ? { kind: 'constant', name, value }
    : { kind: 'computed', name, dtype: value.dtype, shape: value.shape, buffer };
}
