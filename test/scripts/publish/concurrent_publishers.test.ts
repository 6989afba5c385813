import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Rehearse } from '../../../scripts/rehearsal/rehearse.ts';
import { modelStatus } from '../../../scripts/status/model_status.ts';
import { GRAPH_MODEL, writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { publish, tryPublish } from '../../fixtures/commands/publishing.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { temporaryRegistry } from '../../fixtures/commands/temporary_registry.ts';

const folder = await temporaryFolder();
const { store } = await temporaryRegistry();

describe('publishers at once', () => {
  test('are compared with the version that became current during their rehearsal', async () => {
    const model = 'overtaken';
    await publish(store, await writeGraphModel(join(folder, model, 'first')), model);
    const { x } = GRAPH_MODEL.signature.inputs;
    const renamed = { ...GRAPH_MODEL, signature: { ...GRAPH_MODEL.signature, inputs: { z: x } } };
    const breaking = await writeGraphModel(join(folder, model, '2.0.0'), { 'model.json': renamed });
    const overtaken: Rehearse = async () => {
      await publish(store, breaking, model);
      return {
        kind: 'done',
        rehearsal: { kind: 'skipped', at: new Date().toISOString() },
        plans: new Map(),
        current: undefined,
        notes: [],
      };
    };
    const slow = await writeGraphModel(join(folder, model, '1.0.1'));
    expect(await tryPublish(store, slow, model, {}, overtaken)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(
        /^overtaken 1\.0\.1 is published and nothing was flipped: .* clients of the current version 2\.0\.0: .*"z" is gone/,
      ),
    });
    expect((await modelStatus(store, model))?.pointer).toMatchObject({ generation: 2, current: '2.0.0' });
    const meant = await publish(store, slow, model, { allowBreaking: true });
    expect(meant.pointer).toMatchObject({ generation: 3, current: '1.0.1' });
  });

  test('of ten versions make ten generations, each once', async () => {
    const model = 'ten';
    const directories: string[] = [];
    for (let index = 1; index <= 10; index++) {
      directories.push(await writeGraphModel(join(folder, model, String(index))));
    }
    await Promise.all(directories.map((directory) => publish(store, directory, model)));
    const pointer = (await modelStatus(store, model))?.pointer;
    expect(pointer?.history.map(({ generation }) => generation)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(new Set(pointer?.history.map(({ to }) => to)).size).toBe(10);
    expect(pointer?.current).toBe(pointer?.history[0]?.to);
  });

  test('of three contents that name no version get three versions', async () => {
    const model = 'three';
    const directories = await Promise.all(
      ['a', 'b', 'c'].map((name) => writeGraphModel(join(folder, model, name))),
    );
    const outcomes = await Promise.all(directories.map((directory) => publish(store, directory, model)));
    expect(outcomes.map(({ version }) => version).sort()).toEqual(['1.0.0', '1.0.1', '1.0.2']);
    expect((await modelStatus(store, model))?.pointer?.generation).toBe(3);
  });

  test('of one content make one version and one generation', async () => {
    const model = 'two';
    const directory = await writeGraphModel(join(folder, model, 'a'));
    const outcomes = await Promise.all([publish(store, directory, model), publish(store, directory, model)]);
    expect(outcomes.map(({ version }) => version)).toEqual(['1.0.0', '1.0.0']);
    expect((await modelStatus(store, model))?.pointer?.generation).toBe(1);
  });
});
