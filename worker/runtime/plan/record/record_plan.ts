import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { NamedTensors, TensorValue } from '../../../model/tensor.ts';
import type { Runtime } from '../../backend/backend.ts';
import { BrokenRuntimeError, execute, executeAsynchronously } from '../../backend/execution.ts';
import { toTensor, toTensorValue } from '../../backend/tensor_transfer.ts';
import { ExecutionError } from '../../loaded_model.ts';
import type { ValueOrPromise } from '../../value_or_promise.ts';
import { compilePlan, type Liberties } from '../compile/compile_plan.ts';
import type { PlanInput, PlanOutput } from '../compile/compiled_plan.ts';
import type { LoadedWeights } from '../prepared/loaded_weights.ts';
import { writePlanFile } from '../prepared/plan_file.ts';
import { preparePlan } from '../prepared/prepare_plan.ts';
import { Plan } from '../run/plan.ts';
import { Recorder } from './recorder.ts';
import type { RecordingMode } from './recording_mode.ts';

/** tfjs's executor of a model. Inputs are by name, outputs in the order of the requested names. */
export type Executor = (inputs: ReadonlyMap<string, Tensor>, outputs: readonly string[]) => Results;
/** The same for asynchronous execution. */
export type AsynchronousExecutor = (
  inputs: ReadonlyMap<string, Tensor>,
  outputs: readonly string[],
) => Promise<Results>;
type Results = readonly (Tensor | undefined)[];

/** A recording from which plans are made when needed. It outlives them. */
export interface PlanDraft {
  create(liberties: Liberties): Plan;
  /** Returns the file of such a plan for new isolates, or undefined if it cannot be stored. */
  prepare(liberties: Liberties, weights: LoadedWeights): Uint8Array | undefined;
  dispose(): void;
}

type RecordingResult =
  | { readonly kind: 'recording'; readonly draft: PlanDraft }
  /** The reason why it cannot be replayed. */
  | { readonly kind: 'obstacle'; readonly reason: string };

export interface Recorded {
  /** The outputs of the recorded execution. */
  readonly values: NamedTensors;
  readonly result: RecordingResult;
}

/** Computes a model without a plan. All functions throw or reject with ExecutionError. */
export interface Computation {
  compute(inputs: NamedTensors, names: readonly string[]): ValueOrPromise<NamedTensors>;
  /** Computes in the same way and records. */
  record(inputs: NamedTensors, names: readonly string[]): ValueOrPromise<Recorded>;
  /**
   * Records the same calls without making them. An asynchronous computation, whose steps may depend on values, has no such
   * function. It throws only if the runtime broke.
   */
  outline?(inputs: NamedTensors, names: readonly string[]): RecordingResult;
}

/**
 * @param outliners functions that make the same calls as the executor, in the order in which they are tried: none if the
 *   executor keeps values for later calls
 */
export function synchronousComputation(
  runtime: Runtime,
  executor: Executor,
  outliners: readonly Executor[],
): Computation {
  const outline = (inputs: NamedTensors, names: readonly string[]): RecordingResult => {
    let result: RecordingResult = { kind: 'obstacle', reason: 'nothing makes its calls' };
    for (const each of outliners) {
      result = outlined(runtime, each, inputs, names);
      if (result.kind === 'recording') return result;
    }
    return result;
  };
  return {
    compute: (inputs, names) =>
      execute(() => {
        const values = new Map<string, TensorValue>();
        tidy(() => {
          const results = executor(createTensors(inputs), names);
          for (const [name, tensor] of named(names, results)) values.set(name, toTensorValue(tensor));
        });
        return values;
      }),
    record: (inputs, names) => {
      const session = new RecordingSession(runtime, { waits: false, computes: true });
      try {
        execute(() => tidy(() => session.watch(executor, inputs, names)));
        return session.finish();
      } catch (error) {
        session.recorder.abandon();
        throw error;
      }
    },
    ...(outliners.length > 0 ? { outline } : {}),
  };
}

function outlined(
  runtime: Runtime,
  executor: Executor,
  inputs: NamedTensors,
  names: readonly string[],
): RecordingResult {
  const session = new RecordingSession(runtime, { waits: false, computes: false });
  try {
    execute(() => tidy(() => session.watch(executor, inputs, names)));
    return session.finish().result;
  } catch (error) {
    session.recorder.abandon();
    if (!(error instanceof ExecutionError) || error instanceof BrokenRuntimeError) throw error;
    return { kind: 'obstacle', reason: error.message };
  }
}

