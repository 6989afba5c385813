import { tensor } from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Graph } from '../../../import/graph/graph.ts';
import { dropControlDependencies } from '../../../import/simplify/control_dependencies.ts';
import { delayReshapes } from '../../../import/simplify/delay_reshapes.ts';
import { foldBatchNorm } from '../../../import/simplify/fold/fold_batch_norm.ts';
import { foldConstants } from '../../../import/simplify/fold/fold_constants.ts';
import { fuseActivation } from '../../../import/simplify/fuse_activation.ts';
import { fuseBias } from '../../../import/simplify/fuse_bias.ts';
import { removePassThrough } from '../../../import/simplify/pass_through.ts';
import { prune } from '../../../import/simplify/prune.ts';
import { shortenReshapes } from '../../../import/simplify/reshape_chains.ts';
import { simplify } from '../../../import/simplify/simplify.ts';
import { transposeConstants } from '../../../import/simplify/transposed_products.ts';
import { largestDifference } from '../../fixtures/graphs/compare_graphs.ts';
import { randomGraphs } from '../../fixtures/graphs/random_graph.ts';

/** Relative to the largest value of an output. */
const TOLERANCE = 2e-5;

function input(shape: readonly number[]) {
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Array.from({ length: count }, (_, index) => Math.sin(index * 12.9898) * 2);
  return { x: tensor(values, [...shape]) };
}

const PASSES: Readonly<Record<string, (graph: Graph) => Graph | Promise<Graph>>> = {
  dropControlDependencies,
  removePassThrough,
  prune,
  foldConstants,
  shortenReshapes,
  transposeConstants,
  delayReshapes,
  fuseBias,
  foldBatchNorm,
  fuseActivation,
};

describe('a simplified graph', () => {
  test('gives what the original gives, and simplifying it again changes nothing', () =>
    fc.assert(
      fc.asyncProperty(randomGraphs, async ({ graph, shape }) => {
        const simplified = await simplify(graph);
        expect(simplified.nodesAfter).toBeLessThanOrEqual(simplified.nodesBefore);
        expect(await largestDifference(graph, simplified.graph, input(shape))).toBeLessThan(TOLERANCE);
        expect((await simplify(simplified.graph)).changed).toBe(false);
      }),
      { numRuns: 200 },
    ));
});

describe.each(Object.entries(PASSES))('%s', (_name, pass) => {
  test('alone leaves the answers as they are', () =>
    fc.assert(
      fc.asyncProperty(randomGraphs, async ({ graph, shape }) => {
        expect(await largestDifference(graph, await pass(graph), input(shape))).toBeLessThan(TOLERANCE);
      }),
      { numRuns: 40 },
    ));
});
