import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { localOrigins } from '../../../scripts/dev/local_origins.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';

const folder = join(await temporaryFolder(), 'project');
const LOCAL = ['CORS_ORIGINS:http://localhost:*,http://127.0.0.1:*,http://[::1]:*'];

beforeEach(async () => {
  await mkdir(folder);
  vi.stubEnv('EDGE_SERVING_CONFIG', join(folder, 'wrangler.toml'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const configure = (text: string) => writeFile(join(folder, 'wrangler.toml'), `name = "x"\n${text}`);

test('pages of this machine are allowed unless the command line sets the origins', async () => {
  await configure('');
  expect(await localOrigins([])).toEqual(LOCAL);
  expect(await localOrigins(['CORS_ORIGINS_NOT:x', 'MAX_REQUEST_MB:1'])).toEqual(LOCAL);
  expect(await localOrigins(['CORS_ORIGINS:https://app.example'])).toEqual([]);
});

test('pages of this machine are allowed unless the configuration sets the origins', async () => {
  await configure('[vars]\nCORS_ORIGINS = "https://app.example"\n[env.staging.vars]\nOTHER = "1"\n');
  expect(await localOrigins([])).toEqual([]);
  vi.stubEnv('CLOUDFLARE_ENV', 'staging');
  expect(await localOrigins([])).toEqual(LOCAL);
});

test('pages of this machine are allowed unless a file of variables sets the origins', async () => {
  await configure('');
  await writeFile(join(folder, '.dev.vars'), '# CORS_ORIGINS=none\nOTHER=CORS_ORIGINS=1\n');
  expect(await localOrigins([])).toEqual(LOCAL);
  await writeFile(join(folder, '.dev.vars'), 'OTHER=1\n  CORS_ORIGINS = "https://app.example"\n');
  expect(await localOrigins([])).toEqual([]);
});
