import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';

describe('a configuration that makes no sense', () => {
  let edge: Edge;
  beforeAll(async () => {
    const variables = { POINTER_LEASE_MS: 'soon', MEMORY_BUDGET_MB: '0', ON_LOAD_FAILURE: 'maybe' };
    edge = await startEdge({ isolates: 1, variables });
  });
  afterAll(() => edge.stop());

  test.each(['/healthz', '/v1/models/any', '/v2/models'])(
    'is reported by %s with all its variables',
    async (path) => {
      expect(await ask(edge.isolates[0], path)).toMatchObject({
        status: 500,
        body: {
          error:
            'configuration: POINTER_LEASE_MS must be a number of at least 0; ' +
            'MEMORY_BUDGET_MB must be a number of at least 0.01; ' +
            'ON_LOAD_FAILURE must be "previous" or "error"',
        },
      });
    },
  );
});
