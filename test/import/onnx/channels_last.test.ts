import { existsSync } from 'node:fs';
import path from 'node:path';
import { abs, max, sub, type Tensor, tensor, transpose } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Graph } from '../../../import/graph/graph.ts';
import { nodeName } from '../../../import/graph/graph_topology.ts';
import { type OnnxLayout, readOnnx } from '../../../import/onnx/read_onnx.ts';
import { simplify } from '../../../import/simplify/simplify.ts';
import { REPOSITORY } from '../../fixtures/edge/built_worker.ts';
import { largestDifference } from '../../fixtures/graphs/compare_graphs.ts';
import { imageNetwork, NETWORKS } from '../../fixtures/onnx/networks.ts';
import { runGraph } from '../../fixtures/saved_model/run_graph.ts';

const LIGHT = path.join(REPOSITORY, '../shared/conformance/onnx/light');
if (!existsSync(LIGHT)) process.emitWarning(`SKIPPED: whole networks in ONNX; there is no ${LIGHT}`);

async function read(file: string, layout?: OnnxLayout): Promise<Graph> {
  const imported = await readOnnx(file, layout);
  if (imported.kind !== 'read') throw new Error(imported.message);
  return imported.value.graph;
}

/** The transposes of what is computed of a request. */
function transposes({ nodes }: Graph): string[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const reached = new Map<string, boolean>();
  const dependsOnInput = (tensor: string): boolean => {
    const name = nodeName(tensor);
    const node = byName.get(name);
    const known =
      reached.get(name) ?? (node?.op === 'Placeholder' || node?.input.some(dependsOnInput) === true);
    reached.set(name, known);
    return known;
  };
  return nodes.filter(({ op, name }) => op === 'Transpose' && dependsOnInput(name)).map(({ name }) => name);
}

/** Pixels that are made of channels change places themselves. */
const OF_THEIR_OWN: Readonly<Record<string, number>> = { 'normalized instances and pixels from channels': 1 };

const images = (batch: number): Tensor =>
  tensor(
    Array.from({ length: batch * 3 * 32 * 32 }, (_, index) => Math.sin(index * 12.9898)),
    [batch, 3, 32, 32],
  );

describe.each(Object.keys(NETWORKS))('%s', (name) => {
  test.each([1, 'batch'])('is computed with channels last, for a batch of %s', async (batch) => {
    const graph = await read(await imageNetwork(name, batch).write());
    const simplified = await simplify(graph);
    expect(transposes(simplified.graph).length).toBeLessThanOrEqual(2 + (OF_THEIR_OWN[name] ?? 0));
    const given = { images: images(batch === 1 ? 1 : 2) };
    expect(await largestDifference(graph, simplified.graph, given)).toBeLessThan(2e-5);
  });

  test('has no transpose where its signature has channels last too', async () => {
    const file = await imageNetwork(name).write();
    const { graph } = await simplify(await read(file, 'nhwc'));
    expect(transposes(graph)).toHaveLength(OF_THEIR_OWN[name] ?? 0);
  });
});

test('a signature with channels last takes and gives the same numbers in that order', async () => {
  const file = await imageNetwork('an encoder and a decoder with joined features').write();
  const [first, last] = [await read(file), (await simplify(await read(file, 'nhwc'))).graph];
  expect(last.signatures.serving_default?.inputs.images?.shape).toEqual([1, 32, 32, 3]);
  const given = images(1);
  const wanted = await answerOf(first, given);
  const answered = await answerOf(last, transpose(given, [0, 2, 3, 1]));
  expect(answered.shape).toEqual([1, 32, 32, 4]);
  const difference = max(abs(sub(transpose(answered, [0, 3, 1, 2]), wanted)));
  expect(difference.dataSync()[0]).toBeLessThan(1e-5);
});

async function answerOf(graph: Graph, given: Tensor): Promise<Tensor> {
  const plain = { shape: given.shape, values: [...given.dataSync()] };
  const [answer] = Object.values(await runGraph(graph, 'serving_default', { images: plain }));
  if (answer === undefined) throw new Error('the graph has no output');
  return tensor(answer.values.map(Number), [...answer.shape]);
}

describe.skipIf(!existsSync(LIGHT))('a whole network', () => {
  test.each([
    ['light_inception_v1', 1],
    ['light_resnet50', 1],
    ['light_squeezenet', 1],
    // One for each of its 16 shuffles of channels.
    ['light_shufflenet', 17],
  ])('%s has few transposes', async (name, most) => {
    const { graph } = await simplify(await read(path.join(LIGHT, `${name}.onnx`)));
    expect(transposes(graph).length).toBeLessThanOrEqual(most);
  });
});
