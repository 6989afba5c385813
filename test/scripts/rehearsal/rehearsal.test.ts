import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { runtimeSourceDigest } from '../../../scripts/build/runtime_sources.ts';
import { publishJson, publishLines } from '../../../scripts/publish/publish_report.ts';
import { rehearsalLines } from '../../../scripts/rehearsal/rehearsal_report.ts';
import { createRehearsal, type Rehearse, skipRehearsal } from '../../../scripts/rehearsal/rehearse.ts';
import { modelStatus } from '../../../scripts/status/model_status.ts';
import { modelLines } from '../../../scripts/status/status_report.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import { RehearsalSchema } from '../../../worker/registry/version/rehearsal_record.ts';
import { readManifest } from '../../../worker/registry/version/version_store.ts';
import { endlessLoop, goldenFile, half, unknownOperation } from '../../fixtures/commands/failing_models.ts';
import { GRAPH_MODEL } from '../../fixtures/commands/model_directories.ts';
import { quotient, repeated, squares, unknownSizes } from '../../fixtures/commands/planned_models.ts';
import { publish, rollBack } from '../../fixtures/commands/publishing.ts';
import { runScript, startScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { snapshot, temporaryRegistry } from '../../fixtures/commands/temporary_registry.ts';

const folder = await temporaryFolder();
const { store, place } = await temporaryRegistry();

const AT = '2026-11-22T12:00:00.000Z';
const rehearse = createRehearsal({ store, limitMs: 60_000, at: AT, onProgress: () => {} });

/** Counts the rehearsals. */
function counted(inner: Rehearse): { rehearse: Rehearse; rehearsals: () => number } {
  let count = 0;
  return {
    rehearse: (candidate, current) => {
      count++;
      return inner(candidate, current);
    },
    rehearsals: () => count,
  };
}

const skipped = skipRehearsal(AT);
const GOLDEN = { inputs: { x: [1, 2, 5] }, outputs: { y: [2.5, 3, 4.5] } };

async function manifestOf(model: string, version: string) {
  const read = await readManifest(store, model, version);
  if (read.kind !== 'found') throw new Error(`${model} ${version} is ${read.kind}`);
  return read.manifest;
}

test('its figures are shown next to those of the replaced version, and are in the manifest', async () => {
  const model = 'figures';
  await publish(store, await half(join(folder, model, 'a'), goldenFile(GOLDEN)), model, {}, rehearse);
  const other = { ...GRAPH_MODEL, generatedBy: 'a second training' };
  const second = await half(join(folder, model, 'b'), { 'model.json': other, ...goldenFile(GOLDEN) });
  const outcome = await publish(store, second, model, {}, rehearse);
  const report = { model, place, flip: true, label: undefined, outcome };
  expect(publishLines(report).join('\n')).toMatch(
    /Rehearsed in a local workerd:\n +1\.0\.1 +1\.0\.0 \(current\)\n +WebAssembly heap +17 MB +17 MB\n +loading and warmup +[\d.]+ ms +[\d.]+ ms\n +first answer .*\n +answer, median .*\n +computed by +a plan +a plan\nIt agrees with 1 golden example; the largest difference is 0\./,
  );
  const { rehearsal } = await manifestOf(model, '1.0.1');
  expect(rehearsal).toMatchObject({
    kind: 'rehearsed',
    at: AT,
    golden: { examples: 1, largestDifference: 0 },
    plan: { kind: 'planned', shapes: 1 },
    figures: { loadMs: expect.any(Number), medianMs: expect.any(Number) },
  });
  expect(publishJson(report)).toMatchObject({
    rehearsal: {
      ...rehearsal,
      current: { kind: 'rehearsed', version: '1.0.0', plan: { kind: 'planned', shapes: 1 } },
      notes: [],
    },
    differences: [],
  });
});

describe('whether a plan computes it', () => {
  test('is found even if the only input is one number, or indices that the Worker does not change', async () => {
    for (const [model, directory] of [
      ['number', await half(join(folder, 'number'))],
      ['indices', await squares()],
    ] as const) {
      await publish(store, directory, model, {}, rehearse);
      expect((await manifestOf(model, '1.0.0')).rehearsal, model).toMatchObject({
        plan: { kind: 'planned', shapes: 1 },
      });
    }
    const status = await modelStatus(store, 'number');
    expect(status?.versions).toMatchObject([{ plan: { kind: 'planned', shapes: 1 } }]);
    expect(status && modelLines(status, { whole: false }).join('\n')).toMatch(/by test, planned$/);
  });

  test('is reported with the reason why not, by publish and by status', async () => {
    const model = 'unplanned';
    const directory = await repeated();
    const outcome = await publish(store, directory, model, {}, rehearse);
    const reason = 'what it computes depends on the values of an output of Abs';
    const { rehearsal } = await manifestOf(model, '1.0.0');
    expect(rehearsal).toMatchObject({ plan: { kind: 'not planned', reason } });
    const text = publishLines({ model, place, flip: true, label: undefined, outcome }).join('\n');
    expect(text).toMatch(/\n +computed by +tfjs's executor\n/);
    expect(text).toContain(`No plan can compute it, so that it runs more slowly: ${reason}.`);
    const status = await modelStatus(store, model);
    expect(status?.versions).toMatchObject([{ plan: { kind: 'not planned', reason } }]);
    expect(status && modelLines(status, { whole: false }).join('\n')).toMatch(
      new RegExp(`not planned: ${reason}$`),
    );
  });

  test('is unknown if no request could be made, or if it was not tested', async () => {
    const model = 'unasked';
    const directory = await unknownSizes();
    const outcome = await publish(store, directory, model, {}, rehearse);
    expect((await manifestOf(model, '1.0.0')).rehearsal).toMatchObject({ plan: { kind: 'not shown' } });
    const text = publishLines({ model, place, flip: true, label: undefined, outcome }).join('\n');
    expect(text).toMatch(/computed by +-\n[\s\S]*It is unknown if a plan can compute it/);
    await publish(store, await half(join(folder, 'unseen')), 'unseen', {}, skipped);
    for (const [name, plan] of [
      [model, { kind: 'not shown' }],
      ['unseen', null],
    ] as const) {
      const status = await modelStatus(store, name);
      expect(status?.versions).toMatchObject([{ plan }]);
      expect(status && modelLines(status, { whole: false }).join('\n')).not.toContain('planned');
    }
  });

  test('is shown by the proofs that are in the manifest', async () => {
    const model = 'proofs';
    await publish(store, await half(join(folder, model)), model, {}, rehearse);
    const { rehearsal } = await manifestOf(model, '1.0.0');
    const proofs = rehearsal?.kind === 'rehearsed' ? rehearsal.proofs : undefined;
    expect(proofs?.runtime).toBe(await runtimeSourceDigest());
    expect(proofs?.shapes).toMatchObject([
      { probe: 0, inputs: [{ dtype: 'float32', shape: [1] }], outputs: [{ dtype: 'float32', shape: [1] }] },
    ]);
    const [output] = proofs?.shapes[0]?.outputs ?? [];
    const bytes = Buffer.from(output?.values ?? '', 'base64');
    // Half of a number from -1 to 1, plus two.
    expect(Math.abs(bytes.readFloatLE() - 2)).toBeLessThanOrEqual(0.5);
  });

  test('is absent from earlier manifests, which stay unchanged', () => {
    const rehearsed = {
      kind: 'rehearsed' as const,
      at: AT,
      worker: '0123456789ab',
      figures: { loadMs: 1, firstMs: 1, medianMs: 1, heapBytes: 1, emptyHeapBytes: 1 },
      golden: { examples: 0, largestDifference: null },
    };
    expect(v.parse(RehearsalSchema, rehearsed)).toEqual(rehearsed);
    const unknown = { ...rehearsed, proofs: { runtime: 'of a newer tool', shapes: 7 } };
    expect(v.parse(RehearsalSchema, unknown)).toEqual({ ...rehearsed, proofs: undefined });
    const done = {
      kind: 'done' as const,
      rehearsal: rehearsed,
      plans: new Map(),
      current: undefined,
      notes: [],
    };
    expect(rehearsalLines('1.0.0', done).join('\n')).not.toMatch(/plan|computed by/);
  });
});

test.each([
  [5, 2, /SLOWER: an answer takes 2\.5 times as long as not quantized\. Publish it without --quantize/],
  [2.1, 2, /An answer takes about as long as not quantized, .*: publish it without --quantize/],
  [1, 2, /An answer takes 0\.50 of the time that it takes not quantized\./],
] as const)('of %s ms quantized and %s ms not, the report says which is slower', (now, before, expected) => {
  const figures = { loadMs: 1, firstMs: 1, medianMs: now, heapBytes: 1, emptyHeapBytes: 1 };
  const golden = { examples: 0, largestDifference: null };
  const rehearsal = { kind: 'rehearsed', at: AT, worker: '0123456789ab', figures, golden } as const;
  const plan = { kind: 'planned', shapes: 1 } as const;
  const beside = {
    kind: 'rehearsed',
    version: '0.0.0',
    figures: { ...figures, medianMs: before },
    plan,
  } as const;
  const done = { kind: 'done', rehearsal, plans: new Map(), current: undefined, notes: [] } as const;
  expect(rehearsalLines('1.0.0', { ...done, unquantized: beside }).join('\n')).toMatch(expected);
  expect(rehearsalLines('1.0.0', done).join('\n')).not.toMatch(/quantize/);
});

describe('without golden examples', () => {
  test('the answers to made ones are kept, and a republish is the same content', async () => {
    const model = 'recorded';
    const directory = await half(join(folder, model));
    const outcome = await publish(store, directory, model, {}, rehearse);
    expect(outcome.checks.rehearsal?.notes).toEqual([
      expect.stringMatching(/no golden\.json.*recorded instead/),
    ]);
    const { content, rehearsal } = await manifestOf(model, '1.0.0');
    expect(content.golden).toEqual([]);
    expect(rehearsal).toMatchObject({
      recorded: { examples: [{ signature_name: 'serving_default', outputs: { y: [expect.any(Number)] } }] },
    });
    const again = counted(rehearse);
    const before = await snapshot(store);
    const second = await publish(store, directory, model, {}, again.rehearse);
    expect(second).toMatchObject({ manifest: 'same', version: '1.0.0', change: undefined });
    expect(again.rehearsals()).toBe(0);
    expect(await snapshot(store)).toEqual(before);
  });

  test('a current version whose answers have changed is reported, and blocks nothing', async () => {
    const model = 'drifted';
    const first = await half(join(folder, model, 'a'));
    const drifted: Rehearse = async (candidate, current) => {
      const outcome = await rehearse(candidate, current);
      if (outcome.kind === 'refused' || outcome.rehearsal.kind === 'skipped') return outcome;
      const examples = [{ signature_name: 'serving_default', outputs: { y: [77] } }];
      return { ...outcome, rehearsal: { ...outcome.rehearsal, recorded: { generator: 1, examples } } };
    };
    await publish(store, first, model, {}, drifted);
    const second = await half(join(folder, model, 'b'), goldenFile(GOLDEN));
    const { checks } = await publish(store, second, model, {}, rehearse);
    expect(checks.rehearsal?.notes).toEqual([
      expect.stringMatching(/^The current version 1\.0\.0 no longer answers as it did: .* and not 77/),
    ]);
    expect(checks.rehearsal?.current).toMatchObject({ kind: 'rehearsed' });
  });
});

test('zeros that a model refuses are reported, with the place for valid examples, and block nothing', async () => {
  const outcome = await publish(store, await quotient(), 'untaken', {}, rehearse);
  expect(outcome.checks.rehearsal?.notes).toContainEqual(
    expect.stringMatching(
      /^It could not compute zeros, .*serving_default: .*divided by zero\. Put a request that it accepts into warmup\.json/,
    ),
  );
  expect((await manifestOf('untaken', '1.0.0')).rehearsal).toMatchObject({ kind: 'rehearsed' });
});

test('a current version whose file is lost is reported, and blocks nothing', async () => {
  const model = 'lost';
  const { uploaded } = await publish(
    store,
    await half(join(folder, model, 'a'), { 'weights.bin': new Uint8Array(Float32Array.of(7, 7).buffer) }),
    model,
  );
  const weights = uploaded.find(({ path }) => path === 'weights.bin');
  await store.delete([`blobs/sha256/${weights?.sha256}`]);
  const { checks } = await publish(store, await half(join(folder, model, 'b')), model, {}, rehearse);
  expect(checks.rehearsal?.current).toEqual({
    kind: 'not rehearsed',
    version: '1.0.0',
    reason: 'its file weights.bin is missing',
  });
});

describe('a version that was published untried', () => {
  test('says so in its manifest, and is rehearsed by the publish that would flip to it', async () => {
    const model = 'untried';
    await publish(store, await half(join(folder, model, 'a')), model, {}, skipped);
    const directory = await half(
      join(folder, model, 'b'),
      goldenFile({ ...GOLDEN, outputs: { y: [9, 9, 9] } }),
    );
    await publish(store, directory, model, { flip: false }, skipped);
    expect((await manifestOf(model, '1.0.1')).rehearsal).toEqual({ kind: 'skipped', at: AT });
    const noFlip = counted(rehearse);
    await publish(store, directory, model, { flip: false }, noFlip.rehearse);
    expect(noFlip.rehearsals()).toBe(0);
    await expect(publish(store, directory, model, {}, rehearse)).rejects.toThrow(
      /untried 1\.0\.1 disagrees with its golden example/,
    );
    await publish(store, directory, model, {}, skipped);
    await rollBack(store, model);
    const undone = counted(rehearse);
    await publish(store, directory, model, {}, undone.rehearse);
    expect(undone.rehearsals()).toBe(0);
  });
});

const temporary = await temporaryFolder();

/** The processes whose temporary folder begins with `directory`. */
async function processesIn(directory: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
    if (environment.includes(`TMPDIR=${directory}`)) found.push(Number(name));
  }
  return found;
}

test.runIf(process.platform === 'linux')(
  'a model that is refused before its rehearsal leaves no process and no file of the workerd that was started for it',
  async () => {
    const refused = await runScript(
      'publish',
      [await unknownOperation(), '--model', 'refused', '--persist-to', join(folder, 'refused')],
      { env: { TMPDIR: temporary } },
    );
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('NoSuchOperation') });
    expect(await processesIn(join(temporary, 'edge-serving-rehearsal-'))).toEqual([]);
    expect(await readdir(temporary)).toEqual([]);
  },
);

test.runIf(process.platform === 'linux')(
  'a rehearsal that is killed leaves no process and no file',
  async () => {
    const stage = join(temporary, 'edge-serving-rehearsal-');
    const child = startScript(
      'publish',
      [await endlessLoop(), '--model', 'killed', '--persist-to', join(folder, 'killed')],
      { env: { TMPDIR: temporary } },
    );
    // The host of the rehearsal and its workerd.
    while ((await processesIn(stage)).length < 2) {
      expect(child.exitCode).toBeNull();
      await wait(50);
    }
    // The process that holds the local state of the script is not part of the rehearsal and outlives it.
    const others = (await processesIn(temporary)).filter((id) => id !== child.pid);
    child.kill('SIGKILL');
    while ((await processesIn(stage)).length > 0) await wait(50);
    for (const id of await processesIn(temporary)) if (others.includes(id)) process.kill(id, 'SIGKILL');
    const files = await readdir(temporary);
    expect(files.filter((name) => name.startsWith('edge-serving-rehearsal-'))).toEqual([]);
  },
);
