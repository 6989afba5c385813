import { GraphModel } from '@tensorflow/tfjs-converter';
import { type io, setBackend, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { gelu } from '../../../import/builder/activations.ts';
import { add, multiply, unary } from '../../../import/builder/elementwise.ts';
import { NodeBuilder } from '../../../import/builder/node_builder.ts';
import { batchProduct, dense } from '../../../import/builder/products.ts';
import { moments, softmax } from '../../../import/builder/reductions.ts';
import { reshape, transpose } from '../../../import/builder/shaping.ts';
import type { SymbolicTensor } from '../../../import/builder/symbolic_tensor.ts';
import type { Graph } from '../../../import/graph/graph.ts';
import { readOnnx } from '../../../import/onnx/read_onnx.ts';
import { simplify } from '../../../import/simplify/simplify.ts';
import { largestDifference } from '../../fixtures/graphs/compare_graphs.ts';
import { createNodeBackend, type NodeBackend } from '../../fixtures/kernels/node_backend.ts';
import { type EncoderForm, type EncoderSizes, encoder } from '../../fixtures/onnx/encoder.ts';
import { graphArtifacts } from '../../fixtures/saved_model/run_graph.ts';
import { recordPlan } from '../../runtime/plan/recorded_plan.ts';

const SIZES: EncoderSizes = { layers: 2, width: 32, heads: 4, steps: 12 };
const FORMS: readonly EncoderForm[] = ['in parts', 'by operators', 'by functions'];

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

async function read(form: EncoderForm): Promise<Graph> {
  const imported = await readOnnx(await encoder(form, SIZES).write());
  if (imported.kind !== 'read') throw new Error(imported.message);
  return imported.value.graph;
}

/** How many steps the plan of a graph has. */
async function stepsOf(graph: Graph): Promise<number> {
  await setBackend('wasm');
  const artifacts = await graphArtifacts((await simplify(graph)).graph);
  const model = new GraphModel<io.IOHandlerSync>({ load: () => artifacts });
  model.load();
  const shape = [1, SIZES.steps, SIZES.width];
  const values = Float32Array.from({ length: SIZES.steps * SIZES.width }, (_, index) => Math.sin(index));
  const recorded = recordPlan(node, (x) => model.execute({ x }), { shape, values });
  try {
    return recorded.plan.steps;
  } finally {
    recorded.dispose();
    model.dispose();
  }
}

/** The same encoder, as the layers of Keras become a graph. */
function kerasEncoder(): Graph {
  const g = new NodeBuilder();
  const { layers, width, heads, steps } = SIZES;
  const weight = (shape: readonly number[]) =>
    g.floats(
      Array.from(
        { length: shape.reduce((product, size) => product * size, 1) },
        (_, index) => Math.sin(index) / 4,
      ),
      shape,
    );
  const layer = (x: SymbolicTensor, from: number, to: number) =>
    dense(g, x, weight([from, to]), weight([to]));
  const normalize = (x: SymbolicTensor) => {
    const { centered, variance } = moments(g, x, [2]);
    const normal = multiply(g, centered, unary(g, 'Rsqrt', add(g, variance, 1e-5)));
    return add(g, multiply(g, normal, weight([width])), weight([width]));
  };
  const split = (x: SymbolicTensor) =>
    transpose(g, reshape(g, layer(x, width, width), [1, steps, heads, width / heads]), [0, 2, 1, 3]);
  let x = normalize(g.placeholder('x', 'float32', [1, steps, width]));
  for (let index = 0; index < layers; index++) {
    const [query, key, value] = [split(x), split(x), split(x)];
    const scores = multiply(
      g,
      batchProduct(g, query, key, { transposed: true }),
      1 / Math.sqrt(width / heads),
    );
    const mixed = transpose(g, batchProduct(g, softmax(g, scores, 3), value), [0, 2, 1, 3]);
    x = normalize(add(g, x, layer(reshape(g, mixed, [1, steps, width]), width, width)));
    x = normalize(add(g, layer(gelu(g, layer(x, width, 4 * width)), 4 * width, width), x));
  }
  const inputs = { x: { name: 'x:0', dtype: 'float32' as const, shape: [1, steps, width] } };
  const outputs = { y: { name: `${x.ref}:0`, dtype: 'float32' as const, shape: [1, steps, width] } };
  return {
    nodes: g.nodes,
    functions: [],
    weights: g.weights,
    signatures: { serving_default: { method: 'tensorflow/serving/predict', inputs, outputs } },
    producer: 1087,
  };
}

describe.each(FORMS)('an encoder %s', (form) => {
  test('has as many steps as the same encoder of Keras', async () => {
    expect(await stepsOf(await read(form))).toBe(await stepsOf(kerasEncoder()));
  });

  test('computes the same when it is simplified', async () => {
    const graph = await read(form);
    const { graph: simplified } = await simplify(graph);
    const values = Array.from({ length: SIZES.steps * SIZES.width }, (_, index) => Math.sin(index * 12.9898));
    const x = tensor(values, [1, SIZES.steps, SIZES.width]);
    expect(await largestDifference(graph, simplified, { x })).toBeLessThan(2e-5);
  });
});
