import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateSigningKey, readSigner } from '../../../scripts/publish/signing_key.ts';
import { modelStatus } from '../../../scripts/status/model_status.ts';
import { modelLines } from '../../../scripts/status/status_report.ts';
import { manifestKey } from '../../../worker/registry/storage/storage_keys.ts';
import type { Card } from '../../../worker/registry/version/card.ts';
import { parseSentManifest } from '../../../worker/registry/version/manifest_document.ts';
import { checkManifestSignature } from '../../../worker/registry/version/manifest_signature.ts';
import { readManifest } from '../../../worker/registry/version/version_store.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { publish, tryPublish } from '../../fixtures/commands/publishing.ts';
import { runScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { temporaryRegistry } from '../../fixtures/commands/temporary_registry.ts';

const folder = await temporaryFolder();
const { store } = await temporaryRegistry();

const CARD: Card = {
  description: 'Trained on the pages of June.\nFor the shop only.',
  tags: ['retrained', 'eu'],
  metrics: { accuracy: 0.93, 'loss (validation)': 0.2 },
  commit: '0123456789abcdef',
};

async function storedText(model: string): Promise<string> {
  const read = await store.get(manifestKey(model, '1.0.0'));
  if (read.kind !== 'found') throw new Error(read.kind);
  return read.object.text();
}

describe('a card', () => {
  test('is a part of the manifest, which its signature covers and a management Worker accepts', async () => {
    const signer = await readSigner(undefined, { MANIFEST_SIGNING_KEY: generateSigningKey().privatePem });
    if (signer === undefined) throw new Error('the key was not read');
    await publish(store, await writeGraphModel(join(folder, 'a')), 'signed', { signer, card: CARD });
    expect(await readManifest(store, 'signed', '1.0.0')).toMatchObject({
      manifest: { schema: 1, card: CARD },
    });
    const text = await storedText('signed');
    const check = (changed: string) => checkManifestSignature(changed, [signer.publicKey]);
    expect(await check(text)).toEqual({ kind: 'valid' });
    expect(await check(text.replace('0.93', '0.99'))).toMatchObject({ kind: 'invalid' });
    expect(parseSentManifest(text)).toMatchObject({ kind: 'valid', value: { card: CARD } });
    expect(parseSentManifest(text.replace('retrained', 'not a name'))).toMatchObject({
      kind: 'malformed',
      reason: expect.stringContaining('card'),
    });
  });

  test('of a newer form does not make a version unreadable', async () => {
    await publish(store, await writeGraphModel(join(folder, 'b')), 'newer', { card: CARD });
    const manifest = { ...JSON.parse(await storedText('newer')), card: { ...CARD, stars: 5 } };
    await store.put(manifestKey('newer', '1.0.0'), new TextEncoder().encode(JSON.stringify(manifest)), {
      condition: { kind: 'always' },
    });
    const read = await readManifest(store, 'newer', '1.0.0');
    expect(read.kind).toBe('found');
    expect(read.kind === 'found' && read.manifest.card).toBeUndefined();
  });

  test('does not change: another one needs another version', async () => {
    const directory = await writeGraphModel(join(folder, 'c'));
    await publish(store, directory, 'kept', { card: CARD });
    expect(await publish(store, directory, 'kept', { card: CARD })).toMatchObject({ manifest: 'same' });
    expect(await publish(store, directory, 'kept')).toMatchObject({ manifest: 'same' });
    expect(await tryPublish(store, directory, 'kept', { card: { tags: ['other'] } })).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^kept 1\.0\.0 is published with another card, .* --model-version$/),
    });
  });

  test('is shown by status, with the tags beside the version', async () => {
    await publish(store, await writeGraphModel(join(folder, 'd')), 'shown', { card: CARD });
    const status = await modelStatus(store, 'shown');
    expect(status?.versions).toMatchObject([{ card: CARD, signedWith: null }]);
    const lines = status === undefined ? [] : modelLines(status, { whole: true });
    expect(lines[1]).toMatch(/ {2}1\.0\.0 {2}current .*, tagged retrained, eu$/);
    expect(lines.slice(2, 12)).toEqual([
      '  card of 1.0.0',
      '    Trained on the pages of June.',
      '    For the shop only.',
      '    tags    retrained, eu',
      '    commit  0123456789abcdef',
      '    metric  accuracy = 0.93',
      '    metric  loss (validation) = 0.2',
      '  signature serving_default (tensorflow/serving/predict)',
      '    takes  x  float32  [?]',
      '    gives  y  float32  [?]',
    ]);
  });
});

test('publish reads the card of a file, adds tags, and refuses a card with anything else in it', async () => {
  const directory = await writeGraphModel(join(folder, 'process'));
  const card = async (name: string, content: string): Promise<string[]> => {
    await writeFile(join(folder, name), content);
    return ['--card', name];
  };
  const run = (words: readonly string[]) =>
    runScript(
      'publish',
      [directory, '--model', 'm', '--persist-to', 'state', '--skip-rehearsal', '--json', ...words],
      { cwd: folder },
    );
  const wrong: [string, string[], string][] = [
    ['an unknown member', await card('unknown.json', '{"stars":5}'), 'stars'],
    ['a metric that is a text', await card('metric.json', '{"metrics":{"loss":"low"}}'), 'metrics.loss'],
    ['a terminal escape', await card('escape.json', '{"description":"\\u001b[2J"}'), 'control characters'],
    ['not JSON', await card('text.json', 'good'), 'is not JSON'],
    ['too large', await card('large.json', ' '.repeat(70_000)), 'the limit is 65536 bytes'],
    ['missing', ['--card', 'nowhere.json'], 'is not a file'],
    ['a tag that is not a name', ['--tag', 'a b'], "--tag <name> cannot be 'a b'"],
  ];
  for (const [what, words, error] of wrong) {
    const { code, stdout } = await run(words);
    expect({ what, code, error: JSON.parse(stdout).error }).toEqual({
      what,
      code: 2,
      error: expect.stringContaining(error),
    });
  }
  const { tags, ...rest } = CARD;
  const given = await card('card.json', JSON.stringify({ ...rest, tags: ['retrained'] }));
  const published = await run([...given, '--tag', 'eu', '--tag', 'retrained']);
  expect(published.code, published.stdout).toBe(0);
  const status = await runScript('status', ['--persist-to', 'state', '--json'], { cwd: folder });
  expect(JSON.parse(status.stdout).models).toMatchObject([{ versions: [{ card: { ...rest, tags } }] }]);
});
