import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REPOSITORY } from '../fixtures/edge/built_worker.ts';
import { ask } from '../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { imageVector } from '../fixtures/images/vectors.ts';
import { publishModel } from '../fixtures/models/publish_directory.ts';

/** Models from public bug reports, which may be in a folder beside the repository. */
const CASES = path.join(REPOSITORY, '../shared/cases');
const areThere = existsSync(CASES);
if (!areThere) process.emitWarning(`SKIPPED: models after bug reports; there is no ${CASES}`);

/** The executor answers first, then a plan is recorded, proven and used. */
const ROUNDS = 4;

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

interface Case {
  readonly model: string;
  /** The directory of a SavedModel. */
  readonly version?: string;
  readonly request: Readonly<Record<string, unknown>>;
  /** Computed by hand from the weights in the file. */
  readonly answer: Readonly<Record<string, unknown>>;
}

const PNG = imageVector('PNG rgb 8');

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));

const CASES_ASKED: readonly Case[] = [
  ...['list_identity', 'list_itself'].map((name) => ({
    model: `01-rnn-saved-model/${name}`,
    version: '1',
    request: { inputs: [1, 3] },
    answer: {
      outputs: [
        [2, 6],
        [4, 12],
        [8, 24],
      ],
    },
  })),
  {
    model: '01-rnn-saved-model/list_zero',
    version: '1',
    request: { inputs: [1, 3] },
    answer: { outputs: [[8, 24]] },
  },
  {
    model: '04-einsum/mha',
    version: '1',
    request: {
      instances: [
        [
          [1, 2, 3, 4],
          [0.5, -1, 2, 0],
          [0, 0, 1, -1],
        ],
      ],
    },
    answer: {
      predictions: [
        [
          close([-1.5117139, 1.44603, 1.1390879, -1.7395605]),
          close([-1.0090939, 0.9049508, 0.7758981, -1.1048913]),
          close([-0.4038999, 0.3827551, 0.3052681, -0.4614194]),
        ],
      ],
    },
  },
  {
    // "hello" is 2 in the table of the graph, "there" is 3, what it does not have is 1, and what is missing is 0.
    model: '18-text-vectorization/text_vectorization',
    version: '1',
    request: { inputs: ['Hello, there!', 'THERE', 'good hello there'] },
    answer: {
      outputs: [
        [2, 3, 0],
        [3, 0, 0],
        [1, 2, 3],
      ],
    },
  },
  {
    model: '19-decode-jpeg/decode_jpeg',
    version: '1',
    request: { inputs: [{ b64: Buffer.from(PNG.file).toString('base64') }] },
    answer: { outputs: [nested(PNG.values, PNG.shape)] },
  },
  {
    model: '14-bfloat16/bfloat16',
    version: '1',
    // The weights are [[1, 2], [0.5, -1]].
    request: { instances: [[3, 4]] },
    answer: { predictions: [[3 + 4 * 0.5, 3 * 2 - 4]] },
  },
];

/** Values in row-major order as lists of this shape. */
function nested(values: readonly number[], [, ...inner]: readonly number[]): unknown[] {
  const size = inner.reduce((product, each) => product * each, 1);
  const rows = Array.from({ length: values.length / size }, (_, row) =>
    values.slice(row * size, (row + 1) * size),
  );
  return inner.length === 0 ? [...values] : rows.map((row) => nested(row, inner));
}

describe.skipIf(!areThere)('a model after a bug report', () => {
  test.each(CASES_ASKED)('$model', async ({ model, version = '', request, answer }) => {
    const name = model.replaceAll(/\W/g, '_');
    await publishModel(edge.store, path.join(CASES, model, version), name, '1');
    for (let round = 0; round < ROUNDS; round++) {
      const asked = await ask(edge.isolates[0], `/v1/models/${name}:predict`, request);
      expect(asked).toMatchObject({ status: 200, body: answer });
    }
  });
});
