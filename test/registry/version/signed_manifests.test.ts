import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signatureFault } from '../../../scripts/publish/checks/required_signature.ts';
import { generateSigningKey, readSigner, type Signer } from '../../../scripts/publish/signing_key.ts';
import { manifestKey } from '../../../worker/registry/storage/storage_keys.ts';
import {
  checkManifestSignature,
  parsePublicKey,
} from '../../../worker/registry/version/manifest_signature.ts';
import { half } from '../../fixtures/commands/failing_models.ts';
import { GRAPH_MODEL } from '../../fixtures/commands/model_directories.ts';
import { publish, tryPublish } from '../../fixtures/commands/publishing.ts';
import { runScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { ask } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';

const folder = await temporaryFolder();

/** A key, and a signer that uses it. */
async function createKey(): Promise<{ signer: Signer; publicText: string; privatePem: string }> {
  const { privatePem, publicText } = generateSigningKey();
  const signer = await readSigner(undefined, { MANIFEST_SIGNING_KEY: privatePem });
  if (signer === undefined) throw new Error('the key was not read');
  return { signer, publicText, privatePem };
}

const [first, second, unknown] = [await createKey(), await createKey(), await createKey()];

let edge: Edge;
beforeAll(async () => {
  const keys = `${first.publicText}, ${second.publicText}`;
  edge = await startEdge({ isolates: 1, variables: { MANIFEST_PUBLIC_KEYS: keys } });
});
afterAll(() => edge.stop());

let made = 0;

/** A model with unique content, y = x / 2 + 2. */
const nextModel = (): Promise<string> =>
  half(join(folder, `model-${++made}`), { 'model.json': { ...GRAPH_MODEL, generatedBy: String(made) } });

const predict = (model: string) => ask(edge.isolates[0], `/v1/models/${model}:predict`, { instances: [1] });

async function readManifestJson(model: string, version: string): Promise<Record<string, unknown>> {
  const read = await edge.store.get(manifestKey(model, version));
  if (read.kind !== 'found') throw new Error(`${model} ${version} is ${read.kind}`);
  return JSON.parse(await read.object.text());
}

async function overwrite(model: string, version: string, manifest: object): Promise<void> {
  const text = JSON.stringify(manifest);
  await edge.store.put(manifestKey(model, version), new TextEncoder().encode(text), {
    condition: { kind: 'always' },
  });
}

/** Publishes a valid version, and then one that is damaged before its first request. */
async function publishBad(
  model: string,
  signer: Signer | undefined,
  spoil: (manifest: Record<string, unknown>) => Promise<object> | object = (manifest) => manifest,
): Promise<void> {
  await publish(edge.store, await nextModel(), model, { signer: first.signer });
  await predict(model);
  await publish(edge.store, await nextModel(), model, { flip: false, signer });
  await overwrite(model, '1.0.1', await spoil(await readManifestJson(model, '1.0.1')));
  const pointer = await edge.store.get(`models/${model}/pointer.json`);
  if (pointer.kind !== 'found') throw new Error('there is no pointer');
  const json = JSON.parse(await pointer.object.text());
  const flipped = { ...json, generation: json.generation + 1, current: '1.0.1', previous: '1.0.0' };
  await edge.store.put(`models/${model}/pointer.json`, new TextEncoder().encode(JSON.stringify(flipped)), {
    condition: { kind: 'always' },
  });
}

describe('with public keys a Worker', () => {
  test.each([
    ['first', first],
    ['second', second],
  ])('serves what is signed with the %s of them', async (model, { signer }) => {
    await publish(edge.store, await nextModel(), model, { signer });
    expect(await predict(model)).toMatchObject({ status: 200, body: { predictions: [2.5] } });
  });

  test.for<[string, Signer | undefined, RegExp, Parameters<typeof publishBad>[2]?]>([
    ['unsigned', undefined, /has no signature, and MANIFEST_PUBLIC_KEYS requires one/],
    ['unknown_key', unknown.signer, /is signed with key [0-9a-f]{16}, which is not among/],
    [
      'tampered',
      first.signer,
      /its signature with key [0-9a-f]{16} does not match this manifest/,
      (manifest) => ({ ...manifest, provenance: { ...Object(manifest.provenance), publishedBy: 'me' } }),
    ],
    [
      'extended',
      first.signer,
      /does not match this manifest/,
      (manifest) => ({ ...manifest, somethingNew: true }),
    ],
    [
      'moved_signature',
      first.signer,
      /does not match this manifest/,
      async (manifest) => ({ ...manifest, signature: (await readManifestJson('first', '1.0.0')).signature }),
    ],
    [
      'moved_manifest',
      first.signer,
      /its manifest is malformed: it names first 1\.0\.0/,
      () => readManifestJson('first', '1.0.0'),
    ],
    [
      'malformed_signature',
      first.signer,
      /its signature is malformed/,
      (manifest) => ({ ...manifest, signature: 'trust me' }),
    ],
    [
      'no_base64',
      first.signer,
      /does not match this manifest/,
      (manifest) => ({ ...manifest, signature: { ...Object(manifest.signature), value: '%' } }),
    ],
  ])('answers with the version before one that is %s', async ([model, signer, reason, spoil]) => {
    await publishBad(model, signer, spoil);
    const answer = await predict(model);
    expect(answer).toMatchObject({ status: 200, version: '1.0.0', body: { predictions: [2.5] } });
    expect(answer.fallback).toMatch(reason);
    expect(
      await ask(edge.isolates[0], `/v1/models/${model}/versions/1.0.1:predict`, { instances: [1] }),
    ).toMatchObject({
      status: 503,
    });
    const metadata = `/v1/models/${model}/versions/1.0.1/metadata`;
    expect(await ask(edge.isolates[0], metadata)).toMatchObject({ status: 503 });
  });
});

test.each([
  ['empty', ''],
  ['cut short', 'MCowBQYDK2VwAyEA'],
  ['a private key', first.privatePem.replaceAll('\n', '')],
])(
  'a MANIFEST_PUBLIC_KEYS that is %s is a fault of the configuration, and its value is not shown',
  async (_, value) => {
    const wrong = await startEdge({ isolates: 1, variables: { MANIFEST_PUBLIC_KEYS: value } });
    try {
      const { status, body } = await ask(wrong.isolates[0], '/healthz');
      expect(status).toBe(500);
      expect(body).toEqual({
        error:
          'configuration: MANIFEST_PUBLIC_KEYS must be Ed25519 public keys in base64 as npm run keygen prints them, separated by commas',
      });
    } finally {
      await wrong.stop();
    }
  },
);

describe('a version that is published', () => {
  test('cannot be signed afterwards, or with another key', async () => {
    const directory = await nextModel();
    await publish(edge.store, directory, 'unsigned_first');
    expect(await tryPublish(edge.store, directory, 'unsigned_first', { signer: first.signer })).toMatchObject(
      {
        kind: 'refused',
        reason: expect.stringMatching(/1\.0\.0 is published without a signature, .* another version/),
      },
    );
    const signed = await nextModel();
    await publish(edge.store, signed, 'signed_first', { signer: first.signer });
    expect(await publish(edge.store, signed, 'signed_first', { signer: first.signer })).toMatchObject({
      manifest: 'same',
    });
    expect(await tryPublish(edge.store, signed, 'signed_first', { signer: second.signer })).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining(`signed with key ${first.signer.keyId}`),
    });
  });
});

