import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openModel } from '../../../import/open_model.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { ask } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import {
  constant,
  encode,
  FLOAT,
  graphMessage,
  node,
  shape,
  type,
} from '../../fixtures/saved_model/messages.ts';

/** The output of tfjs's converter before version 1.0: a GraphDef without values, and separate weight files. */
async function write(names: readonly [string, string] = ['w', 'b']): Promise<string> {
  const directory = await temporaryFolder();
  const T = { T: type(FLOAT) };
  const nodes = [
    node('x', 'Placeholder', [], { dtype: type(FLOAT), shape: { shape: shape(-1, 2) } }),
    constant('w', FLOAT, [2, 2], {}),
    constant('b', FLOAT, [2], {}),
    node('product', 'MatMul', ['x', 'w'], T),
    node('y', 'Add', ['product', 'b'], T),
  ];
  await writeFile(path.join(directory, 'tensorflowjs_model.pb'), encode('GraphDef', graphMessage({ nodes })));
  await writeFile(path.join(directory, 'group1-shard1of1'), new Float32Array([1, 2, 3, 4, 5, 6]));
  await writeFile(
    path.join(directory, 'weights_manifest.json'),
    JSON.stringify([
      {
        paths: ['group1-shard1of1'],
        weights: [
          { name: names[0], shape: [2, 2], dtype: 'float32' },
          { name: names[1], shape: [2], dtype: 'float32' },
        ],
      },
    ]),
  );
  return directory;
}

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

describe('a web model of tfjs from before 1.0', () => {
  test('has the weights of its manifest', async () => {
    await publishModel(edge.store, await write(), 'old', '1');
    // [1 1] [1 2; 3 4] + [5 6] and [2 -1] [1 2; 3 4] + [5 6].
    const answer = await ask(edge.isolates[0], '/v1/models/old:predict', {
      instances: [
        [1, 1],
        [2, -1],
      ],
    });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        predictions: [
          [9, 12],
          [4, 6],
        ],
      },
    });
  });

  test('is refused where the manifest has a weight that the graph does not know', async () => {
    const opened = await openModel(await write(['w', 'bias']), {
      temporaryDirectory: await temporaryFolder(),
    });
    expect(opened).toMatchObject({
      kind: 'malformed',
      message: expect.stringContaining('weights_manifest.json: the graph has no constant "bias"'),
    });
  });
});
