import { GraphModel } from '@tensorflow/tfjs-converter';
import { type io, setBackend, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Graph, NodeAttribute } from '../../../import/graph/graph.ts';
import { quantizeDynamicProducts } from '../../../import/quantize/dynamic_products.ts';
import { graphDefinition } from '../../../import/tfjs/writer/graph_json.ts';
import { signatureDefinition } from '../../../import/tfjs/writer/signature_json.ts';
import { readTopology } from '../../../worker/model/graph_topology.ts';
import type { WeightSpec } from '../../../worker/model/model_json.ts';
import type { RegisteredKernels } from '../../../worker/runtime/kernels/register_kernels.ts';
import { registerOperations } from '../../../worker/runtime/operations/register_operations.ts';
import { createWeightSink } from '../../../worker/runtime/weights/create_weight_sink.ts';
import { graphMatrices } from '../../../worker/runtime/weights/graph_matrices.ts';
import { matrixLayout } from '../../../worker/runtime/weights/matrix_role.ts';
import { FLOAT, GraphBuilder, text } from '../../fixtures/graphs/graph_builder.ts';
import { randomValues } from '../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend } from '../../fixtures/kernels/node_backend.ts';
import { recordPlan } from '../../runtime/plan/recorded_plan.ts';

let node: NodeBackend;
beforeAll(async () => {
  registerOperations();
  node = await createNodeBackend();
});

interface StoredWeight {
  readonly spec: WeightSpec;
  readonly bytes: Uint8Array;
}

/** The weights of a graph as its files have them. */
async function storedWeights({ weights }: Graph): Promise<StoredWeight[]> {
  return Promise.all(
    [...weights].map(async ([name, { dtype, shape, quantized, read }]) => ({
      spec: {
        ...{ name, dtype, shape: [...shape] },
        ...(quantized === undefined ? {} : { quantization: quantized.quantization }),
      },
      bytes: new Uint8Array(await (quantized === undefined ? read() : quantized.read())),
    })),
  );
}

/** Loads weights as the server does. */
function loadWeights(
  kernels: RegisteredKernels,
  graph: Graph,
  stored: readonly StoredWeight[],
): Record<string, Tensor[]> {
  const roles = graphMatrices(readTopology(graphDefinition(graph)));
  return Object.fromEntries(
    stored.map(({ spec, bytes }) => {
      const role = roles.get(spec.name);
      const sink = createWeightSink(kernels, spec, role && matrixLayout(spec, role));
      sink.write(bytes);
      return [spec.name, [sink.finish()]];
    }),
  );
}

function modelOf(graph: Graph): GraphModel<io.IOHandlerSync> {
  const model = new GraphModel<io.IOHandlerSync>({
    load: () => ({
      modelTopology: JSON.parse(JSON.stringify(graphDefinition(graph))),
      signature: JSON.parse(JSON.stringify(signatureDefinition(graph))),
      weightSpecs: [],
      weightData: new ArrayBuffer(0),
    }),
  });
  model.load();
  return model;
}

const fused = (...operations: readonly string[]): Record<string, NodeAttribute> => ({
  T: FLOAT,
  fused_ops: { list: { s: operations.map((name) => text(name).s ?? '') } },
  num_args: { i: '1' },
});
const equation = (of: string): Record<string, NodeAttribute> => ({ T: FLOAT, equation: text(of) });

/** The steps of a quantization and a product. */
const TWO = 2;

describe('a plan computes in bytes what is quantized here', () => {
  test.each<[string, readonly number[], (b: GraphBuilder, x: string) => string, number]>([
    ['a product of rows', [5, 64], (b, x) => b.node('MatMul', [x, b.floats([64, 600])]), TWO],
    ['a product of one row', [1, 64], (b, x) => b.node('MatMul', [x, b.floats([64, 600])]), TWO],
    [
      'a product with a transposed matrix',
      [5, 64],
      (b, x) => b.node('MatMul', [x, b.floats([600, 64])], { T: FLOAT, transpose_b: { b: true } }),
      TWO,
    ],
    [
      'a product with a bias and an activation',
      [5, 64],
      (b, x) => b.node('_FusedMatMul', [x, b.floats([64, 600]), b.floats([600])], fused('BiasAdd', 'Relu')),
      TWO,
    ],
    [
      'two products of the same rows',
      [5, 64],
      (b, x) =>
        b.node('AddV2', [
          b.node('MatMul', [x, b.floats([64, 600])]),
          b.node('MatMul', [x, b.floats([64, 600])]),
        ]),
      TWO + 1,
    ],
    ['a product of batches', [2, 3, 64], (b, x) => b.node('BatchMatMulV2', [x, b.floats([64, 600])]), TWO],
    [
      'an equation with columns of two dimensions',
      [2, 3, 64],
      (b, x) => b.node('Einsum', [x, b.floats([64, 4, 150])], equation('abc,cde->abde')),
      TWO,
    ],
    [
      'an equation with rows of two dimensions',
      [2, 3, 4, 16],
      (b, x) => b.node('Einsum', [x, b.floats([4, 16, 600])], equation('abcd,cde->abe')),
      TWO,
    ],
  ])('%s', async (_name, shape, make, steps) => {
    const b = new GraphBuilder(1);
    b.output(make(b, b.input(shape)));
    const { graph } = await quantizeDynamicProducts(b.graph(shape.length));
    const stored = await storedWeights(graph);
    await setBackend('wasm');
    const model = modelOf(graph);
    const executor: unknown = Reflect.get(model, 'executor');
    if (typeof executor !== 'object' || executor === null) throw new Error('there is no executor');
    const prepare = (kernels: RegisteredKernels) => {
      Reflect.set(executor, 'weightMap', loadWeights(kernels, graph, stored));
    };
    const compute = (x: Tensor) => model.execute({ x });
    const count = shape.reduce((product, size) => product * size, 1);
    const values = (seed: number) => randomValues(count, seed, 3);
    const recorded = recordPlan(node, compute, { shape, values: values(1) }, { prepare });
    try {
      expect(recorded.plan.steps).toBe(steps);
      const outputs = () => [compute(tensor(values(2), [...shape]))].flat();
      const expected = tidy(() => outputs().map((each) => each.dataSync()));
      expect(recorded.run(values(2))).toEqual(expected);
    } finally {
      recorded.dispose();
    }
  });
});
