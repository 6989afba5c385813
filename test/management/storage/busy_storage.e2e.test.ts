import { afterAll, beforeAll, expect, test } from 'vitest';
import { newChangeRecord } from '../../../scripts/pointer/change_record.ts';
import { HttpObjectStore } from '../../../scripts/registry/http_object_store.ts';
import { changePointerThrough } from '../../../scripts/registry/management_changes.ts';
import { POINTER_CHANGES } from '../../../worker/registry/pointer/change/table.ts';
import { readPointer } from '../../../worker/registry/pointer/pointer_store.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import { type ManagementWorker, startManagement, tokenEntry } from '../../fixtures/edge/management_worker.ts';
import { publishDirectory, SAMPLES } from '../../fixtures/models/publish_directory.ts';

let management: ManagementWorker;
beforeAll(async () => {
  const tokens = { MANAGEMENT_TOKENS: tokenEntry('ci', 'publish+flip', 'secret') };
  management = await startManagement(tokens, { faults: { isBusy: true } });
});
afterAll(() => management.stop());

test('a storage that is busy at first is asked again, and no request fails', async () => {
  const service = { url: management.url, token: 'secret' };
  // Without the retries of the commands, so that a fault here is a fault of the Worker.
  const store = new HttpObjectStore(service);
  for (const version of ['1.0.0', '1.1.0']) {
    await publishDirectory(store, `${SAMPLES}/half_plus_two/${version}`, 'half', version, { flip: false });
    const flip = POINTER_CHANGES.flip.of({ version });
    const changed = await changePointerThrough(service, wait)('half', flip, newChangeRecord({ by: 'ann' }));
    expect(changed).toMatchObject({ kind: 'changed', change: { to: version } });
  }
  const answer = await fetch(new URL('/api/v1/models', management.url), {
    headers: { authorization: 'Bearer secret' },
  });
  expect(await answer.json()).toMatchObject({ models: [{ model: 'half', current: '1.1.0', generation: 2 }] });
  expect(await readPointer(management.store, 'half')).toMatchObject({ pointer: { history: [{}, {}] } });
  const statuses = management.log.flatMap((line) => /"status":(\d+)/.exec(line)?.[1] ?? []);
  expect(statuses.length).toBeGreaterThan(8);
  expect(statuses.filter((status) => status.startsWith('5'))).toEqual([]);
});
