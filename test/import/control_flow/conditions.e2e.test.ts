import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import { infer } from '../../fixtures/requests/raw_inference.ts';

const FLOAT = { type: 'DT_FLOAT' };
const T = { T: FLOAT };
const BOOL = { T: { type: 'DT_BOOL' } };

interface Node {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

const node = (name: string, op: string, input: readonly string[], attr: Node['attr'] = T): Node => ({
  name,
  op,
  input,
  attr,
});
const constant = (name: string, ...after: string[]): Node => node(name, 'Const', after, { dtype: FLOAT });

/**
 * The nodes of TensorFlow 1's tf.cond for a predicate: a Switch of the predicate by itself, and one pivot for each
 * branch.
 */
const condition = (data: string, by: string): Node[] => [
  node('choice', 'Switch', [data, by], BOOL),
  node('switch_t', 'Identity', ['choice:1'], BOOL),
  node('switch_f', 'Identity', ['choice'], BOOL),
  node('pred_id', 'Identity', ['p'], BOOL),
];

/** Constants: ten is 10, one is 1. The answer is that of `p ? 11 : 10`. */
const CONDITIONS: Readonly<Record<string, readonly Node[]>> = {
  'constants that wait for a branch': [
    ...condition('p', 'p'),
    constant('ten', '^switch_f'),
    constant('one', '^switch_t'),
    constant('other', '^switch_t'),
    node('sum', 'Add', ['one', 'other']),
    node('y', 'Merge', ['ten', 'sum']),
  ],
  'a sum of constants that waits for a branch': [
    ...condition('p', 'p'),
    constant('ten', '^switch_f'),
    constant('one'),
    constant('other'),
    node('sum', 'Add', ['one', 'other', '^switch_t']),
    node('y', 'Merge', ['ten', 'sum']),
  ],
  'a predicate that is handed on': [
    ...condition('p', 'pred_id'),
    constant('ten', '^switch_f'),
    constant('one', '^switch_t'),
    constant('other', '^switch_t'),
    node('sum', 'Add', ['one', 'other']),
    node('y', 'Merge', ['ten', 'sum']),
  ],
  'pivots that are handed on twice': [
    ...condition('pred_id', 'p'),
    node('pivot_t', 'Identity', ['switch_t'], BOOL),
    node('pivot_f', 'Identity', ['switch_f'], BOOL),
    constant('ten', '^pivot_f'),
    constant('one', '^pivot_t'),
    constant('other', '^pivot_t'),
    node('sum', 'Add', ['one', 'other']),
    node('y', 'Merge', ['ten', 'sum']),
  ],
};

const VALUES = { ten: 10, one: 1, other: 10 };

/** A tfjs GraphModel, whose converter keeps control dependencies. */
async function write(nodes: readonly Node[]): Promise<string> {
  const directory = await temporaryFolder();
  const tensor = (name: string, dtype: string) => ({ name: `${name}:0`, dtype, tensorShape: { dim: [] } });
  const placeholder = node('p', 'Placeholder', [], {
    dtype: { type: 'DT_BOOL' },
    shape: { shape: { dim: [] } },
  });
  const weights = Object.keys(VALUES).map((name) => ({ name, shape: [], dtype: 'float32' }));
  await writeFile(path.join(directory, 'weights.bin'), new Float32Array(Object.values(VALUES)));
  await writeFile(
    path.join(directory, 'model.json'),
    JSON.stringify({
      format: 'graph-model',
      modelTopology: { node: [placeholder, ...nodes], library: {}, versions: { producer: 1 } },
      signature: { inputs: { p: tensor('p', 'DT_BOOL') }, outputs: { y: tensor('y', 'DT_FLOAT') } },
      weightsManifest: [{ paths: ['weights.bin'], weights }],
    }),
  );
  return directory;
}

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

describe('a condition of TensorFlow 1', () => {
  test.each(Object.keys(CONDITIONS).map((name, index) => ({ name, model: `condition_${index}` })))(
    'takes one branch: $name',
    async ({ name, model }) => {
      await publishModel(edge.store, await write(CONDITIONS[name] ?? []), model, '1');
      for (const [truth, value] of [
        [0, 10],
        [1, 11],
        [0, 10],
      ] as const) {
        const asked = await infer(edge.isolates[0], model, {
          p: { shape: [], datatype: 'BOOL', data: [truth] },
        });
        expect(asked).toEqual({
          kind: 'answered',
          outputs: { y: { shape: [], datatype: 'FP32', data: [value] } },
        });
      }
    },
  );
});
