import * as tf from '@tensorflow/tfjs-core';
import type { RegisteredKernels } from '../../../../worker/runtime/kernels/register_kernels.ts';
import type { Step } from '../../../../worker/runtime/plan/ir/step.ts';
import { Recorder } from '../../../../worker/runtime/plan/record/recorder.ts';
import type { NodeBackend } from '../../../fixtures/kernels/node_backend.ts';

/** Records a computation of one input, and returns the steps or the obstacle. */
export function recordedSteps(
  { backend }: Pick<NodeBackend, 'backend'>,
  kernels: RegisteredKernels,
  compute: (x: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
  computes: boolean,
) {
  const recorder = new Recorder(backend, kernels, { waits: false, computes });
  let buffer: number | undefined;
  let shape: number[] = [];
  try {
    tf.tidy(() => {
      recorder.start();
      try {
        const input = tf.tensor(x.dataSync(), x.shape);
        recorder.addInput(input, 'x');
        const result = compute(input);
        buffer = recorder.bufferOf(result);
        shape = result.shape;
      } finally {
        recorder.stop();
      }
    });
  } catch (error) {
    recorder.abandon();
    return { obstacle: String(error) };
  }
  const finished = recorder.finish();
  if (finished.kind === 'obstacle') return { obstacle: finished.reason };
  const { steps, bufferBytes, constants } = finished.recording;
  constants.release();
  return { steps: steps.map(described), bufferBytes, buffer, shape };
}

/** A step without the functions that each recording wraps anew. */
function described(step: Step): unknown {
  if (step.kind === 'function') return step;
  const { run, inputs, ...rest } = step;
  return { ...rest, inputs: [...inputs] };
}
