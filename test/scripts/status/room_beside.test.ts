import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publishJson, publishLines } from '../../../scripts/publish/publish_report.ts';
import { modelStatus } from '../../../scripts/status/model_status.ts';
import { roomFault } from '../../../scripts/status/room_beside.ts';
import { modelLines } from '../../../scripts/status/status_report.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { publish } from '../../fixtures/commands/publishing.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { temporaryRegistry } from '../../fixtures/commands/temporary_registry.ts';

const folder = await temporaryFolder();
const { store, place } = await temporaryRegistry();
const KIB = 1024;
const MIB = 1024 * KIB;

/** Not rehearsed: twice the weights, four times the topology, and 64 KiB. */
const version = (name: string, weightBytes: number) => ({
  version: name,
  content: {
    format: 'tfjs-graph-model' as const,
    topology: 'model.json',
    signatures: {},
    blobs: [
      { path: 'model.json', bytes: 16 * KIB, sha256: '' },
      { path: 'weights.bin', bytes: weightBytes, sha256: '' },
    ],
    weightBytes,
    warmup: [],
    golden: [],
  },
});
const NEEDED = 2 * (2 * 10 * MIB + 4 * 16 * KIB + 64 * KIB);

test('two versions fit up to the budget, and not beyond it', () => {
  const versions = [version('1.1.0', 10 * MIB), version('1.0.0', 10 * MIB)] as const;
  expect(roomFault(...versions, NEEDED)).toBeUndefined();
  expect(roomFault(...versions, NEEDED - 1)).toContain('1.1.0 cannot be loaded beside 1.0.0');
  expect(roomFault(...versions)).toBeUndefined();
});

test('the current version is in memory once', () => {
  const current = version('1.0.0', 10 * MIB);
  expect(roomFault(current, current, 1)).toBeUndefined();
});

test('publish and status report a staged version without enough memory', async () => {
  const model = 'crowded';
  await publish(store, await writeGraphModel(join(folder, 'a')), model, { memoryBudgetBytes: 1 });
  const staged = { flip: false, stage: true, memoryBudgetBytes: 100 * KIB };
  const outcome = await publish(store, await writeGraphModel(join(folder, 'b')), model, staged);
  const told = '1.0.1 cannot be loaded beside 1.0.0: together they need about ';
  const report = { model, place, flip: false, stage: true, label: undefined, outcome };
  expect(publishLines(report).join('\n')).toContain(told);
  expect(publishJson(report)).toMatchObject({ room: expect.stringContaining(told) });
  const lines = async (memoryBudgetBytes: number): Promise<string> => {
    const status = await modelStatus(store, model, { memoryBudgetBytes });
    return status === undefined ? '' : modelLines(status, { whole: false }).join('\n');
  };
  expect(await lines(100 * KIB)).toContain(told);
  expect(await lines(MIB)).not.toContain('cannot be loaded');
});
