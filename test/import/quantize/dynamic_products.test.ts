import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { float32Values } from '../../../import/graph/float32_values.ts';
import type { Graph, NodeAttribute, Weight } from '../../../import/graph/graph.ts';
import { readTfjsGraph } from '../../../import/graph/read_tfjs_graph.ts';
import { quantizeDynamicProducts } from '../../../import/quantize/dynamic_products.ts';
import { simplify } from '../../../import/simplify/simplify.ts';
import { transformer } from '../../bench/networks/transformer.ts';
import { largestDifference } from '../../fixtures/graphs/compare_graphs.ts';
import { FLOAT, GraphBuilder, text } from '../../fixtures/graphs/graph_builder.ts';
import { float32Weight } from '../../fixtures/graphs/memory_weight.ts';

const operations = ({ nodes }: Graph): string[] =>
  nodes.flatMap(({ op }) => (op === 'Const' || op === 'Placeholder' ? [] : [op])).sort();

const QUANTIZATION = ['Abs', 'Max', 'Maximum', 'Mul', 'RealDiv', 'Round'];

function values(shape: readonly number[]) {
  const count = shape.reduce((product, size) => product * size, 1);
  return tensor(
    Array.from({ length: count }, (_, index) => Math.sin(index * 12.9898)),
    [...shape],
  );
}

const sides = (one: boolean, other: boolean): Record<string, NodeAttribute> => ({
  T: FLOAT,
  transpose_a: { b: one },
  transpose_b: { b: other },
});

const fused = (...operations: readonly string[]): Record<string, NodeAttribute> => ({
  ...sides(false, false),
  fused_ops: { list: { s: operations.map((name) => text(name).s ?? '') } },
  num_args: { i: '1' },
});

const equation = (of: string): Record<string, NodeAttribute> => ({
  T: FLOAT,
  N: { i: '2' },
  equation: text(of),
});

/** The stored integers of a weight, and its scales. */
async function constantsOf({ weights }: Graph, name: string): Promise<{ codes: number[]; scales: number[] }> {
  const [codes, scales] = [weights.get(`${name}/codes`), weights.get(`${name}/scales`)];
  if (codes?.quantized === undefined || scales === undefined) throw new Error(`${name} is not quantized`);
  expect(codes.quantized.quantization).toEqual({ dtype: 'uint8', scale: 1, min: -127 });
  const stored = Array.from(await codes.quantized.read(), (element) => element - 127);
  expect(stored).toHaveLength(codes.quantized.byteLength);
  expect([...float32Values(await codes.read())]).toEqual(stored);
  return { codes: stored, scales: [...float32Values(await scales.read())] };
}

