import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLocalRegistry } from '../../../scripts/registry/local/local_registry.ts';
import type { PointerReplica } from '../../../worker/registry/replica/pointer_replica.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { runScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';

const folder = await temporaryFolder();
const state = join(folder, 'state');
const configuration = join(folder, 'wrangler.json');
await writeFile(
  configuration,
  JSON.stringify({
    name: 'edge',
    compatibility_date: '2026-11-01',
    r2_buckets: [{ binding: 'MODELS', bucket_name: 'models' }],
    kv_namespaces: [{ binding: 'POINTERS', id: 'pointers' }],
  }),
);
const env = { EDGE_SERVING_CONFIG: configuration };

const run = (name: string, ...parameters: string[]) =>
  runScript(name, [...parameters, '--persist-to', state], { env });

async function withReplica<Result>(use: (replica: PointerReplica) => Promise<Result>): Promise<Result> {
  process.env.EDGE_SERVING_CONFIG = configuration;
  const registry = await openLocalRegistry(state);
  try {
    if (registry.replica === undefined) throw new Error('no namespace is bound');
    return await use(registry.replica);
  } finally {
    await registry.close();
    delete process.env.EDGE_SERVING_CONFIG;
  }
}

test('the commands update the replica, report that it is behind, and repair it', async () => {
  const first = await writeGraphModel(join(folder, '1'));
  const second = await writeGraphModel(join(folder, '2'));
  expect(await run('publish', first, '--model', 'half')).toMatchObject({ code: 0 });
  const old = await withReplica((replica) => replica.read('half'));
  expect(JSON.parse(old ?? '')).toMatchObject({ generation: 1, current: '1' });

  expect(await run('publish', second, '--model', 'half')).toMatchObject({ code: 0 });
  expect((await run('status', 'half')).stdout).not.toContain('replica');
  await withReplica((replica) => replica.write('half', old ?? ''));
  const behind = await run('status', 'half');
  expect(behind.stdout).toContain('the replica in KV is at generation 1');
  expect(JSON.parse((await run('status', 'half', '--json')).stdout)).toMatchObject({
    models: [{ replica: { kind: 'behind', generation: 1 } }],
  });

  // The version is already current, so the pointer stays and the replica is repaired.
  expect(await run('rollback', 'half', '--to', '2')).toMatchObject({ code: 3 });
  const repaired = await withReplica((replica) => replica.read('half'));
  expect(JSON.parse(repaired ?? '')).toMatchObject({ generation: 2, current: '2' });
  expect((await run('status', 'half')).stdout).not.toContain('replica');
});