export function asynchronousComputation(runtime: Runtime, executor: AsynchronousExecutor): Computation {
  return {
    compute: (inputs, names) =>
      executeAsynchronously(async () => {
        const results = await executor(createTensors(inputs), names);
        return new Map(named(names, results).map(([name, tensor]) => [name, toTensorValue(tensor)]));
      }),
    record: async (inputs, names) => {
      const session = new RecordingSession(runtime, { waits: true, computes: true });
      try {
        await executeAsynchronously(async () => {
          let results: Results;
          try {
            results = await executor(session.start(inputs), names);
          } finally {
            session.recorder.stop();
          }
          session.collect(names, results);
        });
        return session.finish();
      } catch (error) {
        session.recorder.abandon();
        throw error;
      }
    },
  };
}

/** The recording of one computation. */
class RecordingSession {
  readonly recorder: Recorder;
  readonly #mode: RecordingMode;
  readonly #runtime: Runtime;
  readonly #inputs: PlanInput[] = [];
  readonly #outputs: PlanOutput[] = [];
  readonly #values = new Map<string, TensorValue>();

  constructor(runtime: Runtime, mode: RecordingMode) {
    this.#runtime = runtime;
    this.#mode = mode;
    this.recorder = new Recorder(runtime.backend, runtime.kernels, mode);
  }

  /** Executes, and reads what was recorded. */
  watch(executor: Executor, inputs: NamedTensors, names: readonly string[]): void {
    let results: Results;
    try {
      results = executor(this.start(inputs), names);
    } finally {
      this.recorder.stop();
    }
    this.collect(names, results);
  }

  start(inputs: NamedTensors): Map<string, Tensor> {
    this.recorder.start();
    const tensors = createTensors(inputs);
    for (const [name, tensor] of tensors) {
      this.#inputs.push({ name, buffer: this.recorder.addInput(tensor, name) });
    }
    return tensors;
  }

  /** Reads the outputs before they are disposed of, except those that were not computed. */
  collect(names: readonly string[], results: Results): void {
    for (const [name, tensor] of named(names, results)) {
      const buffer = this.recorder.bufferOf(tensor);
      const { dtype, shape } = tensor;
      const isComputed =
        buffer !== undefined && (dtype === 'float32' || dtype === 'int32' || dtype === 'bool');
      const value = isComputed && !this.#mode.computes ? undefined : toTensorValue(tensor);
      if (value !== undefined) this.#values.set(name, value);
      if (isComputed) this.#outputs.push({ kind: 'computed', name, dtype, shape, buffer });
      else if (value !== undefined) this.#outputs.push({ kind: 'constant', name, value });
    }
  }

  /** Ends the recording after all tensors are disposed of. */
  finish(): Recorded {
    const values = this.#values;
    const finished = this.recorder.finish();
    if (finished.kind === 'obstacle') return { values, result: finished };
    const { kernels, backend, arena } = this.#runtime;
    const { functions, heap, weights } = kernels;
    const { recording } = finished;
    const compiler = { backend, functions, heap, weights };
    const recorded = { recording, inputs: this.#inputs, outputs: this.#outputs };
    const draft: PlanDraft = {
      create: (liberties) =>
        new Plan({ backend, functions, arena }, compilePlan(compiler, recorded, liberties)),
      prepare: (liberties, named) => {
        const compiled = compilePlan(compiler, recorded, liberties);
        try {
          const file = preparePlan({ backend, weights }, compiled, recording.constants, named);
          return file && writePlanFile(file);
        } finally {
          compiled.dispose();
        }
      },
      dispose: () => recording.constants.release(),
    };
    return { values, result: { kind: 'recording', draft } };
  }
}

function createTensors(inputs: NamedTensors): Map<string, Tensor> {
  return new Map([...inputs].map(([name, value]) => [name, toTensor(value)]));
}

function named(names: readonly string[], results: Results): [string, Tensor][] {
  return names.map((name, index) => {
    const result = results[index];
    if (result === undefined) throw new ExecutionError(`the model gave no output ${name}`);
    return [name, result];
  });
}
