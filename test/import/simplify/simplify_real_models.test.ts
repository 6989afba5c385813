import { join } from 'node:path';
import { rand, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Graph } from '../../../import/graph/graph.ts';
import { readTfjsGraph } from '../../../import/graph/read_tfjs_graph.ts';
import { simplify } from '../../../import/simplify/simplify.ts';
import { writeGraphModel } from '../../../import/tfjs/writer/write_graph_model.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { largestDifference } from '../../fixtures/graphs/compare_graphs.ts';
import { SHARED_MODELS, SHARED_MODELS_ARE_THERE } from '../../fixtures/graphs/shared_models.ts';

const folder = await temporaryFolder();

async function readModel(path: string): Promise<Graph> {
  const read = await readTfjsGraph(path);
  if (read.kind !== 'read') throw new Error(read.message);
  return read.value.graph;
}

function randomInputs({ signatures }: Graph): Record<string, Tensor> {
  return Object.fromEntries(
    Object.values(signatures).flatMap(({ inputs }) =>
      Object.entries(inputs).map(([name, { shape }]): [string, Tensor] => {
        const sizes = (shape ?? []).map((size) => (size === -1 ? 1 : size));
        return [name, rand(sizes, Math.random)];
      }),
    ),
  );
}

const MODELS = [
  { path: 'basic-pitch/tfjs', tolerance: 1e-4 },
  { path: 'human-emotion', tolerance: 1e-5 },
  { path: 'human-facemesh', tolerance: 1e-5 },
  { path: 'tfjs-lstm-control-flow', tolerance: 1e-5 },
  { path: 'tensorspace-mnist/tensorflow/convertedModel/graphModel', tolerance: 1e-5 },
];

describe.skipIf(!SHARED_MODELS_ARE_THERE)('a real model', () => {
  test.each(MODELS)('$path answers as before, and is written the same twice', async ({ path, tolerance }) => {
    const graph = await readModel(join(SHARED_MODELS, path));
    const { graph: simplified } = await simplify(graph);
    expect(await largestDifference(graph, simplified, randomInputs(graph))).toBeLessThan(tolerance);
    await writeGraphModel(simplified, folder);
    const written = await readModel(folder);
    expect(await largestDifference(simplified, written, randomInputs(graph))).toBe(0);
    expect((await simplify(written)).changed).toBe(false);
  });
});
