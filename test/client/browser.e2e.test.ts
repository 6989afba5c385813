import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client, ClientOptions } from '../../client/index.ts';
import { HAS_BROWSER, openBrowser } from '../fixtures/browser/browser.ts';
import { type PageServer, startPageServer } from '../fixtures/browser/page_server.ts';
import { REPOSITORY } from '../fixtures/edge/built_worker.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { ECHO_SIGNATURES, writeEchoModel } from '../fixtures/models/echo_model.ts';
import { publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';

const KEY = 'a-key-of-at-least-sixteen-characters';

/** The page has it, where the functions below run. */
declare global {
  function createClient(options: ClientOptions): Client;
}

if (!HAS_BROWSER) process.stderr.write('The client is NOT tested in a browser: there is none\n');

describe.runIf(HAS_BROWSER)('in a page of another origin, the client', () => {
  let pages: PageServer;
  let edge: Edge;
  let url: string;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    pages = await startPageServer();
    edge = await startEdge({
      isolates: 1,
      variables: { PREDICT_API_KEYS: KEY, CORS_ORIGINS: pages.origin, POINTER_LEASE_MS: '0' },
    });
    url = edge.isolates[0]?.href ?? '';
    await publishDirectory(edge.store, await writeEchoModel(), 'echo', '1', {
      change: (content) => ({ ...content, signatures: ECHO_SIGNATURES }),
    });
    await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half', '1.0.0');
    await publishDirectory(edge.store, `${SAMPLES}/digits/1.0.0`, 'digits', '1.0.0');
    browser = await openBrowser();
    page = await browser.newPage();
    page.setDefaultTimeout(0);
    const picture = await readFile(path.join(SAMPLES, 'digits/seven.png'));
    pages.serve({
      '/': { type: 'text/html', content: '<!doctype html><input type="file">' },
      '/seven.png': { type: 'image/png', content: picture },
    });
    await page.goto(pages.origin);
    const { outputFiles } = await build({
      entryPoints: [path.join(REPOSITORY, 'client/index.ts')],
      bundle: true,
      minify: true,
      write: false,
      format: 'iife',
      globalName: 'edgeServing',
      footer: { js: 'Object.assign(globalThis, edgeServing);' },
    });
    await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
  });
  afterAll(async () => {
    await browser?.close();
    await edge?.stop();
    await pages?.stop();
  });

  const known = () => ({ url, key: KEY });

  test('sends typed arrays and returns them, every value unchanged', async () => {
    const answers = await page.evaluate(async (options) => {
      const client = createClient(options);
      const shown: unknown[] = [];
      const floats = Float32Array.of(-0, 1e-45, 3.4028234663852886e38, Number.NaN);
      const cases = [
        ['float', { values: floats, shape: [2, 2] }],
        ['int', Int32Array.of(-(2 ** 31), 7)],
        ['bool', Uint8Array.of(1, 0)],
        ['string', ['é', Uint8Array.of(0, 255)]],
      ] as const;
      for (const [signature, x] of cases) {
        const answer = await client.predict('echo', { x }, { signature });
        const y = answer.ok ? answer.outputs.y : undefined;
        const values = y?.dtype === 'string' ? y.values.map((each) => [...each]) : [...(y?.values ?? [])];
        shown.push([
          y?.dtype,
          y?.shape,
          y?.values.constructor.name,
          values.map((each) => (Object.is(each, -0) ? '-0' : String(each))),
        ]);
      }
      return shown;
    }, known());
    expect(answers).toEqual([
      ['float32', [2, 2], 'Float32Array', ['-0', '1.401298464324817e-45', '3.4028234663852886e+38', 'NaN']],
      ['int32', [2], 'Int32Array', ['-2147483648', '7']],
      ['bool', [2], 'Uint8Array', ['1', '0']],
      ['string', [2], 'Array', ['195,169', '0,255']],
    ]);
  });

  test('classifies a file of a form, a bitmap and what a URL has', async () => {
    await page.locator('input').setInputFiles(path.join(SAMPLES, 'digits/seven.png'));
    const best = await page.evaluate(async (options) => {
      const client = createClient(options);
      const file = document.querySelector('input')?.files?.[0];
      if (file === undefined) throw new Error('no file was chosen');
      const sources = [file, await createImageBitmap(file), new URL('/seven.png', location.href)];
      const labels: unknown[] = [];
      for (const source of sources) {
        const answer = await client.classify('digits', source, { top: 1 });
        labels.push(answer.ok ? answer.classes[0]?.label : answer.message);
      }
      return labels;
    }, known());
    expect(best).toEqual(['7', '7', '7']);
  });

  test('is refused without the key', async () => {
    const refused = await page.evaluate(async (server) => {
      return createClient({ url: server }).predict('half', { x: [1] });
    }, url);
    expect(refused).toMatchObject({ ok: false, status: 401 });
  });

  test('reads Retry-After, the version and the generation across origins, and sends the generation back', async () => {
    const asked: string[] = [];
    let isBusy = true;
    await page.route(`${url}v2/**`, async (route) => {
      if (route.request().method() === 'OPTIONS' || !isBusy) {
        asked.push(route.request().headers()['x-minimum-generation'] ?? 'none');
        return route.continue();
      }
      isBusy = false;
      // As the server answers a request that would fit later.
      const headers = { 'access-control-allow-origin': pages.origin, 'retry-after': '0' };
      const exposed = { 'access-control-expose-headers': 'retry-after' };
      return route.fulfill({ status: 503, headers: { ...headers, ...exposed }, json: { error: 'busy' } });
    });
    const answer = await page.evaluate(async (options) => {
      const client = createClient({ ...options, neverBack: true });
      const first = await client.predict('half', { x: Float32Array.of(1, 2) });
      const second = await client.predict('half', { x: Float32Array.of(4) }, { minimumGeneration: 1 });
      return [first, second].map((each) =>
        each.ok ? [each.version, each.generation, ...(each.outputs.y?.values ?? [])] : each.message,
      );
    }, known());
    expect(answer).toEqual([
      ['1.0.0', 1, 2.5, 3],
      ['1.0.0', 1, 4],
    ]);
    expect(asked.at(-1)).toBe('1');
    await page.unroute(`${url}v2/**`);
  });

  test('may read Retry-After, since the server exposes it', async () => {
    const response = await fetch(new URL('/v1/models', url), { headers: { origin: pages.origin } });
    expect(response.headers.get('access-control-expose-headers')?.split(',')).toEqual(
      expect.arrayContaining(['retry-after', 'x-model-version', 'inference-header-content-length']),
    );
  });
});
