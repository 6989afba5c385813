import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { BYTES_PER_ELEMENT } from '../../../model/dtype.ts';
import { elementCount } from '../../../model/tensor.ts';
import { activateRecording } from '../../backend/active_recording.ts';
import type { Compute } from '../../kernels/gate/gate.ts';
import { KERNEL_TABLE } from '../../kernels/kernel_table.ts';
import type { RegisteredKernels } from '../../kernels/register_kernels.ts';
import { ExecutionError } from '../../loaded_model.ts';
import type { BufferId } from '../ir/buffers.ts';
import type { KernelInput, KernelOutput, Step } from '../ir/step.ts';
import { firstUnwritten } from '../ir/written_buffers.ts';
import { HeldConstants } from './held_constants.ts';
import { Outline } from './outline.ts';
import { createRecordingContext, type RecordingContext } from './recording_context.ts';
import { wrapKernels, wrapRandomness, wrapReads, wrapTensorCreation, wrapViews } from './recording_hooks.ts';
import type { RecordingMode } from './recording_mode.ts';

type DataId = TensorInfo['dataId'];
type KernelCall = Parameters<KernelConfig['kernelFunc']>[0];
type KernelResult = ReturnType<KernelConfig['kernelFunc']>;
type Outlined = [outputs: Parameters<Compute>[1], isList: Parameters<Compute>[2]];

/** The most steps. A longer unrolled loop would only take memory. */
const MOST_STEPS = 10_000;

/**
 * The most bytes of tensors computed only from weights that a plan may keep. The memory budget does not include them.
 */
const MOST_CONSTANT_BYTES = 8 * 1024 * 1024;

const ELEMENT_BYTES: Readonly<Partial<Record<TensorInfo['dtype'], number>>> = BYTES_PER_ELEMENT;

export interface Recording {
  readonly steps: readonly Step[];
  /** The bytes of each buffer by its number. */
  readonly bufferBytes: readonly number[];
  /** The constants of the steps, which this recording keeps in memory. */
  readonly constants: HeldConstants;
}

/**
 * Records one execution of a model by tfjs. Every kernel call whose inputs depend on the values of the model's inputs
 * becomes steps. All other results are constants.
 */
export class Recorder {
  readonly #backend: BackendWasm;
  readonly #kernels: RegisteredKernels;
  readonly #mode: RecordingMode;
  /** Undefined if calls are made. */
  readonly #outline: Outline | undefined;
  readonly #context: RecordingContext;
  readonly #buffers = new Map<DataId, BufferId>();
  /** The origin of each tensor, for messages. */
  readonly #origins = new Map<DataId, string>();
  readonly #bufferBytes: number[] = [];
  readonly #created: DataId[] = [];
  readonly #inputs: BufferId[] = [];
  readonly #constants: HeldConstants;
  readonly #steps: Step[] = [];
  #restore: (() => void) | undefined;
  #deactivate: (() => void) | undefined;
  #depth = 0;
  #obstacle: string | undefined;

