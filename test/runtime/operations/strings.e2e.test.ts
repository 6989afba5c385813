import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import { writeGraph } from '../../fixtures/models/write_graph.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

/** Two strings are equal if all their bytes are. */
const COMPARED = [
  { of: 'a list and one string', a: ['male', 'female', 'male'], b: 'a', equal: [false, false, false] },
  { of: 'lists of the same strings', a: ['a', 'b'], b: ['a', 'b'], equal: [true, true] },
  { of: 'a beginning and the whole', a: ['ab', 'a', ''], b: ['a', 'ab', 'a'], equal: [false, false, false] },
  { of: 'empty strings', a: ['', ''], b: '', equal: [true, true] },
  { of: 'letters of several bytes', a: ['é', 'e'], b: 'é', equal: [true, false] },
  {
    of: 'a column and a row',
    a: [['a'], ['b']],
    b: [['a', 'b']],
    equal: [
      [true, false],
      [false, true],
    ],
  },
  { of: 'no strings', a: [], b: 'a', equal: [] },
] as const;

describe.each(['Equal', 'NotEqual'] as const)('%s of strings', (op) => {
  const model = op.toLowerCase();
  beforeAll(async () => {
    const directory = await writeGraph(
      [
        { name: 'a', dtype: 'DT_STRING' },
        { name: 'b', dtype: 'DT_STRING' },
      ],
      [{ name: 'y', op, input: ['a', 'b'], attr: { T: { type: 'DT_STRING' } } }],
      [{ name: 'y', dtype: 'DT_BOOL' }],
    );
    await publishModel(edge.store, directory, model, '1');
  });

  test.each(COMPARED)('$of', async ({ a, b, equal }) => {
    const outputs = JSON.parse(
      JSON.stringify(equal, (_, value: unknown) =>
        typeof value === 'boolean' ? value === (op === 'Equal') : value,
      ),
    );
    for (let round = 0; round < 3; round++) {
      const answer = await ask(edge.isolates[0], `/v1/models/${model}:predict`, { inputs: { a, b } });
      expect(answer).toMatchObject({ status: 200, body: { outputs } });
    }
  });
});
