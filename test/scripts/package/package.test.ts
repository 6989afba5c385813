import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, link, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';
import { freePort } from '../../fixtures/commands/free_port.ts';
import { runNpm } from '../../fixtures/commands/run_npm.ts';
import { OUTER_ENVIRONMENT } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';

const run = promisify(execFile);
const project = join(await temporaryFolder(), 'My project');
const packages = join(project, 'node_modules');
const installed = join(packages, 'edge-serving');
const program = join(installed, 'bin', 'edge-serving.js');
const edgeServing = (...words: readonly string[]) =>
  run(process.execPath, [program, ...words], { cwd: project, env: OUTER_ENVIRONMENT });

/**
 * Installs the package with npm, beside packages that satisfy its dependencies already, since tests have no network. npm
 * removes those that it does not need, so that they are other names of the same files.
 */
async function install(): Promise<void> {
  const packed = await runNpm(['run', 'package'], { cwd: PACKAGE_ROOT });
  expect(packed.code, packed.stderr).toBe(0);
  const { version } = JSON.parse(await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8'));
  const tarball = join(PACKAGE_ROOT, 'dist', `edge-serving-${version}.tgz`);
  await linkFiles(join(PACKAGE_ROOT, 'node_modules'), packages);
  await writeFile(join(project, 'package.json'), '{ "private": true }');
  const options = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  const done = await runNpm(['install', ...options, tarball], { cwd: project });
  expect(done.code, done.stderr).toBe(0);
}

/** Makes hard links, or copies onto another disk. What tools keep in hidden folders is left out. */
async function linkFiles(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory() && !entry.name.startsWith('.')) await linkFiles(source, target);
    if (entry.isFile()) await link(source, target).catch(() => copyFile(source, target));
  }
}

beforeAll(install, 600_000);

describe('the package', () => {
  test('needs only packages that it names, and has no scripts', async () => {
    const own = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
    const source = JSON.parse(await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8'));
    const { miniflare, wrangler } = source.devDependencies;
    expect(own.dependencies).toEqual({ ...source.dependencies, miniflare, wrangler });
    expect(own).not.toHaveProperty('scripts');
    expect(own).not.toHaveProperty('devDependencies');
    expect(await readdir(packages)).not.toContain('vitest');
    expect(await readdir(join(packages, '.bin'))).toContain('edge-serving');
  });

  test('has the pages that its README and its messages name', async () => {
    const readme = await readFile(join(installed, 'README.md'), 'utf8');
    const pages = [...readme.matchAll(/\]\(([\w./-]+\.md)(?:#[\w-]+)?\)/g)].map(([, page = '']) => page);
    expect(pages.length).toBeGreaterThan(30);
    for (const page of new Set(pages)) expect(await readFile(join(installed, page), 'utf8')).not.toBe('');
    // ... operation ... is not known; docs/operations.md lists those that are
    expect(pages).toContain('docs/operations.md');
  });

  test('is not made by npm pack, which says how it is made', async () => {
    const packed = await runNpm(['pack', '--dry-run'], { cwd: PACKAGE_ROOT });
    expect(packed.code).toBe(1);
    expect(packed.stderr).toContain('make the package with npm run package');
  });

  test('says that a folder has no project', async () => {
    await expect(edgeServing('status')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no wrangler.toml here or in a folder above'),
    });
  });

  test('makes a project and serves its model', { timeout: 240_000 }, async () => {
    await edgeServing('init');
    expect(await readFile(join(project, 'wrangler.toml'), 'utf8')).toMatch(
      /^name = "my-project"\nmain = "node_modules\/edge-serving\/worker\/index\.ts"\n/,
    );
    await expect(edgeServing('init')).rejects.toMatchObject({
      code: 1,
      stderr: 'wrangler.toml exists already, and is never overwritten\n',
    });
    const port = await freePort();
    const dev = spawn(process.execPath, [program, 'dev', '--no-management', '--port', String(port)], {
      cwd: project,
      env: OUTER_ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(dev, 'close');
    try {
      await new Promise<void>((resolve, reject) => {
        const lines = createInterface(dev.stdout);
        lines.on('line', (line) => {
          if (line.includes(`Serving local state ${join('.wrangler', 'state')} on`)) resolve();
        });
        lines.on('close', () => reject(new Error('dev ended')));
      });
      // The page /docs and its files are in the package.
      for (const [path, text] of [
        ['/docs', '/docs/script.js'],
        ['/docs/script.js', '/openapi.json'],
        ['/docs/style.css', 'prefers-color-scheme'],
      ] as const) {
        expect(await (await fetch(`http://localhost:${port}${path}`)).text()).toContain(text);
      }
      // half_plus_two computes x / 2 + 2. predict finds the running dev.
      const published = await edgeServing('publish', 'models/half_plus_two/1.0.0', '--model', 'mine');
      expect(published.stdout).toContain('Rehearsed in a local workerd');
      await writeFile(join(project, 'input.json'), '[1, 5]');
      const { stdout } = await edgeServing('predict', 'mine', '--input', 'input.json', '--json');
      expect(JSON.parse(stdout)).toMatchObject({ predictions: [2.5, 4.5] });
      await writeFile(
        join(project, 'ask.mjs'),
        `import { createClient } from 'edge-serving/client';
        const client = createClient({ url: 'http://localhost:${port}' });
        const { outputs } = await client.predict('mine', { x: [1, 5] });
        console.log(JSON.stringify([...outputs.y.values]));`,
      );
      const asked = await run(process.execPath, [join(project, 'ask.mjs')]);
      expect(JSON.parse(asked.stdout)).toEqual([2.5, 4.5]);
    } finally {
      dev.kill('SIGTERM');
      await ended;
    }
  });
});
