import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '../../../worker/http/openapi/document.ts';
import { HAS_BROWSER, openBrowser } from '../../fixtures/browser/browser.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishDirectory, SAMPLES } from '../../fixtures/models/publish_directory.ts';

const KEY = 'a-key-of-at-least-sixteen-characters';

let edge: Edge;
let guarded: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half_plus_two', '1.0.0');
  await publishDirectory(edge.store, `${SAMPLES}/digits/1.0.0`, 'digits', '1.0.0');
  guarded = await startEdge({ isolates: 1, variables: { PREDICT_API_KEYS: KEY } });
  await publishDirectory(guarded.store, `${SAMPLES}/iris/1.0.0`, 'iris', '1.0.0');
});
afterAll(async () => {
  await edge.stop();
  await guarded.stop();
});

const at = (path: string, of = edge) => new URL(path, of.isolates[0]);

describe('the page /docs', () => {
  test('shows every operation and every schema without its script', async () => {
    const response = await fetch(at('/docs'));
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await response.text();
    const { paths, components } = openApiDocument();
    for (const path of Object.keys(paths)) expect(page).toContain(`<code>${path}</code>`);
    for (const name of Object.keys(components.schemas)) expect(page).toContain(`id="schema-${name}"`);
  });

  test('loads two small files of its own and has nothing inline', async () => {
    const page = await (await fetch(at('/docs'))).text();
    const loaded = [...page.matchAll(/(?:src|href)="([^"#]*)"/g)].map(([, address]) => address);
    expect(loaded).toEqual(['data:,', '/docs/style.css', '/docs/script.js', '/openapi.json']);
    expect(page).not.toMatch(/<style|<script(?! type="module" src)| on\w+=| style=/);
    const types = { '/docs/script.js': 'text/javascript', '/docs/style.css': 'text/css' };
    let bytes = 0;
    for (const [path, type] of Object.entries(types)) {
      const response = await fetch(at(path));
      expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
      bytes += (await response.arrayBuffer()).byteLength;
    }
    expect(bytes).toBeLessThan(12_000);
  });

  test('has a policy that loosens nothing', async () => {
    const policy = (await fetch(at('/docs'))).headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining(["default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"]),
    );
    expect(policy).not.toContain('unsafe');
  });
});

if (!HAS_BROWSER) process.stderr.write('The page /docs is NOT tested in a browser: there is none\n');

describe.runIf(HAS_BROWSER)('in a browser, the page /docs', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  /** Opens the page, and records what it requests and what its policy refuses. */
  async function open(of: Edge, hash: string) {
    const page = await browser.newPage();
    // A busy machine may take its time, up to the limit of the test.
    page.setDefaultTimeout(0);
    const requests: string[] = [];
    const faults: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.goto(at(`/docs#${hash}`, of).href);
    return { page, requests, faults, operation: page.locator(`#${hash}`) };
  }

  const statusOf = (operation: ReturnType<Page['locator']>) => operation.getByRole('status').textContent();
  const bodyOf = (operation: ReturnType<Page['locator']>) => operation.locator('.answer > pre').textContent();

  test('sends the example of a published model and shows the answer, and asks only this server', async () => {
    const { page, requests, faults, operation } = await open(edge, 'predict');
    await page.getByLabel('Model', { exact: false }).first().selectOption('half_plus_two');
    expect(await operation.getByLabel('Body').inputValue()).toBe('{"instances":[0]}');
    await operation.getByLabel('Body').fill('{"instances":[1,2,5]}');
    await operation.getByRole('button', { name: 'Send' }).click();
    expect(await statusOf(operation)).toBe('200 OK');
    expect(await bodyOf(operation)).toBe('{"predictions":[2.5,3.0,4.5]}');
    expect(await operation.locator('.command').textContent()).toBe(
      `curl -H 'content-type: application/json' -d '{"instances":[1,2,5]}' '${at('/v1/models/half_plus_two:predict')}'`,
    );
    const { origin } = at('/');
    expect(requests.filter((url) => !url.startsWith('data:') && new URL(url).origin !== origin)).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  test('sends a picture', async () => {
    const { page, operation, faults } = await open(edge, 'classify');
    await page.getByLabel('Model', { exact: false }).first().selectOption('digits');
    await operation.getByLabel('Content type').selectOption('image/*');
    await operation.getByLabel('File').setInputFiles(`${SAMPLES}/digits/seven.png`);
    await operation.getByRole('button', { name: 'Send' }).click();
    expect(await statusOf(operation)).toBe('200 OK');
    const [scores] = JSON.parse((await bodyOf(operation)) ?? '').results;
    const [best] = scores.toSorted(([, one]: [string, number], [, other]: [string, number]) => other - one);
    expect(best[0]).toBe('7');
    expect(faults).toEqual([]);
    await page.close();
  });

  test('sends the key that a person types, and shows the models of that client', async () => {
    const { page, operation } = await open(guarded, 'infer');
    await operation.getByRole('button', { name: 'Send' }).click();
    expect(await statusOf(operation)).toBe('401 Unauthorized');
    await page.getByLabel('API key').fill(KEY);
    await page.getByLabel('API key').blur();
    // The document is read again with the key, and the forms are made anew.
    await page.locator('select[name=model] option[value=iris]').waitFor({ state: 'attached' });
    await operation.getByRole('button', { name: 'Send' }).click();
    // The answer without the key stands there until this one comes.
    await expect.poll(() => statusOf(operation)).toBe('200 OK');
    expect(await bodyOf(operation)).toContain('"model_name":"iris"');
    expect(await operation.locator('.command').textContent()).not.toContain(KEY);
    await page.close();
  });
});
