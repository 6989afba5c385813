import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Rehearse } from '../../../scripts/rehearsal/rehearse.ts';
import type { GoldenExample } from '../../../worker/model/content.ts';
import { writeFiles } from '../../fixtures/commands/model_directories.ts';
import { publish, tryPublish } from '../../fixtures/commands/publishing.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { temporaryRegistry } from '../../fixtures/commands/temporary_registry.ts';
import { layer, sequential3 } from '../../fixtures/keras/import_bytes.ts';
import { writeKerasArchive } from '../../fixtures/keras/keras_files.ts';

const folder = await temporaryFolder();
const { store } = await temporaryRegistry();

const units = 16;
const KERAS = await writeKerasArchive(
  sequential3([units], [layer('Dense', { name: 'd', units, activation: 'relu' })]),
  {
    'layers/dense/vars/0': {
      shape: [units, units],
      values: Float32Array.from({ length: units * units }, (_, index) => Math.sin(index)),
    },
    'layers/dense/vars/1': { shape: [units], values: new Float32Array(units) },
  },
);
const example = { inputs: { in: [Array(units).fill(0.5)] }, outputs: { d: [Array(units).fill(0)] } };
const model = await writeFiles(join(folder, 'model'), {
  'model.keras': KERAS,
  'golden.json': { examples: [example, { ...example, tolerance: 0.001 }] },
});

/** The golden examples that a rehearsal compares. */
async function compared(request: object): Promise<readonly GoldenExample[]> {
  let golden: readonly GoldenExample[] = [];
  const rehearse: Rehearse = async ({ manifest }) => {
    golden = manifest.content.golden;
    return {
      kind: 'done',
      rehearsal: { kind: 'skipped', at: new Date().toISOString() },
      plans: new Map(),
      current: undefined,
      notes: [],
    };
  };
  await publish(store, model, 'small', { ...request, allowBreaking: true }, rehearse);
  return golden;
}

test('golden examples permit what a quantization costs, unless they state a tolerance', async () => {
  expect(await compared({})).toEqual([example, { ...example, tolerance: 0.001 }]);
  for (const [quantize, permitted] of [
    ['float16', 0.01],
    ['uint8', 0.05],
  ] as const) {
    const [open, stated] = await compared({ quantize });
    expect(open).toEqual({ ...example, tolerances: { d: permitted } });
    expect(stated).toEqual({ ...example, tolerance: 0.001 });
  }
});

test('the refusal of a quantized model says what it permits and what to do', async () => {
  const disagreeing: Rehearse = async () => ({ kind: 'refused', reason: 'it disagrees', disagrees: true });
  expect(await tryPublish(store, model, 'refused', { quantize: 'uint8' }, disagreeing)).toEqual({
    kind: 'refused',
    reason: expect.stringMatching(
      /^it disagrees\. --quantize uint8 permits a difference of 0\.05 .* --quantize float16 or without .* larger "tolerance" in golden\.json$/,
    ),
  });
  expect(await tryPublish(store, model, 'refused', {}, disagreeing)).toEqual({
    kind: 'refused',
    reason: 'it disagrees',
  });
});
