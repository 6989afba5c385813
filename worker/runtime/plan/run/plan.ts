import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import { elementCount, type NamedTensors, type TensorValue } from '../../../model/tensor.ts';
import type { Arena } from '../../backend/arena.ts';
import type { KernelFunctions } from '../../kernels/kernel_signatures.ts';
import type { CompiledPlan, PlanOutput } from '../compile/compiled_plan.ts';
import type { BufferId } from '../ir/buffers.ts';
import { type FunctionStep, orderedArguments } from '../ir/function_step.ts';
import { lifetimes } from '../ir/lifetimes.ts';
import type { Step } from '../ir/step.ts';
import { firstUnwritten } from '../ir/written_buffers.ts';
import { type ArenaLayout, layOutArena } from '../layout/arena_layout.ts';
import { readValues, writeValues } from '../layout/heap_values.ts';
import { createKernelRun } from './kernel_run.ts';

export type PlanResult =
  | { readonly kind: 'computed'; readonly outputs: NamedTensors }
  /** The arena cannot be allocated now. */
  | { readonly kind: 'no memory' }
  /** A kernel returned another shape or dtype than during the recording. */
  | { readonly kind: 'changed' }
  /** A value is outside of those that the plan covers. The executor computes such a request. */
  | { readonly kind: 'outside' };

/** The environment of a plan. */
export interface PlanRuntime {
  readonly backend: BackendWasm;
  readonly functions: KernelFunctions;
  readonly arena: Arena;
}

/** An input with its position in the arena. */
interface PlacedInput {
  readonly name: string;
  readonly offset: number;
}

/** An output, with its position in the arena if it is computed. */
type PlacedOutput =
  | (Extract<PlanOutput, { readonly kind: 'computed' }> & { readonly offset: number; readonly count: number })
  | Extract<PlanOutput, { readonly kind: 'constant' }>;

/** What became of a step. */
type StepResult = 'done' | Exclude<PlanResult['kind'], 'computed' | 'no memory'>;

/** An address argument that moves with the arena. */
interface ArenaArgument {
  readonly values: number[];
  readonly position: number;
  readonly offset: number;
}

/** A recorded computation: calls with fixed addresses for inputs of fixed shapes. */
export class Plan {
  readonly #runtime: PlanRuntime;
  readonly #inputs: readonly PlacedInput[];
  readonly #outputs: readonly PlacedOutput[];
  readonly #layout: ArenaLayout;
  readonly #copies: CompiledPlan['copies'];
  readonly #disposeCopies: () => void;
  /** True if the order of its sums differs from the executor's. */
  readonly isReordered: boolean;
  /**
   * True if convolutions use Winograd's algorithm, in which a pixel that is not finite also affects its neighbors'
   * results.
   */
  readonly isTransformed: boolean;
  readonly #runs: (() => StepResult)[];
  readonly #moving: ArenaArgument[] = [];
  /** The arena's address for which the arguments were last set. */
  #start: number | undefined;

  constructor(runtime: PlanRuntime, compiled: CompiledPlan) {
    const { steps, bufferBytes, inputs, outputs } = compiled;
    this.#runtime = runtime;
    this.#copies = compiled.copies;
    this.#disposeCopies = compiled.dispose;
    this.isReordered = compiled.isReordered;
    this.isTransformed = steps.some(({ name }) => name === 'winograd_conv2d');
    const inputBuffers = inputs.map(({ buffer }) => buffer);
    const results = outputs.flatMap((output) => (output.kind === 'computed' ? [output.buffer] : []));
    const unwritten = firstUnwritten(steps, inputBuffers, results);
    if (unwritten !== undefined) throw new Error(`a plan reads the buffer ${unwritten}, which no step wrote`);
    const lives = lifetimes(steps, inputBuffers, results);
    this.#layout = layOutArena(
      [...lives].map(([id, life]) => ({ id, bytes: bufferBytes[id] ?? 0, ...life })),
    );
    this.#inputs = inputs.map(({ name, buffer }) => ({ name, offset: this.#offset(buffer) }));
    this.#outputs = outputs.map((output) =>
      output.kind === 'computed'
        ? { ...output, offset: this.#offset(output.buffer), count: elementCount(output.shape) }
        : output,
    );
    this.#runs = steps.map((step) => this.#createRun(step));
    runtime.arena.reserve(this, this.#layout.bytes);
  }

  /** The names of the non-empty outputs that depend on the inputs' values. */
  get computedOutputs(): string[] {
    return this.#outputs.flatMap((output) =>
      output.kind === 'computed' && output.count > 0 ? [output.name] : [],
    );
  }

  get steps(): number {
    return this.#runs.length;
  }

  /** True if the plan has its own copies of weights. */
  get hasCopies(): boolean {
    return this.#copies.length > 0;
  }

  /** Computes outputs for inputs of the recorded shapes. */
  run(inputs: NamedTensors): PlanResult {
    const start = this.#runtime.arena.address();
    if (start === undefined) return { kind: 'no memory' };
    if (start !== this.#start) this.#moveTo(start);
    const { wasm } = this.#runtime.backend;
    for (const { name, offset } of this.#inputs) {
      const value = inputs.get(name);
      if (value === undefined) throw new Error(`a plan was run without its input ${name}`);
      writeValues(wasm, value, start + offset);
    }
    for (const run of this.#runs) {
      const result = run();
      if (result !== 'done') return { kind: result };
    }
    const outputs = new Map<string, TensorValue>();
    for (const output of this.#outputs) {
      outputs.set(
        output.name,
        output.kind === 'computed' ? readValues(wasm, output, start + output.offset) : copyOf(output.value),
      );
    }
    return { kind: 'computed', outputs };
  }

  /** Frees the plan's own memory, but not the recording. It must not be called after the backend was discarded. */
  dispose(): void {
    this.#runtime.arena.release(this);
    this.#disposeCopies();
  }

  #offset(buffer: BufferId): number {
    return this.#layout.offsets.get(buffer) ?? 0;
  }

  #moveTo(start: number): void {
    this.#start = start;
    for (const { values, position, offset } of this.#moving) values[position] = start + offset;
  }

  #createRun(step: Step): () => StepResult {
    if (step.kind === 'function') return this.#createCall(step);
    const run = createKernelRun(step, this.#runtime.backend, (buffer) => {
      return (this.#start ?? 0) + this.#offset(buffer);
    });
    return () => (run() ? 'done' : 'changed');
  }

  /** A kernel that covers all values returns nothing. Others return 0 for values that they do not cover. */
  #createCall(step: FunctionStep): () => StepResult {
    const values: number[] = [];
    for (const [position, value] of orderedArguments(step).entries()) {
      if (typeof value === 'number') values.push(value);
      else {
        const offset = this.#offset(value.buffer) + value.offset;
        this.#moving.push({ values, position, offset });
        values.push(0);
      }
    }
    const call: (...values: never[]) => unknown = this.#runtime.functions[step.name];
    return () => (Reflect.apply(call, undefined, values) === 0 ? 'outside' : 'done');
  }
}

function copyOf(value: TensorValue): TensorValue {
  switch (value.dtype) {
    case 'float32':
      return { ...value, values: value.values.slice() };
    case 'int32':
      return { ...value, values: value.values.slice() };
    case 'bool':
      return { ...value, values: value.values.slice() };
    case 'string':
      return { ...value, values: value.values.slice() };
  }
}
