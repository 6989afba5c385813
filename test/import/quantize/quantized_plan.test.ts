import { GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { quantizeGraph } from '../../../import/quantize/quantize_graph.ts';
import { simplify } from '../../../import/simplify/simplify.ts';
import { graphArtifacts } from '../../../import/tfjs/writer/graph_artifacts.ts';
import { randomValues } from '../../fixtures/kernels/comparison.ts';
import { createNodeBackend } from '../../fixtures/kernels/node_backend.ts';
import { recordPlan } from '../../runtime/plan/recorded_plan.ts';
import { ImageNetwork, image, SHAPE } from './image_network.ts';

test('a plan computes each layer of a quantized network in one step, equal bit for bit to the executor', async () => {
  const n = new ImageNetwork();
  const first = n.convolve(n.x, 16);
  const second = n.convolve(n.depthwise(first, 16), 16, '', 16);
  const sum = n.builder.node('Relu', [n.builder.node('AddV2', [first, second])]);
  const third = n.convolve(sum, 24, 'Relu6', 16);
  const float = n.graph(n.convolve(third, 8, '', 24));
  const { graph: simplified } = await simplify(float);
  const quantized = await quantizeGraph(simplified, async () => ({
    kind: 'read',
    value: [image(1), image(2)],
  }));
  if (quantized.kind !== 'read') throw new Error(quantized.message);
  const artifacts = await graphArtifacts(quantized.value.graph);

  const node = await createNodeBackend();
  const model = new GraphModel({ load: () => artifacts });
  model.load();
  const compute = (x: tf.Tensor): tf.Tensor => [model.predict(x)].flat()[0] as tf.Tensor;
  const values = (seed: number) => randomValues(tf.util.sizeFromShape([...SHAPE]), seed, 2);
  const recorded = recordPlan(node, compute, { shape: SHAPE, values: values(1) });
  expect(recorded.plan.hasCopies).toBe(true);
  expect(recorded.plan.isReordered).toBe(false);
  // The image is scaled, rounded, shifted and bounded, and becomes bytes; then five convolutions and a sum; then the bytes become
  // floats, which are shifted and scaled.
  expect(recorded.plan.steps).toBeLessThanOrEqual(5 + 6 + 3);
  for (const seed of [2, 3]) {
    const expected = tf.tidy(() => compute(tf.tensor(values(seed), [...SHAPE])).dataSync());
    expect(recorded.run(values(seed))).toEqual([expected]);
  }
  recorded.dispose();
  model.dispose();
});
