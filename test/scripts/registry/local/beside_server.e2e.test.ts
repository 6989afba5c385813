import { afterAll, expect, test } from 'vitest';
import { readPointer } from '../../../../worker/registry/pointer/pointer_store.ts';
import { runScript } from '../../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../../fixtures/commands/temporary_folder.ts';
import { ask } from '../../../fixtures/edge/client.ts';
import { startEdge } from '../../../fixtures/edge/edge.ts';
import { publishDirectory, SAMPLES } from '../../../fixtures/models/publish_directory.ts';

const state = await temporaryFolder();
const edge = await startEdge({ isolates: 1, state, variables: { POINTER_LEASE_MS: '0' } });
afterAll(() => edge.stop());

test('operators who change a model at once, beside a server that reads it, make one generation each and fail no request', async () => {
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half', '1.0.0');
  const labels = ['a', 'b', 'c', 'd', 'e', 'f'];
  let done = false;
  const statuses = new Set<number>();
  async function serve(): Promise<void> {
    while (!done) {
      statuses.add((await ask(edge.isolates[0], '/v1/models/half:predict', { instances: [1] })).status);
    }
  }
  const serving = serve();
  const made = await Promise.all(
    labels.map((label) =>
      runScript('label', ['half', label, '1.0.0', '--now', '--no-wait', '--persist-to', state]),
    ),
  );
  done = true;
  await serving;
  expect(made.map(({ code, stderr }) => (code === 0 ? code : stderr))).toEqual(labels.map(() => 0));
  expect([...statuses]).toEqual([200]);
  const read = await readPointer(edge.store, 'half');
  if (read.kind !== 'found') throw new Error(read.kind);
  expect(Object.keys(read.pointer.labels).sort()).toEqual(labels);
  expect(read.pointer.history.map(({ generation }) => generation)).toEqual([7, 6, 5, 4, 3, 2, 1]);
  // Each of them is served.
  for (const label of labels) {
    expect(
      await ask(edge.isolates[0], `/v1/models/half/labels/${label}:predict`, { instances: [1] }),
    ).toMatchObject({
      body: { predictions: [2.5] },
    });
  }
});
