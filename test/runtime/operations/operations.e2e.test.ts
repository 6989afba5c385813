import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readMetrics } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import { writeGraph } from '../../fixtures/models/write_graph.ts';
import { infer } from '../../fixtures/requests/raw_inference.ts';
import { OPERATION_CASES } from './operation_cases/all.ts';

/** The executor answers first, then a plan is recorded, proven and used. */
const ROUNDS = 4;

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

describe.each(OPERATION_CASES.map((each, index) => ({ ...each, model: `case_${index}` })))(
  '$name',
  ({ model, inputs, nodes, outputs, constants, asked }) => {
    beforeAll(async () => {
      await publishModel(edge.store, await writeGraph(inputs, nodes, outputs, constants), model, '1');
    });

    test.each(asked)('$of', async ({ send, answer, refused }) => {
      for (let round = 0; round < ROUNDS; round++) {
        const inferred = await infer(edge.isolates[0], model, send);
        if (refused === undefined) expect(inferred).toEqual({ kind: 'answered', outputs: answer });
        else
          expect(inferred).toEqual({ kind: 'refused', status: 400, message: expect.stringMatching(refused) });
      }
      const metrics = await readMetrics(edge.isolates[0]);
      expect(metrics.get('edge_serving_runtime_breaks_total') ?? 0).toBe(0);
    });
  },
);
