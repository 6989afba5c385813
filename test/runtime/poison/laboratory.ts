import * as tf from '@tensorflow/tfjs-core';
import { KERNEL_BUILDS } from '../../../scripts/build/kernel_build.ts';
import { type RegisteredKernels, registerKernels } from '../../../worker/runtime/kernels/register_kernels.ts';
import { compiled, createNodeBackend, type NodeBackend } from '../../fixtures/kernels/node_backend.ts';
import type { Dtype } from '../oracle/tensor.ts';
import { POISONS, PoisonedHeap } from './heap/poisoned_heap.ts';
import type { KernelCall, Sample } from './kernel_call.ts';
import { toBytes, toWord } from './words.ts';

const LIMIT_BYTES = 32 * 1024 * 1024;

/** The outcome of a call. */
export type Outcome =
  | { readonly kind: 'computed'; readonly outputs: readonly Sample[] }
  | { readonly kind: 'refused'; readonly message: string };

/** A fault that no call of a kernel may cause. */
class HeapFault extends Error {}

/** The backend and the kernels of a server, over memory that reveals reads of unwritten bytes. */
export class Laboratory {
  readonly node: NodeBackend;
  readonly kernels: RegisteredKernels;
  readonly heap: PoisonedHeap;

  readonly #complaints: string[];

  private constructor(node: NodeBackend, complaints: string[]) {
    this.node = node;
    this.#complaints = complaints;
    this.heap = new PoisonedHeap(node.backend);
    this.kernels = registerKernels(node.backend, compiled(KERNEL_BUILDS[0].output), node.memory, LIMIT_BYTES);
  }

  static async create(): Promise<Laboratory> {
    const complaints: string[] = [];
    return new Laboratory(await createNodeBackend((text) => complaints.push(text)), complaints);
  }

  /** Leaves the heap as it is, because its contents are unknown after a fault. */
  dispose(): void {
    this.kernels.abandon();
    this.node.backend.dispose = () => undefined;
    tf.engine().reset();
  }

  /**
   * Runs a kernel once under each poison, as tfjs's engine does.
   *
   * @throws HeapFault if it traps, writes outside its blocks, leaks tensors, or answers with the old contents of memory
   */
  call(call: KernelCall): Outcome {
    return this.underEachPoison(() => {
      const inputs = Object.fromEntries(
        Object.entries(call.inputs).map(([name, sample]) => [name, toTensor(sample)]),
      );
      try {
        const named = call.isList ? (Object.values(inputs) as unknown as tf.NamedTensorMap) : inputs;
        const attributes = structuredClone(call.attributes) as unknown as tf.NamedAttrMap;
        const given = tf.engine().runKernel(call.kernel, named, attributes);
        const outputs: tf.Tensor[] = [given as tf.Tensor | tf.Tensor[]].flat();
        const samples = outputs.map(toSample);
        tf.dispose(outputs);
        return samples;
      } finally {
        tf.dispose(inputs);
      }
    });
  }

  /** Runs a computation once under each poison. The computation must dispose its tensors. */
  underEachPoison(compute: () => readonly Sample[]): Outcome {
    const [first, ...others] = POISONS.map((poison) => {
      this.kernels.heap.dispose();
      this.heap.begin(poison);
      return this.#once(compute);
    });
    if (first === undefined) throw new Error('there is no poison');
    for (const other of others) expectSame(first, other);
    return first;
  }

  #once(compute: () => readonly Sample[]): Outcome {
    const { backend } = this.node;
    const [tensors, data] = [tf.memory().numTensors, backend.numDataIds()];
    const bytes = this.heap.liveBytes;
    this.#complaints.length = 0;
    const outcome = attempt(() => {
      const outputs = compute();
      // A server rejects an answer after such a complaint.
      if (this.#complaints.length > 0) throw new Error(this.#complaints.join());
      return outputs;
    });
    const stray = this.heap.findStray();
    if (stray !== undefined) throw new HeapFault(stray);
    if (tf.memory().numTensors !== tensors)
      throw new HeapFault(`${tf.memory().numTensors - tensors} tensors are left`);
    if (backend.numDataIds() !== data)
      throw new HeapFault(`data of ${backend.numDataIds() - data} tensors is left`);
    this.kernels.heap.dispose();
    if (this.heap.liveBytes > bytes)
      throw new HeapFault(`${this.heap.liveBytes - bytes} bytes are not freed`);
    return outcome;
  }
}

function attempt(compute: () => readonly Sample[]): Outcome {
  try {
    const outputs = compute();
    for (const output of outputs) expectNoPoison(output);
    return { kind: 'computed', outputs };
  } catch (error) {
    if (error instanceof HeapFault) throw error;
    if (error instanceof Error && error.name === 'RuntimeError')
      throw new HeapFault(`it trapped: ${error.message}`);
    return { kind: 'refused', message: error instanceof Error ? error.message : String(error) };
  }
}

function expectNoPoison({ dtype, shape, values }: Sample): void {
  if (dtype === 'string') return;
  const patterns = POISONS.filter((poison) => poison !== 0).map((poison) => {
    const bytes = new Uint8Array(4).fill(poison).buffer;
    return dtype === 'float32' ? new Float32Array(bytes)[0] : new Int32Array(bytes)[0];
  });
  const found = values.findIndex((value) => (dtype === 'bool' ? value > 1 : patterns.includes(value)));
  if (found >= 0)
    throw new HeapFault(`${dtype} [${shape}] holds unwritten memory at ${found}: ${values[found]}`);
}

function expectSame(first: Outcome, other: Outcome): void {
  if (first.kind === 'refused' || other.kind === 'refused') {
    if (first.kind === other.kind) return;
    throw new HeapFault(
      `whether it refuses depends on what memory held: ${describe(first)}, ${describe(other)}`,
    );
  }
  first.outputs.forEach((output, index) => {
    const again = other.outputs[index];
    const isSame =
      again !== undefined &&
      String(output.shape) === String(again.shape) &&
      output.values.every((value, place) => Object.is(value, again.values[place]));
    if (!isSame)
      throw new HeapFault(
        `what it answers depends on what memory held: ${describe(first)}, ${describe(other)}`,
      );
  });
}

export function describe(outcome: Outcome): string {
  if (outcome.kind === 'refused') return `refused: ${outcome.message}`;
  return outcome.outputs
    .map(({ dtype, shape, values }) => `${dtype} [${shape}] of ${values.slice(0, 8).join(' ')}`)
    .join('; ');
}

function toTensor({ dtype, shape, values }: Sample): tf.Tensor {
  if (dtype === 'string') return tf.tensor(values.map(toBytes) as unknown as string[], [...shape], 'string');
  if (dtype === 'bool') return tf.tensor(Uint8Array.from(values), [...shape], 'bool');
  return tf.tensor((dtype === 'int32' ? Int32Array : Float32Array).from(values), [...shape], dtype);
}

export function toSample(tensor: tf.Tensor): Sample {
  const dtype: Dtype = tensor.dtype === 'complex64' ? 'float32' : tensor.dtype;
  if (dtype === 'string') {
    const bytes: unknown = tf.engine().readSync(tensor.dataId);
    return { dtype, shape: tensor.shape, values: Array.isArray(bytes) ? bytes.map(toWord) : [] };
  }
  return { dtype, shape: tensor.shape, values: Array.from<number>(tensor.dataSync<'float32'>()) };
}
