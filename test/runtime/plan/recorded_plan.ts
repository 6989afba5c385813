import * as tf from '@tensorflow/tfjs-core';
import { Arena } from '../../../worker/runtime/backend/arena.ts';
import type { RegisteredKernels } from '../../../worker/runtime/kernels/register_kernels.ts';
import { compilePlan } from '../../../worker/runtime/plan/compile/compile_plan.ts';
import type { Step } from '../../../worker/runtime/plan/ir/step.ts';
import type { LoadedWeights } from '../../../worker/runtime/plan/prepared/loaded_weights.ts';
import type { PlanFile } from '../../../worker/runtime/plan/prepared/plan_file.ts';
import { preparePlan } from '../../../worker/runtime/plan/prepared/prepare_plan.ts';
import { Recorder } from '../../../worker/runtime/plan/record/recorder.ts';
import { Plan } from '../../../worker/runtime/plan/run/plan.ts';
import { type NodeBackend, registerBuilt } from '../../fixtures/kernels/node_backend.ts';

const NO_WEIGHTS: LoadedWeights = { get: () => undefined, entries: () => [] };

type Computation = (x: tf.Tensor) => tf.Tensor | tf.Tensor[];

/** A computation of one input as a plan. */
export interface RecordedPlan {
  /** The names of the steps that were recorded. */
  readonly recorded: readonly string[];
  readonly plan: Plan;
  readonly kernels: RegisteredKernels;
  /** The plan for storage. Its weights have no names, so that it has their bytes. */
  readonly file: PlanFile | undefined;
  /** Runs the plan with other values, and returns the values of the outputs. */
  run(values: Float32Array): Float32Array[];
  dispose(): void;
}

/**
 * Records a computation while it runs with this input, and makes a plan from it.
 *
 * @param build the build of the kernels
 * @param prepare makes weights before the recording
 */
export function recordPlan(
  node: NodeBackend,
  compute: Computation,
  x: { readonly shape: readonly number[]; readonly values: Float32Array },
  {
    build = 0,
    mayCopy = true,
    mayReorder = true,
    prepare,
  }: {
    readonly build?: 0 | 1;
    readonly mayCopy?: boolean;
    readonly mayReorder?: boolean;
    readonly prepare?: (kernels: RegisteredKernels) => void;
  } = {},
): RecordedPlan {
  const kernels = registerBuilt(node, build);
  prepare?.(kernels);
  const { functions, heap, weights } = kernels;
  const { backend } = node;
  const arena = new Arena(heap);
  const recorder = new Recorder(backend, kernels, { waits: false, computes: true });
  const outputs = tf.tidy(() => {
    recorder.start();
    const input = tf.tensor(x.values, [...x.shape], 'float32');
    const buffer = recorder.addInput(input, 'x');
    const results = [compute(input)].flat();
    recorder.stop();
    return {
      input: buffer,
      results: results.map((result, index) => ({
        name: `y${index}`,
        shape: result.shape,
        buffer: recorder.bufferOf(result),
      })),
    };
  });
  const finished = recorder.finish();
  if (finished.kind === 'obstacle') throw new Error(finished.reason);
  const { recording } = finished;
  const compiled = compilePlan(
    { backend, functions, heap, weights },
    {
      recording,
      inputs: [{ name: 'x', buffer: outputs.input }],
      outputs: outputs.results.map(({ name, shape, buffer = -1 }) => ({
        kind: 'computed',
        dtype: 'float32',
        name,
        shape,
        buffer,
      })),
    },
    { mayCopy, mayReorder },
  );
  const plan = new Plan({ backend, functions, arena }, compiled);
  return {
    kernels,
    get file() {
      return preparePlan({ backend, weights }, compiled, recording.constants, NO_WEIGHTS);
    },
    recorded: recording.steps.map(({ name }: Step) => name),
    plan,
    run: (values) => {
      const result = plan.run(new Map([['x', { dtype: 'float32', shape: x.shape, values }]]));
      if (result.kind !== 'computed') throw new Error(result.kind);
      return outputs.results.map(({ name }) => {
        const value = result.outputs.get(name);
        if (value?.dtype !== 'float32') throw new Error(`no ${name}`);
        return value.values;
      });
    },
    dispose: () => {
      plan.dispose();
      recording.constants.release();
      kernels.unregister();
    },
  };
}
