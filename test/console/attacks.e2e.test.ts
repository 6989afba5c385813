import { createServer } from 'node:http';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { updatePointer } from '../../worker/registry/pointer/pointer_store.ts';
import { publishTransition, rollbackTransition } from '../../worker/registry/pointer/pointer_transitions.ts';
import { manifestKey, pointerKey } from '../../worker/registry/storage/storage_keys.ts';
import { wait } from '../../worker/registry/storage/waiting.ts';
import { readManifest } from '../../worker/registry/version/version_store.ts';
import { HAS_BROWSER } from '../fixtures/browser/browser.ts';
import { publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';
import { TOKENS, useConsole } from './use_console.ts';

/** Runs if any part of the page takes it for HTML. */
const evil = (place: string) =>
  `<img src=x onerror="window.hacked='${place}'">"'><script>window.hacked='${place}'</script>`;

const always = { condition: { kind: 'always' } } as const;
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

const hacked = (page: Page) => page.evaluate('window.hacked ?? null');

/** A page of another origin that the victim visits while the console is open in another tab. */
async function foreignPage<Result>(html: string, use: (url: string) => Promise<Result>): Promise<Result> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  try {
    return await use(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe.skipIf(!HAS_BROWSER)('attacks on the console', () => {
  const { workers, open, ask } = useConsole({ management: { DEV_TOKEN: TOKENS.ops } });

  const openSignedIn = async () => {
    const opened = await open();
    await opened.page.getByText('ops may').waitFor();
    return opened;
  };

  /** Publishes a model all of whose texts are HTML. */
  const publishEvil = async () => {
    const { store } = workers();
    await publishDirectory(store, `${SAMPLES}/half_plus_two/1.1.0`, 'evil', '1.1.0', { flip: false });
    await publishDirectory(store, `${SAMPLES}/half_plus_two/1.0.0`, 'evil', '1.0.0', { flip: false });
    for (const version of ['1.0.0', '1.1.0']) {
      const read = await readManifest(store, 'evil', version);
      if (read.kind !== 'found') throw new Error(read.kind);
      const { manifest } = read;
      const tensor = { name: evil('tensor'), dtype: 'float32', shape: [-1], classes: [evil('class')] };
      const manifestOf = {
        ...manifest,
        content: {
          ...manifest.content,
          signatures: {
            serving_default: {
              method: 'tensorflow/serving/predict',
              inputs: { [evil('input')]: tensor },
              outputs: { [evil('output')]: tensor },
            },
            [evil('signature')]: {
              method: 'tensorflow/serving/predict',
              inputs: { [evil(version)]: tensor },
              outputs: { [evil('output')]: tensor },
            },
          },
          leftOut: { [evil('left out')]: evil('why') },
        },
        provenance: {
          ...manifest.provenance,
          publishedBy: evil('publisher'),
          sourceFormat: evil('format'),
          tool: evil('tool'),
        },
        rehearsal: {
          kind: 'rehearsed',
          at: manifest.provenance.publishedAt,
          worker: evil('worker'),
          figures: { loadMs: 1, firstMs: 1, medianMs: 1, heapBytes: 1, emptyHeapBytes: 1 },
          golden: { examples: 1, largestDifference: 0 },
          plan: { kind: 'not planned', reason: evil('plan') },
        },
      };
      await store.put(manifestKey('evil', version), encode(manifestOf), always);
    }
    const record = (id: string) => ({
      id,
      at: new Date().toISOString(),
      by: evil('by'),
      reason: evil('reason'),
    });
    await updatePointer(store, 'evil', publishTransition('1.1.0', record('1')), { wait });
    await updatePointer(store, 'evil', rollbackTransition('1.0.0', record('2')), { wait });
  };

  test('no text of a publisher or an operator becomes HTML', async () => {
    await publishEvil();
    await publishDirectory(workers().store, `${SAMPLES}/half_plus_two/1.0.0`, 'broken', '1.0.0');
    await workers().store.put(pointerKey('broken'), encode({ schema: evil('schema') }), always);
    const { page, faults } = await open();
    await page.getByText('evil', { exact: true }).waitFor();
    await page.getByText('Its pointer cannot be read').waitFor();
    expect(await page.locator('main').textContent()).toContain(evil('by'));
    for (const [tab, text] of [
      ['versions', 'publisher'],
      ['history', 'reason'],
      ['compare', 'plan'],
      ['try', 'input'],
    ] as const) {
      await page.goto(new URL(`/#/models/evil/${tab}`, workers().url).href);
      await page.getByText(evil(text)).first().waitFor();
      // Options of a list are not visible, and their texts must not become HTML either.
      expect(await page.locator('main img[src="x"], main script').count(), tab).toBe(0);
    }
    await page.goto(new URL('/#/models/evil/versions', workers().url).href);
    await page.getByRole('button', { name: 'Promote 1.1.0' }).click();
    await ask(
      'POST',
      '/api/v1/models/evil/label',
      { label: 'l', version: '1.0.0', reason: evil('meanwhile') },
      {
        'if-match': '2',
      },
    );
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Promote 1.1.0', exact: true }).click();
    await dialog.getByText(evil('meanwhile')).waitFor();
    expect(await hacked(page)).toBe(null);
    expect(faults).toEqual([]);
  });

  test('a manifest whose time and shapes mean nothing is shown as it is', async () => {
    const { store } = workers();
    await publishDirectory(store, `${SAMPLES}/half_plus_two/1.0.0`, 'odd', '1.0.0', { flip: true });
    const read = await readManifest(store, 'odd', '1.0.0');
    if (read.kind !== 'found') throw new Error(read.kind);
    const { manifest } = read;
    const time = '2026-01-01T00:00:00+05';
    const signature = Object.values(manifest.content.signatures)[0];
    const tensor = (shape: number[]) => ({ name: 'x', dtype: 'float32', shape });
    const signatures = {
      serving_default: { ...signature, inputs: { a: tensor([2 ** 31, 0]), b: tensor([1]) } },
      deep: { ...signature, inputs: { a: tensor(Array.from({ length: 100_000 }, () => 1)) } },
    };
    const odd = {
      ...manifest,
      content: { ...manifest.content, signatures },
      provenance: { ...manifest.provenance, publishedAt: time },
    };
    await store.put(manifestKey('odd', '1.0.0'), encode(odd), always);
    const { page, faults } = await open('/#/models/odd/versions');
    await page.getByText(time).waitFor();
    await page.goto(new URL('/#/models/odd/try', workers().url).href);
    await page.getByLabel('Signature').selectOption('deep');
    await page.getByLabel('Body').waitFor();
    expect(faults).toEqual([]);
  });

  test('addresses with HTML show the list of models', async () => {
    const { page } = await open(`/#/models/${encodeURIComponent(evil('address'))}/versions`);
    await page.getByRole('heading', { name: 'Models' }).waitFor();
    await page.goto(new URL(`/#/models/evil/${evil('tab')}`, workers().url).href);
    await page.getByRole('heading', { name: 'Models' }).waitFor();
    expect(await hacked(page)).toBe(null);
  });

  test('a script that gets into the page does not run, and can send nothing elsewhere', async () => {
    const { page } = await openSignedIn();
    const refused: unknown = await page.evaluate(`(async () => {
      const results = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => results.push(effectiveDirective));
      const script = document.createElement('script');
      try { script.textContent = 'window.hacked = "inline"'; } catch { results.push('trusted types'); }
      document.body.append(script);
      try { document.body.innerHTML = '<b>x</b>'; } catch { results.push('trusted types'); }
      await fetch('https://evil.example/').catch(() => {});
      const frame = document.createElement('iframe');
      frame.src = 'https://evil.example/';
      document.body.append(frame);
      // The browser reports this one later.
      while (!results.includes('frame-src')) await new Promise((resolve) => setTimeout(resolve, 10));
      return [...new Set(results)].sort();
    })()`);
    expect(refused).toEqual(['connect-src', 'frame-src', 'require-trusted-types-for', 'trusted types']);
    expect(await hacked(page)).toBe(null);
  });

  test('no other page may frame it', async () => {
    const { page } = await open();
    const html = `<iframe src="${workers().url}"></iframe>`;
    await foreignPage(html, async (url) => {
      await page.goto(url);
      const frame = page.frames().find((each) => each !== page.mainFrame());
      // The browser shows its own page in place of the console.
      expect(await frame?.locator('#console').count()).toBe(0);
    });
  });

  test('no other page can make a change or get the token of dev', async () => {
    await publishDirectory(workers().store, `${SAMPLES}/half_plus_two/1.0.0`, 'forged', '1.0.0');
    const { page } = await openSignedIn();
    const target = workers().url.href;
    const html = `<form method="post" enctype="text/plain" action="${target}api/v1/models/forged/label">
      <input name='{"label":"l","version":"1.0.0","x":"' value='"}'></form>`;
    await foreignPage(html, async (url) => {
      await page.goto(url);
      const attempts: unknown = await page.evaluate(`(async () => {
        const ask = (path, init) => fetch(${JSON.stringify(target)} + path, { credentials: 'include', ...init })
          .then((response) => response.text(), () => 'not readable');
        return [
          await ask('console/dev-token', { method: 'POST' }),
          await ask('api/v1/models'),
          await ask('api/v1/models/forged/label', { method: 'POST', headers: { 'if-match': '*' }, body: '{}' }),
        ];
      })()`);
      expect(attempts).toEqual(['not readable', 'not readable', 'not readable']);
      const [answered] = await Promise.all([
        page.waitForResponse((response) => response.url().endsWith('/label')),
        page.evaluate('document.forms[0].submit()'),
      ]);
      expect(answered.status()).toBe(401);
    });
    expect((await ask('GET', '/api/v1/models/forged')).body.pointer.generation).toBe(1);
  });

  test('the files of the console have the headers that browsers need for that, and no data', async () => {
    for (const path of ['/', '/console/console.js', '/console/console.css']) {
      const response = await fetch(new URL(path, workers().url));
      expect(Object.fromEntries(response.headers), path).toMatchObject({
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; " +
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
      });
      expect(await response.text()).not.toContain(TOKENS.ops);
      const etag = response.headers.get('etag') ?? '';
      const again = await fetch(new URL(path, workers().url), { headers: { 'if-none-match': etag } });
      expect(again.status).toBe(304);
    }
  });
});