describe('a product with a constant matrix', () => {
  test.each<[string, readonly number[], (b: GraphBuilder, x: string) => string, readonly string[]]>([
    [
      'of any rows',
      [5, 64],
      (b, x) => b.node('MatMul', [x, b.floats([64, 600])], sides(false, false)),
      ['MatMul', 'Mul', 'Mul'],
    ],
    [
      'that is transposed',
      [5, 64],
      (b, x) => b.node('MatMul', [x, b.floats([600, 64])], sides(false, true)),
      ['MatMul', 'Mul', 'Mul'],
    ],
    [
      'with a bias and an activation',
      [5, 64],
      (b, x) => b.node('_FusedMatMul', [x, b.floats([64, 600]), b.floats([600])], fused('BiasAdd', 'Relu')),
      ['AddV2', 'MatMul', 'Mul', 'Mul', 'Relu'],
    ],
    [
      'of batches',
      [2, 3, 64],
      (b, x) => b.node('BatchMatMulV2', [x, b.floats([1, 64, 600])], { T: FLOAT }),
      ['BatchMatMulV2', 'Mul', 'Mul'],
    ],
    [
      'with columns of two dimensions',
      [2, 3, 64],
      (b, x) => b.node('Einsum', [x, b.floats([64, 4, 150])], equation('abc,cde->abde')),
      ['Einsum', 'ExpandDims', 'Mul', 'Mul'],
    ],
    [
      'with rows of two dimensions',
      [2, 3, 4, 16],
      (b, x) => b.node('Einsum', [x, b.floats([4, 16, 600])], equation('abcd,cde->abe')),
      ['Einsum', 'Mul', 'Mul', 'Squeeze'],
    ],
  ])('%s is computed with integers of 8 bits', async (_name, shape, make, expected) => {
    const b = new GraphBuilder(1);
    b.output(make(b, b.input(shape)));
    const graph = b.graph(shape.length);
    const quantized = await quantizeDynamicProducts(graph);
    expect(quantized.products).toHaveLength(1);
    expect(operations(quantized.graph)).toEqual([...expected, ...QUANTIZATION].sort());
    // A hundred and twenty-seven steps for each of 64 factors.
    const difference = await largestDifference(graph, quantized.graph, { x: values(shape) });
    expect(difference).toBeLessThan(0.01);
    expect(difference).toBeGreaterThan(0);
    // Simplifying it again keeps its form.
    expect((await simplify(quantized.graph)).graph).toBe(quantized.graph);
  });

  test('has the nearest integers for its values, by the largest of each column', async () => {
    const b = new GraphBuilder(1);
    const matrix = Array.from({ length: 64 * 600 }, (_, index) => Math.sin(index) * (1 + (index % 600)));
    const w = b.constant(float32Weight([64, 600], matrix));
    b.output(b.node('MatMul', [b.input([1, 64]), w], sides(false, false)));
    const { graph } = await quantizeDynamicProducts(b.graph(2));
    const { codes, scales } = await constantsOf(graph, w);
    for (let column = 0; column < 600; column++) {
      const ofColumn = matrix.filter((_, index) => index % 600 === column).map(Math.fround);
      const scale = Math.fround(Math.max(...ofColumn.map(Math.abs)) / 127);
      expect(scales[column]).toBe(Math.fround(scale / 127));
      const found = codes.filter((_, index) => index % 600 === column);
      expect(Math.max(...found.map(Math.abs))).toBe(127);
      expect(found).toEqual(ofColumn.map((value) => Math.round(value / scale) + 0));
    }
  });

  test('has smaller integers if their sums might be beyond 2^24', async () => {
    const b = new GraphBuilder(1);
    const matrix = Array.from({ length: 5000 * 8 }, (_, index) => (index % 8 === 0 ? 1 : Math.sin(index)));
    const w = b.constant(float32Weight([5000, 8], matrix));
    b.output(b.node('MatMul', [b.input([1, 5000]), w], sides(false, false)));
    const { graph } = await quantizeDynamicProducts(b.graph(2));
    const { codes } = await constantsOf(graph, w);
    for (let column = 0; column < 8; column++) {
      const sum = codes.reduce(
        (total, code, index) => total + (index % 8 === column ? Math.abs(code) : 0),
        0,
      );
      expect(sum * 127).toBeLessThan(2 ** 24);
      expect(sum * 127).toBeGreaterThan(2 ** 23);
    }
  });

  test('shares the quantization of rows, and its integers, with others', async () => {
    const b = new GraphBuilder(1);
    const x = b.input([5, 64]);
    const w = b.floats([64, 600]);
    for (const matrix of [w, w, b.floats([64, 700])])
      b.output(b.node('MatMul', [x, matrix], sides(false, false)));
    const { graph, products } = await quantizeDynamicProducts(b.graph(2));
    expect(products).toHaveLength(3);
    const scaled = ['MatMul', 'Mul', 'Mul'];
    expect(operations(graph)).toEqual([...scaled, ...scaled, ...scaled, ...QUANTIZATION].sort());
    expect([...graph.weights.values()].filter((weight) => weight.quantized !== undefined)).toHaveLength(2);
  });

  const infinite = Array.from({ length: 64 * 600 }, (_, index) => (index === 7 ? Number.NaN : 1));
  const bytes: Weight = {
    ...float32Weight([64, 600], infinite),
    quantized: {
      quantization: { dtype: 'uint8', scale: 1, min: 0 },
      byteLength: 64 * 600,
      read: async () => new Uint8Array(64 * 600),
    },
  };
  test.each<[string, (b: GraphBuilder, x: string) => string]>([
    ['is small', (b, x) => b.node('MatMul', [x, b.floats([64, 500])], sides(false, false))],
    ['is narrow', (b, x) => b.node('MatMul', [x, b.floats([64, 4])], sides(false, false))],
    ['is quantized', (b, x) => b.node('MatMul', [x, b.constant(bytes)], sides(false, false))],
    [
      'has a number that is not finite',
      (b, x) => b.node('MatMul', [x, b.constant(float32Weight([64, 600], infinite))], sides(false, false)),
    ],
    ['multiplies columns', (b, x) => b.node('MatMul', [x, b.floats([64, 600])], sides(true, false))],
    [
      'has another activation',
      (b, x) => b.node('_FusedMatMul', [x, b.floats([64, 600]), b.floats([600])], fused('BiasAdd', 'Gelu')),
    ],
    [
      'is transposed by an equation',
      (b, x) => b.node('Einsum', [x, b.floats([600, 64])], equation('ab,cb->ac')),
    ],
    ['is computed', (b, x) => b.node('MatMul', [x, x], sides(false, true))],
  ])('stays as it is if it %s', async (_name, make) => {
    const b = new GraphBuilder(1);
    b.output(make(b, b.input([64, 64])));
    const graph = b.graph(2);
    expect(await quantizeDynamicProducts(graph)).toEqual({ graph, products: [] });
  });

  test('stays as it is if the caller wants that', async () => {
    const b = new GraphBuilder(1);
    const x = b.input([5, 64]);
    const names = [1, 2].map(() => b.node('MatMul', [x, b.floats([64, 600])], sides(false, false)));
    for (const name of names) b.output(name);
    const { graph, products } = await quantizeDynamicProducts(b.graph(2), (name) => name === names[0]);
    expect(products).toHaveLength(1);
    expect(operations(graph)).toEqual(['MatMul', 'MatMul', 'Mul', 'Mul', ...QUANTIZATION].sort());
  });
});

test('an encoder with weights of 8 bits computes nearly the same', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'edge-serving-test-dynamic-'));
  try {
    const network = await transformer.build();
    for (const [name, bytes] of network?.files ?? []) await writeFile(join(directory, name), bytes);
    const read = await readTfjsGraph(directory);
    if (read.kind !== 'read' || network === undefined) throw new Error('there is no encoder');
    const { graph } = read.value;
    const quantized = await quantizeDynamicProducts(graph);
    // Of two layers, the wide and the narrow product: the others are smaller.
    expect(quantized.products).toHaveLength(4);
    const input = tensor(network.input.values, [...network.input.shape]);
    const inputs = { [network.input.name]: input };
    expect(await largestDifference(graph, quantized.graph, inputs)).toBeLessThan(0.02);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
