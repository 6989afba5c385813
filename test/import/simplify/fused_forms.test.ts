import { tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Graph, NodeAttribute } from '../../../import/graph/graph.ts';
import { simplify } from '../../../import/simplify/simplify.ts';
import { largestDifference } from '../../fixtures/graphs/compare_graphs.ts';
import { FLOAT, GraphBuilder, integers, text } from '../../fixtures/graphs/graph_builder.ts';
import { float32Weight, int32Weight } from '../../fixtures/graphs/memory_weight.ts';

const operations = ({ nodes }: Graph): string[] =>
  nodes.flatMap(({ op }) => (op === 'Const' || op === 'Placeholder' ? [] : [op])).sort();

function values(shape: readonly number[]) {
  const count = shape.reduce((product, size) => product * size, 1);
  return tensor(
    Array.from({ length: count }, (_, index) => Math.sin(index * 12.9898)),
    [...shape],
  );
}

const valid = (strides: readonly number[]): Record<string, NodeAttribute> => ({
  T: FLOAT,
  strides: integers(strides),
  dilations: integers([1, 1, 1, 1]),
  padding: text('VALID'),
  data_format: text('NHWC'),
});

/** A convolution of images that zeros are put around, more at the end. */
function padded(
  op: string,
  filter: readonly number[],
  value?: number,
  widths = [0, 0, 0, 1, 1, 2, 0, 0],
): Graph {
  const b = new GraphBuilder(3);
  const around = b.constant(int32Weight([4, 2], widths));
  const x = b.input([2, 8, 7, 3]);
  const images =
    value === undefined
      ? b.node('Pad', [x, around])
      : b.node('PadV2', [x, around, b.constant(float32Weight([], [value]))]);
  b.output(b.node(op, [images, b.floats(filter)], valid([1, 2, 2, 1])));
  return b.graph(4);
}

describe('zeros around images are put there by the convolution', () => {
  test.each<[string, Graph]>([
    ['Conv2D', padded('Conv2D', [3, 3, 3, 4])],
    ['DepthwiseConv2dNative', padded('DepthwiseConv2dNative', [3, 3, 3, 1], 0)],
  ])('%s', async (op, graph) => {
    const { graph: simplified } = await simplify(graph);
    expect(operations(simplified)).toEqual([op]);
    expect(await largestDifference(graph, simplified, { x: values([2, 8, 7, 3]) })).toBeLessThan(1e-5);
  });

  test.each<[string, Graph]>([
    ['other numbers', padded('Conv2D', [3, 3, 3, 4], 1)],
    ['more channels', padded('Conv2D', [3, 3, 4, 4], 0, [0, 0, 1, 1, 1, 1, 0, 1])],
  ])('but not %s', async (_name, graph) => {
    expect(operations((await simplify(graph)).graph)).toContain('PadV2');
  });
});

describe('a product of batches reads columns as rows', () => {
  const product = (order: readonly number[]): Graph => {
    const b = new GraphBuilder(5);
    const x = b.input([2, 5, 3, 4]);
    const left = b.node('Transpose', [x, b.integers([0, 2, 1, 3])]);
    const right = b.node('Transpose', [x, b.integers(order)]);
    b.output(b.node('BatchMatMulV2', [left, right], { T: FLOAT, adj_x: { b: false }, adj_y: { b: false } }));
    return b.graph(4);
  };

  test('in place of a transpose that swaps them', async () => {
    const graph = product([0, 2, 3, 1]);
    const { graph: simplified } = await simplify(graph);
    const [found] = simplified.nodes.filter(({ op }) => op === 'BatchMatMulV2');
    expect(found?.attr.adj_y?.b).toBe(true);
    expect(await largestDifference(graph, simplified, { x: values([2, 5, 3, 4]) })).toBeLessThan(1e-5);
  });
});

test('an error function of a quotient by the root of two is one of a product', async () => {
  const b = new GraphBuilder(7);
  const quotient = b.node('RealDiv', [b.input([2, 3]), b.constant(float32Weight([], [Math.SQRT2]))]);
  b.output(b.node('Erf', [quotient]));
  const graph = b.graph(2);
  const { graph: simplified } = await simplify(graph);
  expect(operations(simplified)).toEqual(['Erf', 'Mul']);
  expect(await largestDifference(graph, simplified, { x: values([2, 3]) })).toBeLessThan(1e-6);
});

test('the slices of a large constant are constants', async () => {
  const b = new GraphBuilder(9);
  const x = b.input([2, 128]);
  const whole = b.floats([128, 512]);
  for (const start of [0, 256]) {
    const part = b.node('Slice', [whole, b.integers([0, start]), b.integers([-1, 256])]);
    b.output(b.node('MatMul', [x, part], { T: FLOAT, transpose_a: { b: false }, transpose_b: { b: false } }));
  }
  const graph = b.graph(2);
  const { graph: simplified } = await simplify(graph);
  expect(operations(simplified)).toEqual(['MatMul', 'MatMul']);
  expect(await largestDifference(graph, simplified, { x: values([2, 128]) })).toBeLessThan(1e-5);
});
