import { tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Graph, Weight } from '../../../import/graph/graph.ts';
import { textsAttribute } from '../../../import/simplify/attributes.ts';
import { simplify } from '../../../import/simplify/simplify.ts';
import { largestDifference } from '../../fixtures/graphs/compare_graphs.ts';
import { convolution, FLOAT, GraphBuilder, integers } from '../../fixtures/graphs/graph_builder.ts';
import { float32Weight, int32Weight } from '../../fixtures/graphs/memory_weight.ts';

const BATCH_NORM = { T: FLOAT, is_training: { b: false }, epsilon: { f: 0.001 } };

function batchNorm(builder: GraphBuilder, input: string, channels: number): string {
  const vector = (center: number) => builder.floats([channels], center);
  return builder.node('FusedBatchNormV3', [input, vector(1), vector(0), vector(0), vector(2)], BATCH_NORM);
}

/** The operations of a graph in order, without constants and inputs. */
async function operations(graph: Graph): Promise<string[]> {
  const { graph: simplified } = await simplify(graph);
  return simplified.nodes
    .filter(({ op }) => op !== 'Const' && op !== 'Placeholder')
    .map((node) => [node.op, ...textsAttribute(node, 'fused_ops')].join(' '))
    .sort();
}

function expectSame(graph: Graph, shape: readonly number[]) {
  const count = shape.reduce((product, size) => product * size, 1);
  const x = tensor(
    Array.from({ length: count }, (_, index) => Math.cos(index * 7.1)),
    [...shape],
  );
  return simplify(graph).then(async (simplified) =>
    expect(await largestDifference(graph, simplified.graph, { x })).toBeLessThan(2e-5),
  );
}

