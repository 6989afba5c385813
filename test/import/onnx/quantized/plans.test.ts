import { GraphModel } from '@tensorflow/tfjs-converter';
import { type io, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Graph } from '../../../../import/graph/graph.ts';
import { readOnnx } from '../../../../import/onnx/read_onnx.ts';
import { simplify } from '../../../../import/simplify/simplify.ts';
import { createNodeBackend, type NodeBackend } from '../../../fixtures/kernels/node_backend.ts';
import { quantizedAnswer } from '../../../fixtures/onnx/quantized_arithmetic.ts';
import { type QuantizedForm, writeQuantized } from '../../../fixtures/onnx/quantized_forms.ts';
import { IMAGE_SHAPE, imageValues } from '../../../fixtures/onnx/quantized_network.ts';
import { graphArtifacts } from '../../../fixtures/saved_model/run_graph.ts';
import { recordPlan } from '../../../runtime/plan/recorded_plan.ts';

const FEWER_STEPS = 15;

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

async function read(form: QuantizedForm): Promise<Graph> {
  const imported = await readOnnx(await writeQuantized(form, true).write());
  if (imported.kind !== 'read') throw new Error(imported.message);
  return (await simplify(imported.value.graph)).graph;
}

describe.each<QuantizedForm>(['QDQ', 'simulated', 'QLinear'])('a network in the form %s', (form) => {
  test('is computed in bytes by a plan', async () => {
    const artifacts = await graphArtifacts(await read(form));
    // Constants were computed by another backend.
    await setBackend('wasm');
    const model = new GraphModel<io.IOHandlerSync>({ load: () => artifacts });
    model.load();
    const image = { shape: [...IMAGE_SHAPE], values: Float32Array.from(imageValues(1)) };
    const compute = (x: Tensor) => model.execute({ x });
    const inFloats = recordPlan(node, compute, image, { mayCopy: false });
    const steps = inFloats.plan.steps;
    inFloats.dispose();
    const recorded = recordPlan(node, compute, image);
    try {
      expect(recorded.plan.hasCopies).toBe(true);
      // Three convolutions and an addition become one step each of five or more.
      expect(recorded.plan.steps).toBeLessThan(steps - FEWER_STEPS);
      const other = imageValues(2);
      expect(recorded.run(Float32Array.from(other)).map((each) => [...each])).toEqual([
        quantizedAnswer(other, true),
      ]);
    } finally {
      recorded.dispose();
      model.dispose();
    }
  });

  test('stores its weights in bytes', async () => {
    const graph = await read(form);
    const filters = [...graph.weights.values()].filter(({ shape }) => shape.length > 1);
    const stored = filters.filter(({ quantized }) => quantized?.quantization.dtype === 'uint8');
    // Three convolutions and a matrix.
    expect(stored.map(({ shape }) => shape)).toEqual(
      expect.arrayContaining([
        [3, 3, 3, 12],
        [3, 3, 12, 1],
        [1, 1, 12, 12],
      ]),
    );
  });
});
