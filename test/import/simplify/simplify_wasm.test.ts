import { tensor } from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { simplify } from '../../../import/simplify/simplify.ts';
import { largestDifference } from '../../fixtures/graphs/compare_graphs.ts';
import { randomGraphs } from '../../fixtures/graphs/random_graph.ts';
import { createNodeBackend, registerBuilt } from '../../fixtures/kernels/node_backend.ts';

describe.each(["tfjs's kernels", "the server's kernels"])('with %s', (kernels) => {
  beforeAll(async () => {
    const backend = await createNodeBackend();
    if (kernels === "the server's kernels") registerBuilt(backend);
  });

  test('a simplified graph gives what the original gives', () =>
    fc.assert(
      fc.asyncProperty(randomGraphs, async ({ graph, shape }) => {
        const count = shape.reduce((product, size) => product * size, 1);
        const values = Array.from({ length: count }, (_, index) => Math.sin(index * 12.9898) * 2);
        const { graph: simplified } = await simplify(graph);
        const x = tensor(values, shape);
        expect(await largestDifference(graph, simplified, { x }, 'wasm')).toBeLessThan(2e-5);
      }),
      { numRuns: 150 },
    ));
});