describe('simplifying', () => {
  test('makes one operation of a convolution, its batch norm, bias and activation', async () => {
    const builder = new GraphBuilder(1);
    const x = builder.input([-1, 4, 4, 2]);
    const sum = builder.node('Conv2D', [x, builder.floats([3, 3, 2, 3])], convolution(false));
    const biased = builder.node('BiasAdd', [sum, builder.floats([3])]);
    builder.output(builder.node('Relu6', [batchNorm(builder, biased, 3)]));
    const graph = builder.graph(4);
    expect(await operations(graph)).toEqual(['_FusedConv2D BiasAdd Relu6']);
    await expectSame(graph, [2, 4, 4, 2]);
  });

  test('states a window of constants, and leaves one that a request gives', async () => {
    const pooled = (window: (builder: GraphBuilder) => string) => {
      const builder = new GraphBuilder(9);
      const inputs = [builder.input([-1, 4, 4, 2]), window(builder), builder.integers([1, 2, 2, 1])];
      builder.output(builder.node('MaxPoolV2', inputs, { T: FLOAT }));
      return builder.graph(4);
    };
    const constant = pooled((builder) => builder.integers([1, 3, 3, 1]));
    const given = pooled((builder) => builder.node('Shape', [builder.node('Relu', ['x'])]));
    expect(await operations(constant)).toEqual(['MaxPool']);
    expect(await operations(given)).toEqual(['MaxPoolV2', 'Relu', 'Shape']);
  });

  test('makes one operation and a squeeze of a convolution in one dimension', async () => {
    const builder = new GraphBuilder(2);
    const wide = builder.node('ExpandDims', [
      builder.input([-1, 8, 2]),
      builder.constant(int32Weight([], [1])),
    ]);
    const sum = builder.node('Conv2D', [wide, builder.floats([1, 3, 2, 3])], convolution(false));
    const narrow = builder.node('Squeeze', [sum], { T: FLOAT, squeeze_dims: integers([-3]) });
    builder.output(builder.node('Relu', [builder.node('BiasAdd', [narrow, builder.floats([3])])]));
    const graph = builder.graph(3);
    expect(await operations(graph)).toEqual(['ExpandDims', 'Squeeze', '_FusedConv2D BiasAdd Relu']);
    await expectSame(graph, [2, 8, 2]);
  });

  test('makes one operation between reshapes of a dense layer on three dimensions', async () => {
    const builder = new GraphBuilder(3);
    const x = builder.input([-1, 5, 2]);
    const flat = builder.node('Reshape', [x, builder.integers([-1, 2])]);
    const product = builder.node('MatMul', [flat, builder.floats([2, 3])], { T: FLOAT });
    const deep = builder.node('Reshape', [product, builder.integers([-1, 5, 3])]);
    builder.output(builder.node('Relu', [builder.node('BiasAdd', [deep, builder.floats([3])])]));
    const graph = builder.graph(3);
    expect(await operations(graph)).toEqual(['Reshape', 'Reshape', '_FusedMatMul BiasAdd Relu']);
    await expectSame(graph, [2, 5, 2]);
  });

  test('merges nothing into a node that is read twice or named by a signature', async () => {
    for (const reader of ['output', 'node'] as const) {
      const builder = new GraphBuilder(4);
      const sum = builder.node('MatMul', [builder.input([-1, 2]), builder.floats([2, 2])], { T: FLOAT });
      if (reader === 'output') builder.output(sum);
      else builder.output(builder.node('Tanh', [sum]));
      builder.output(builder.node('Relu', [builder.node('BiasAdd', [sum, builder.floats([2])])]));
      const graph = builder.graph(2);
      expect(await operations(graph)).toContain('MatMul');
      await expectSame(graph, [3, 2]);
    }
  });

  test('leaves a filter that another convolution has too', async () => {
    for (const large of [false, true]) {
      const builder = new GraphBuilder(5);
      const x = builder.input([-1, 3, 3, 2]);
      const [height, channels] = large ? [80, 110] : [1, 3];
      const filter = builder.floats([height, 1, 2, channels]);
      const plain = builder.node('Conv2D', [x, filter], convolution(false));
      const normed = builder.node('Conv2D', [x, filter], convolution(false));
      builder.output(builder.node('Tanh', [plain]));
      builder.output(batchNorm(builder, normed, channels));
      const graph = builder.graph(4);
      // A large filter is not duplicated.
      const expected = large ? ['Conv2D', 'Conv2D', 'FusedBatchNormV3'] : ['Conv2D', '_FusedConv2D BiasAdd'];
      expect((await operations(graph)).filter((op) => op !== 'Tanh')).toEqual(expected);
      await expectSame(graph, [1, 3, 3, 2]);
    }
  });

  test('keeps quantized filters quantized', async () => {
    const builder = new GraphBuilder(6);
    const filter: Weight = {
      ...float32Weight([1, 1, 1, 2], [1, 2]),
      quantized: {
        quantization: { dtype: 'uint8', scale: 1, min: 0 },
        byteLength: 2,
        read: async () => new Uint8Array([1, 2]),
      },
    };
    const x = builder.input([-1, 3, 3, 1]);
    const sum = builder.node('Conv2D', [x, builder.constant(filter)], convolution(false));
    const biased = builder.node('BiasAdd', [sum, builder.floats([2])]);
    builder.output(batchNorm(builder, biased, 2));
    const { graph } = await simplify(builder.graph(4));
    expect([...graph.weights.values()].filter(({ quantized }) => quantized !== undefined)).toHaveLength(1);
    expect(await operations(builder.graph(4))).toEqual(['FusedBatchNormV3', '_FusedConv2D BiasAdd']);
  });

  test('reads no weight to fold batch norm', async () => {
    const builder = new GraphBuilder(7);
    const sum = builder.node(
      'Conv2D',
      [builder.input([-1, 3, 3, 1]), builder.floats([1, 1, 1, 2])],
      convolution(false),
    );
    builder.output(batchNorm(builder, sum, 2));
    const graph = builder.graph(4);
    const unreadable = [...graph.weights].map(([name, weight]): [string, Weight] => [
      name,
      { ...weight, read: () => Promise.reject(new Error('was read')) },
    ]);
    const { graph: simplified } = await simplify({ ...graph, weights: new Map(unreadable) });
    const [folded] = [...simplified.weights.values()];
    await expect(folded?.read()).rejects.toThrow('was read');
  });

  test('computes no constant that would make the model larger', async () => {
    const builder = new GraphBuilder(8);
    const huge = builder.node('Fill', [builder.integers([100_000, 100_000]), builder.floats([])]);
    const wide = builder.node('Mul', [builder.floats([1000, 1]), builder.floats([1, 1000])]);
    const small = builder.node('Fill', [builder.integers([2]), builder.floats([])]);
    const x = builder.input([-1, 2]);
    const sums = [huge, wide, small].map((name) => builder.node('Sum', [name, builder.integers([0])]));
    for (const sum of sums) builder.output(builder.node('AddV2', [x, sum]));
    expect(await operations(builder.graph(2))).toEqual([
      'AddV2',
      'AddV2',
      'AddV2',
      'Fill',
      'Mul',
      'Sum',
      'Sum',
    ]);
  });

  test.each([
    ['a negative axis', -1],
    ['an axis that is not there', 7],
  ])('leaves a sum of constants along %s to the server', async (_, axis) => {
    const builder = new GraphBuilder(15);
    const sums = builder.node('Cumsum', [builder.floats([2, 2]), builder.constant(int32Weight([], [axis]))]);
    builder.output(builder.node('AddV2', [builder.input([-1, 2]), sums]));
    expect(await operations(builder.graph(2))).toEqual(['AddV2', 'Cumsum']);
  });

  test('drops assertions and keeps what a request may feed', async () => {
    const builder = new GraphBuilder(9);
    const x = builder.input([-1, 2]);
    const checked = builder.node('CheckNumerics', [x], { T: FLOAT });
    const assertion = builder.node('Assert', [builder.node('All', [checked])], {});
    builder.output(builder.node('Relu', [checked, `^${assertion}`]));
    const graph = builder.graph(2);
    expect(await operations(graph)).toEqual(['Relu']);
    const [signature] = Object.values(graph.signatures);
    if (signature === undefined) throw new Error('there is no signature');
    const fed = {
      ...signature,
      inputs: { c: { name: `${checked}:0`, dtype: 'float32' as const, shape: null } },
    };
    expect((await simplify({ ...graph, signatures: { fed } })).graph.nodes.map(({ op }) => op)).toContain(
      'CheckNumerics',
    );
  });

  test('removes only unused nodes from TensorFlow 1 control flow', async () => {
    const builder = new GraphBuilder(10);
    const x = builder.input([-1, 2]);
    const choice = builder.node('Switch', [x, builder.floats([])]);
    const branch = builder.node('Identity', [builder.floats([2]), `^${choice}`]);
    builder.node('Relu', [x]);
    builder.output(builder.node('Merge', [branch, `${choice}:1`]));
    expect(await operations(builder.graph(2))).toEqual(['Identity', 'Merge', 'Switch']);
  });
});
