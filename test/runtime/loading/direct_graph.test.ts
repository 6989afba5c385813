import { GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTopology } from '../../../worker/model/graph_topology.ts';
import type { RegisteredKernels } from '../../../worker/runtime/kernels/register_kernels.ts';
import { directExecutor } from '../../../worker/runtime/loading/direct/direct_graph.ts';
import { registerOperations } from '../../../worker/runtime/operations/register_operations.ts';
import { randomValues } from '../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend, registerBuilt } from '../../fixtures/kernels/node_backend.ts';
import { recordedSteps } from '../plan/record/recorded_steps.ts';

let node: NodeBackend;
let kernels: RegisteredKernels;
beforeAll(async () => {
  node = await createNodeBackend();
  kernels = registerBuilt(node);
  registerOperations();
});
afterAll(() => kernels.unregister());

interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

/** A graph whose nodes each take the result of the one before. */
class Chain {
  readonly nodes: GraphNode[] = [{ name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' } } }];
  readonly weights: [name: string, values: Float32Array | Int32Array, shape: number[]][] = [];
  last = 'x';

  add(op: string, others: readonly string[] = [], attr: Readonly<Record<string, unknown>> = {}): void {
    const name = `${op}_${this.nodes.length}`;
    const T = { type: 'DT_FLOAT' };
    this.nodes.push({ name, op, input: [this.last, ...others], attr: { T, ...attr } });
    this.last = name;
  }

  weight(shape: number[], values?: Int32Array): string {
    const name = `w${this.weights.length}`;
    const count = tf.util.sizeFromShape(shape);
    this.weights.push([name, values ?? randomValues(count, this.weights.length), shape]);
    this.nodes.push({ name, op: 'Const', attr: { dtype: { type: values ? 'DT_INT32' : 'DT_FLOAT' } } });
    return name;
  }
}

const list = (...numbers: number[]) => ({ list: { i: numbers.map(String) } });
const text = (value: string) => ({ s: btoa(value) });
const texts = (...values: string[]) => ({ list: { s: values.map((value) => btoa(value)) } });

const windows = fc.record({
  strides: fc.constantFrom(1, 2).map((stride) => list(1, stride, stride, 1)),
  dilations: fc.constant(list(1, 1, 1, 1)),
  padding: fc.constantFrom('SAME', 'VALID').map(text),
  data_format: fc.constant(text('NHWC')),
});
const fusions = fc.constantFrom(['BiasAdd'], ['BiasAdd', 'Relu'], ['BiasAdd', 'Relu6'], ['BiasAdd', 'Elu']);
const fused = fc
  .tuple(windows, fusions)
  .map(([window, names]) => ({ ...window, fused_ops: texts(...names), num_args: { i: '1' } }));

/** A part of a network on an image of a number of channels. It returns the number of the result's channels. */
type Part = (chain: Chain, channels: number) => number;

const keep =
  (make: (chain: Chain, channels: number) => void): Part =>
  (chain, channels) => {
    make(chain, channels);
    return channels;
  };

const parts: fc.Arbitrary<Part> = fc.oneof(
  fc
    .constantFrom('Add', 'AddV2', 'Maximum', 'Minimum', 'Mul', 'Sub')
    .chain((op) =>
      fc
        .boolean()
        .map((isRow) => keep((chain, channels) => chain.add(op, [chain.weight(isRow ? [channels] : [])]))),
    ),
  fc.constantFrom('Relu', 'Relu6', 'Round', 'Sigmoid', 'Tanh').map((op) => keep((chain) => chain.add(op))),
  fc.tuple(fc.constantFrom(1, 3), fc.constantFrom(4, 8, 11), windows).map(
    ([size, out, attr]): Part =>
      (chain, channels) => {
        chain.add('Conv2D', [chain.weight([size, size, channels, out])], attr);
        return out;
      },
  ),
  fc.tuple(fc.constantFrom(1, 3), fc.constantFrom(4, 8, 11), fused).map(
    ([size, out, attr]): Part =>
      (chain, channels) => {
        const filter = chain.weight([size, size, channels, out]);
        chain.add('_FusedConv2D', [filter, chain.weight([out])], attr);
        return out;
      },
  ),
  windows.map((attr) =>
    keep((chain, channels) => chain.add('DepthwiseConv2dNative', [chain.weight([3, 3, channels, 1])], attr)),
  ),
  fused.map((attr) =>
    keep((chain, channels) => {
      const filter = chain.weight([3, 3, channels, 1]);
      chain.add('FusedDepthwiseConv2dNative', [filter, chain.weight([channels])], attr);
    }),
  ),
  fc
    .tuple(fc.constantFrom('AvgPool', 'MaxPool'), fc.constantFrom(2, 3), windows)
    .map(([op, size, attr]) =>
      keep((chain) => chain.add(op, [], { ...attr, ksize: list(1, size, size, 1) })),
    ),
  fc.constant(keep((chain) => chain.add('Identity'))),
  fc.constantFrom('DT_INT32', 'DT_UINT8', 'DT_BOOL').map((type) =>
    keep((chain) => {
      chain.add('Cast', [], { SrcT: { type: 'DT_FLOAT' }, DstT: { type } });
      chain.add('Cast', [], { SrcT: { type }, DstT: { type: 'DT_FLOAT' } });
    }),
  ),
  // Around a part, an addition of what the part begins with.
  fc.constantFrom('Relu', 'Tanh').map((op) =>
    keep((chain) => {
      const start = chain.last;
      chain.add(op);
      chain.add('Mul', [chain.weight([])]);
      chain.add('AddV2', [start]);
    }),
  ),
);

const ends: fc.Arbitrary<Part> = fc.tuple(fc.boolean(), fusions).map(([isEnded, names]) =>
  keep((chain, channels) => {
    if (!isEnded) return;
    chain.add('Mean', [chain.weight([2], Int32Array.of(1, 2))], { keep_dims: { b: false } });
    const matrix = chain.weight([channels, 6]);
    const attr = { fused_ops: texts(...names), num_args: { i: '1' }, transpose_b: { b: false } };
    chain.add('_FusedMatMul', [matrix, chain.weight([6])], attr);
    chain.add('Softmax');
  }),
);

/** Returns tfjs's executor of a graph, and the function that makes its calls without it. */
function executors({ nodes, weights }: Chain) {
  const model = new GraphModel({
    load: () => ({
      modelTopology: { node: nodes, versions: { producer: 1 } },
      weightSpecs: [],
      weightData: new ArrayBuffer(0),
    }),
  });
  model.load();
  const tensors = new Map(
    weights.map(([name, values, shape]) => [
      name,
      tf.keep(tf.tensor(values, shape, values instanceof Int32Array ? 'int32' : 'float32')),
    ]),
  );
  const executor: unknown = Reflect.get(model, 'executor');
  if (typeof executor !== 'object' || executor === null) throw new Error('tfjs has another executor');
  Reflect.set(
    executor,
    'weightMap',
    Object.fromEntries([...tensors].map(([name, tensor]) => [name, [tensor]])),
  );
  const direct = directExecutor(readTopology({ node: nodes }), undefined, (name) => tensors.get(name));
  return { model, direct };
}

test('the calls of a network are those that the executor makes, in order', () => {
  fc.assert(
    fc.property(fc.array(parts, { minLength: 1, maxLength: 7 }), ends, (middle, end) => {
      const chain = new Chain();
      let channels = 8;
      for (const part of [...middle, end]) channels = part(chain, channels);
      const { model, direct } = executors(chain);
      const x = tf.keep(tf.tensor(randomValues(24 * 24 * 8, 9), [1, 24, 24, 8]));
      const ofExecutor = recordedSteps(
        node,
        kernels,
        (x) => [model.execute({ x }, chain.last)].flat()[0] ?? x,
        x,
        false,
      );
      const made = recordedSteps(
        node,
        kernels,
        (x) => direct?.(new Map([['x', x]]), [chain.last])[0] ?? x,
        x,
        false,
      );
      x.dispose();
      model.dispose();
      // An image can become smaller than a filter.
      fc.pre('steps' in ofExecutor);
      expect(made).toEqual(ofExecutor);
    }),
    { numRuns: 40 },
  );
});