  constructor(backend: BackendWasm, kernels: RegisteredKernels, mode: RecordingMode) {
    this.#mode = mode;
    this.#outline = mode.computes ? undefined : new Outline(backend);
    this.#backend = backend;
    this.#kernels = kernels;
    this.#constants = new HeldConstants(backend);
    this.#context = createRecordingContext(kernels, backend, mode.computes, {
      bufferOf: (tensor) => this.bufferOf(tensor),
      createBuffer: (bytes) => this.#bufferBytes.push(bytes) - 1,
      addTensor: ({ dataId }, buffer) => this.#buffers.set(dataId, buffer),
      hold: ({ dataId }) => this.#constants.hold(dataId),
      unknownAddress: (name) => this.#note(`${name} was called with an unknown address`),
    });
  }

  /** Starts the recording. Other computations must suspend it: see active_recording.ts. */
  start(): void {
    this.#deactivate = activateRecording({
      suspend: () => this.#unwatch(),
      resume: () => this.#watch(),
    });
    this.#watch();
  }

  stop(): void {
    this.#deactivate?.();
    this.#unwatch();
    this.#context.dispose();
  }

  /** Declares a tensor as an input. */
  addInput(tensor: TensorInfo, name: string): BufferId {
    this.#addTensor(tensor, `the input ${name}`);
    const buffer = this.#placeOf(tensor);
    this.#inputs.push(buffer);
    this.#outline?.add(tensor);
    return buffer;
  }

  /** Returns the buffer of a tensor, or undefined if the tensor does not depend on the inputs' values. */
  bufferOf({ dataId }: TensorInfo): BufferId | undefined {
    return this.#buffers.get(dataId);
  }

  /**
   * Ends the recording after all temporary tensors are disposed of.
   *
   * @returns the recording, or why it cannot be replayed
   */
  finish(): { readonly kind: 'recorded'; readonly recording: Recording } | ObstacleFound {
    const own = this.#mode.waits ? [] : this.#created;
    const kept = [...own, ...this.#buffers.keys()].some(
      (dataId) => this.#backend.refCount(dataId) > (this.#constants.has(dataId) ? 1 : 0),
    );
    if (kept) this.#note('it keeps state from one run to the next');
    if (this.#computedBytes() > MOST_CONSTANT_BYTES)
      this.#note(`it would keep more than ${MOST_CONSTANT_BYTES} bytes of computed constants`);
    if (firstUnwritten(this.#steps, this.#inputs, []) !== undefined)
      this.#note('it reads memory that none of its kernels wrote');
    if (this.#obstacle !== undefined) {
      this.#constants.release();
      return { kind: 'obstacle', reason: this.#obstacle };
    }
    return {
      kind: 'recorded',
      recording: {
        steps: this.#steps,
        bufferBytes: this.#bufferBytes,
        constants: this.#constants,
      },
    };
  }

  /** Discards the recording of a failed computation. */
  abandon(): void {
    this.#constants.release();
  }

  /** Returns the bytes of constants that were created during the recording, so that they are not weights. */
  #computedBytes(): number {
    return this.#created
      .filter((dataId) => this.#constants.has(dataId))
      .reduce((sum, dataId) => {
        const { shape, dtype } = this.#backend.dataIdMap.get(dataId);
        return sum + (ELEMENT_BYTES[dtype] ?? 0) * elementCount(shape);
      }, 0);
  }

  #watch(): void {
    const restore = [
      wrapKernels((config, call) => this.#run(config, call)),
      wrapReads(this.#backend, (dataId) => this.#noteRead(dataId)),
      ...(this.#outline ? [wrapViews(this.#backend, (dataId) => this.#noteRead(dataId))] : []),
      wrapTensorCreation(this.#backend, (dataId) => this.#created.push(dataId)),
      wrapRandomness(() => this.#note('it draws random numbers')),
    ];
    this.#restore = () => {
      for (const each of restore.reverse()) each();
    };
  }

  #unwatch(): void {
    this.#restore?.();
    this.#restore = undefined;
  }

  #placeOf(tensor: TensorInfo): BufferId {
    const buffer = this.bufferOf(tensor);
    if (buffer === undefined) throw new Error('a tensor was not added to the recording');
    return buffer;
  }

  /**
   * Records an obstacle. Only the first one is reported.
   *
   * @throws ExecutionError if nothing is computed, since there are no values to go on with
   */
  #note(obstacle: string): void {
    this.#obstacle ??= obstacle;
    if (this.#outline !== undefined) throw new ExecutionError(obstacle);
  }

  #noteRead(dataId: DataId): void {
    // A kernel may read what is computed.
    const isComputed = this.#outline?.has(dataId) ?? true;
    if (this.#buffers.has(dataId) && (this.#depth === 0 || !isComputed)) {
      this.#note(`what it computes depends on the values of ${this.#origins.get(dataId)}`);
    }
  }

  #addTensor({ dataId, shape, dtype }: TensorInfo, origin: string): void {
    const bytes = ELEMENT_BYTES[dtype];
    if (bytes === undefined) this.#note(`${origin} is of dtype ${dtype}`);
    if (!this.#buffers.has(dataId)) {
      this.#buffers.set(dataId, this.#bufferBytes.push((bytes ?? 0) * elementCount(shape)) - 1);
    }
    this.#origins.set(dataId, origin);
  }

  #run(config: KernelConfig, call: KernelCall): KernelResult {
    // A kernel that another kernel calls is part of that kernel.
    if (this.#depth > 0 || this.#obstacle !== undefined) return config.kernelFunc(call);
    const inputs = Object.values(call.inputs).filter((input) => input !== undefined && input !== null);
    if (!inputs.some((input) => this.#buffers.has(input.dataId))) return config.kernelFunc(call);
    this.#depth++;
    try {
      // If the gate answers without the kernel, the result depends only on shapes and is a constant.
      const result = this.#kernels.gate.pass(
        config.kernelName,
        call,
        (checked, outputs, isList) =>
          this.#runOurs(config, checked) ??
          this.#runKernel(config, call, inputs, () => this.#compute(config, call, inputs, outputs, isList)),
      );
      for (const output of [result].flat())
        this.#origins.set(output.dataId, `an output of ${config.kernelName}`);
      if (this.#steps.length > MOST_STEPS) this.#note(`it is more than ${MOST_STEPS} calls`);
      return result;
    } finally {
      this.#depth--;
    }
  }

  #runOurs({ kernelName }: KernelConfig, call: KernelCall): TensorInfo | undefined {
    const result = KERNEL_TABLE[kernelName]?.fast?.(this.#context, call);
    const calls = this.#context.takeCalls();
    this.#steps.push(...calls);
    if (result === undefined && calls.length > 0) this.#note(`${kernelName} was computed in part`);
    return result;
  }

  /** Computes a call of tfjs's own kernel, or makes its outputs without values. */
  #compute(
    config: KernelConfig,
    call: KernelCall,
    inputs: readonly TensorInfo[],
    ...[outputs, isList]: Outlined
  ): KernelResult {
    if (this.#outline === undefined) return config.kernelFunc(call);
    const given = inputs.filter(({ dataId }) => this.#buffers.has(dataId));
    const made = this.#outline.call(config, call, given, outputs, isList);
    if (made === undefined) this.#note(`the shape of what ${config.kernelName} answers depends on values`);
    return made ?? [];
  }

  /** Runs tfjs's own kernel as one step, unless it only returns its input in another shape. */
  #runKernel(
    config: KernelConfig,
    call: KernelCall,
    inputs: readonly TensorInfo[],
    compute: () => KernelResult,
  ): KernelResult {
    const result = compute();
    const outputs = [result].flat();
    const fresh = outputs.filter(({ dataId }) => inputs.every((input) => input.dataId !== dataId));
    if (fresh.length === 0 && outputs.every(({ dataId }) => this.#buffers.has(dataId))) return result;
    if (fresh.length < outputs.length)
      this.#note(`${config.kernelName} answers its input beside other outputs`);
    for (const output of outputs) this.#addTensor(output, `an output of ${config.kernelName}`);
    const recorded = [...Object.entries(call.inputs)].flatMap(([name, input]): [string, KernelInput][] =>
      input === undefined || input === null ? [] : [[name, this.#kernelInput(input)]],
    );
    const places = outputs.map(
      (output): KernelOutput => ({
        buffer: this.#placeOf(output),
        shape: output.shape,
        dtype: output.dtype,
      }),
    );
    this.#steps.push({
      kind: 'kernel',
      name: config.kernelName,
      run: config.kernelFunc,
      inputs: new Map(recorded),
      isList: Array.isArray(call.inputs),
      attributes: call.attrs,
      outputs: places,
      reads: recorded.flatMap(([, input]) => (input.kind === 'buffer' ? [input.buffer] : [])),
      writes: places.map(({ buffer }) => buffer),
    });
    return result;
  }

  #kernelInput({ dataId, shape, dtype }: TensorInfo): KernelInput {
    const buffer = this.#buffers.get(dataId);
    if (buffer !== undefined) return { kind: 'buffer', buffer, shape, dtype };
    this.#constants.hold(dataId);
    return { kind: 'constant', tensor: { dataId, shape, dtype } };
  }
}

export interface ObstacleFound {
  readonly kind: 'obstacle';
  readonly reason: string;
}
