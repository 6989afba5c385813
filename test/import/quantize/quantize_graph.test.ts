import { describe, expect, test } from 'vitest';
import { openGraph } from '../../../import/accuracy/computation.ts';
import type { Graph } from '../../../import/graph/graph.ts';
import { type IntegerReport, quantizeGraph } from '../../../import/quantize/quantize_graph.ts';
import { simplify } from '../../../import/simplify/simplify.ts';
import { float32Weight, int32Weight } from '../../fixtures/graphs/memory_weight.ts';
import { ImageNetwork, image } from './image_network.ts';

const EXAMPLES = async () => ({ kind: 'read', value: [1, 2, 3].map((seed) => image(seed)) }) as const;

interface Quantized {
  readonly graph: Graph;
  readonly report: IntegerReport;
  /** The largest difference of the output from that of the float graph, over the largest value, on another image. */
  readonly loss: number;
}

async function quantize(float: Graph): Promise<Quantized> {
  const { graph: simplified } = await simplify(float);
  const result = await quantizeGraph(simplified, EXAMPLES);
  if (result.kind !== 'read') throw new Error(result.message);
  const { graph, report } = result.value;
  const [expected, found] = [await answer(simplified), await answer(graph)];
  const largest = Math.max(...expected.map(Math.abs));
  const off = expected.map((value, index) => Math.abs(value - (found[index] ?? Number.NaN)));
  return { graph, report, loss: Math.max(...off) / largest };
}

async function answer(graph: Graph): Promise<number[]> {
  const computation = await openGraph(graph);
  const signature = graph.signatures.serving_default;
  if (signature === undefined) throw new Error('no signature');
  let values: number[] = [];
  const output = signature.outputs.y0?.name.replace(':0', '') ?? '';
  await computation.read(signature, image(4).inputs, [output], (_, tensor) => {
    values = Array.from(tensor.values);
  });
  computation.dispose();
  return values;
}

/** How many nodes of an operation a graph has. */
const count = ({ nodes }: Graph, ...ops: string[]): number =>
  nodes.filter(({ op }) => ops.includes(op)).length;

describe('a graph in bytes', () => {
  test('has one way in and one way out, and keeps its answer', async () => {
    const n = new ImageNetwork();
    const first = n.convolve(n.x, 16);
    const second = n.depthwise(first, 16);
    const third = n.convolve(second, 16, '', 16);
    const sum = n.builder.node('Relu', [n.builder.node('AddV2', [first, third])]);
    const float = n.graph(n.classify(n.convolve(sum, 24, 'Relu6', 16), 24, 10));
    const { graph, report, loss } = await quantize(float);
    expect(report).toEqual({
      inBytes: expect.objectContaining({ length: 4 }),
      rowsInBytes: [],
      weightsInBytes: [],
      inFloats: [],
    });
    // One rounding for the input, one for each convolution, and one for the sum with its activation.
    expect(count(graph, 'Round')).toBe(1 + 4 + 1);
    expect(count(graph, 'Relu', 'Relu6')).toBe(0);
    expect(graph.signatures).toEqual((await simplify(float)).graph.signatures);
    expect(loss).toBeLessThan(0.02);
  });

  test('moves bytes as they are, and joins tensors that have one scale', async () => {
    const n = new ImageNetwork();
    const left = n.pool('MaxPool', n.convolve(n.x, 16));
    const right = n.pool('AvgPool', n.convolve(n.x, 16, 'Relu6'));
    const joined = n.builder.node('ConcatV2', [left, right, n.builder.constant(int32Weight([], [3]))], {
      T: { type: 'DT_FLOAT' },
      N: { i: '2' },
    });
    const { graph, report, loss } = await quantize(
      n.graph(n.classify(n.convolve(joined, 16, 'Relu', 32), 16, 4)),
    );
    expect(report.inBytes).toHaveLength(3);
    // The input, three convolutions, and the averages, which are not whole.
    expect(count(graph, 'Round')).toBe(1 + 3 + 1);
    expect(loss).toBeLessThan(0.02);
  });

  test('leaves layers in floats that no kernel computes in bytes, and says why', async () => {
    const n = new ImageNetwork();
    const elu = n.convolve(n.convolve(n.x, 16), 16, 'Elu', 16);
    const { report, loss } = await quantize(n.graph(n.classify(n.convolve(elu, 16, 'Relu', 16), 16, 4)));
    expect(report.inFloats.map(({ reason }) => reason)).toEqual([]);
    expect(report.weightsInBytes).toHaveLength(1);
    expect(report.inBytes).toHaveLength(2);
    expect(loss).toBeLessThan(0.02);
  });

  test('leaves a chain in floats whose small errors an operation behind it enlarges', async () => {
    const n = new ImageNetwork();
    const steep = n.builder.node('Mul', [
      n.convolve(n.x, 16, ''),
      n.builder.constant(float32Weight([], [100])),
    ]);
    const wave = n.builder.node('Sin', [steep]);
    const { report, loss } = await quantize(n.graph(n.convolve(wave, 32, '', 16)));
    expect(report.inBytes).toHaveLength(1);
    expect(report.inFloats).toEqual([
      { layer: expect.any(String), reason: expect.stringMatching(/^bytes would cost too much: .* decibels/) },
    ]);
    expect(loss).toBeLessThan(0.03);
  });

  test('stores the matrix of a product of floats in bytes, with a scale for each column', async () => {
    const n = new ImageNetwork();
    const { graph, report, loss } = await quantize(n.graph(n.classify(n.convolve(n.x, 32), 32, 64)));
    expect(report.weightsInBytes).toHaveLength(1);
    const stored = [...graph.weights.values()].filter(({ quantized }) => quantized !== undefined);
    expect(stored.map(({ quantized }) => quantized?.byteLength)).toEqual([3 * 3 * 8 * 32, 32 * 64]);
    expect(loss).toBeLessThan(0.02);
  });

  test('multiplies rows in bytes where the matrix is large', async () => {
    const n = new ImageNetwork();
    const { graph, report, loss } = await quantize(n.graph(n.classify(n.convolve(n.x, 64), 64, 512)));
    expect(report).toMatchObject({ rowsInBytes: [expect.any(String)], weightsInBytes: [] });
    // The input, the convolution, and the rows of the product.
    expect(count(graph, 'Round')).toBe(1 + 1 + 1);
    expect(loss).toBeLessThan(0.02);
  });

  test('is not made of what is quantized already, or has nothing to compute in bytes', async () => {
    const n = new ImageNetwork();
    const { graph } = await quantize(n.graph(n.classify(n.convolve(n.x, 32), 32, 64)));
    expect(await quantizeGraph(graph, EXAMPLES)).toEqual({
      kind: 'unsupported',
      message: 'is quantized already: publish it without --quantize',
    });
    const plain = new ImageNetwork();
    const { graph: softmax } = await simplify(plain.graph(plain.builder.node('Softmax', [plain.x])));
    expect(await quantizeGraph(softmax, EXAMPLES)).toEqual({
      kind: 'unsupported',
      message: 'has no convolution or product that could be computed in bytes; publish it without --quantize',
    });
  });
});