test('keygen makes a key that only its owner reads and that is never overwritten; publish signs with it', async () => {
  const there = { cwd: folder };
  const made = await runScript('keygen', ['key.pem', '--json'], there);
  const { publicKey } = JSON.parse(made.stdout);
  expect((await stat(join(folder, 'key.pem'))).mode & 0o777).toBe(0o600);
  const pem = await readFile(join(folder, 'key.pem'), 'utf8');
  expect(await runScript('keygen', ['key.pem'], there)).toMatchObject({
    code: 1,
    stderr: 'key.pem exists already, and a key is never overwritten\n',
  });
  expect(await readFile(join(folder, 'key.pem'), 'utf8')).toBe(pem);
  const options = ['--persist-to', 'state', '--skip-rehearsal', '--json'];
  const directory = await nextModel();
  const published = await runScript(
    'publish',
    [directory, '--model', 'm', '--sign', 'key.pem', ...options],
    there,
  );
  expect(published.code).toBe(0);
  const status = await runScript('status', ['m', '--persist-to', 'state'], there);
  expect(status.stdout).toMatch(/ {2}1\.0\.0 {2}current .*, signed, not rehearsed\n/);
  const wrong = await runScript('publish', [directory, '--model', 'n', ...options], {
    ...there,
    env: { MANIFEST_SIGNING_KEY: 'my secret' },
  });
  expect(wrong.code).toBe(1);
  expect(JSON.parse(wrong.stdout)).toEqual({
    error: 'MANIFEST_SIGNING_KEY: is not an Ed25519 private key in PEM, as edge-serving keygen creates it',
  });
  expect(parsePublicKey(publicKey)).toBeDefined();
});

test('a manifest is signed as it is read back, whatever is in it', async () => {
  const publicKey = first.signer.publicKey;
  const document = { b: [1e21, -0, 0.1, null], a: { 10: 'é\u2028', 9: undefined }, __proto__x: '\ud800' };
  const signed = { ...document, signature: await first.signer.sign(document) };
  const text = JSON.stringify(signed, null, 3);
  expect(await checkManifestSignature(text, [publicKey])).toEqual({ kind: 'valid' });
  expect(await checkManifestSignature(text.replace('0.1', '0.2'), [publicKey])).toMatchObject({
    kind: 'invalid',
  });
});

test('what wrangler.toml demands is known before anything is published', async () => {
  const configuration = (keys: string | undefined) => ({
    compatibilityDate: '2026-11-01',
    compatibilityFlags: [],
    variables: keys === undefined ? {} : { MANIFEST_PUBLIC_KEYS: keys },
  });
  const keys = `${first.publicText},${second.publicText}`;
  expect(await signatureFault(configuration(undefined), undefined)).toBeUndefined();
  expect(await signatureFault(configuration(keys), second.signer.keyId)).toBeUndefined();
  expect(await signatureFault(configuration(keys), undefined)).toContain('--sign KEYFILE');
  expect(await signatureFault(configuration(keys), unknown.signer.keyId)).toContain('not among');
  expect(await signatureFault(configuration('x'), undefined)).toContain('not an Ed25519 public key');
});
