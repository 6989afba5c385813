import { describe, expect, test } from 'vitest';
import { HAS_BROWSER } from '../fixtures/browser/browser.ts';
import { askDevToken } from '../fixtures/requests/dev_token.ts';
import { TOKENS, useConsole } from './use_console.ts';

/** What a browser states of a request by the console's own page. */
const OWN = { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:8788' };

describe.skipIf(!HAS_BROWSER)('signing in', () => {
  const { workers, open, openAs } = useConsole();

  test('a wrong token is refused, and a right one stays in the tab alone', async () => {
    const { page, faults } = await open();
    await page.getByLabel('Token').fill('x'.repeat(43));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('This token is not valid').waitFor();
    await page.getByLabel('Token').fill(TOKENS.viewer);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('viewer may read').waitFor();
    const kept = await page.evaluate(
      'JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie])',
    );
    expect(JSON.parse(String(kept))).toEqual([{ 'edge-serving-token': TOKENS.viewer }, {}, '']);
    await page.reload();
    await page.getByText('viewer may read').waitFor();
    // A new tab is another session.
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByLabel('Token').waitFor();
    expect(faults).toEqual([]);
  });

  test('signing out forgets the token', async () => {
    const { page } = await openAs('viewer');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    await page.reload();
    await page.getByLabel('Token').waitFor();
  });

  test('a token in the address is refused in the query, and ignored in the fragment', async () => {
    const { page } = await open(`/?token=${TOKENS.ops}`);
    await page.getByText('A token belongs in the header Authorization, never in the URL').waitFor();
    await page.goto(new URL(`/#token=${TOKENS.ops}`, workers().url).href);
    await page.getByLabel('Token').waitFor();
    expect(await page.getByLabel('Token').inputValue()).toBe('');
  });

  test('without DEV_TOKEN nobody gets a token', async () => {
    expect(await askDevToken(workers().url, OWN)).toMatchObject({ status: 404 });
  });
});

describe.skipIf(!HAS_BROWSER)('in dev', () => {
  const { workers, open } = useConsole({ management: { DEV_TOKEN: TOKENS.ops } });

  test('the console on the same machine needs no sign-in', async () => {
    const { page, faults } = await open();
    await page.getByText('ops may publish, flip').waitFor();
    expect(faults).toEqual([]);
  });

  test('pages of other sites and other names for this machine get no token', async () => {
    const { url } = workers();
    expect(await askDevToken(url, OWN)).toEqual({ status: 200, text: JSON.stringify({ token: TOKENS.ops }) });
    expect(await askDevToken(url, {})).toMatchObject({ status: 403 });
    // Another site, and another port of this machine.
    for (const site of ['cross-site', 'same-site', 'none']) {
      expect(await askDevToken(url, { 'sec-fetch-site': site }), site).toMatchObject({ status: 403 });
    }
    // wrangler takes the Host from the header MF-Original-URL, which any page may send to itself.
    for (const origin of ['http://evil.example:8788', 'null', '', 'localhost']) {
      expect(await askDevToken(url, { ...OWN, origin }), origin).toMatchObject({ status: 403 });
    }
    expect(await askDevToken(url, OWN, { method: 'GET' })).toMatchObject({ status: 405 });
    for (const host of [
      'evil.example',
      `localhost.evil.example:${url.port}`,
      'evil.example:127',
      '0.0.0.0',
    ]) {
      expect(await askDevToken(url, { ...OWN, host }), host).toMatchObject({ status: 403 });
    }
  });
});

describe.skipIf(!HAS_BROWSER)('the console can be off', () => {
  const { workers } = useConsole({ management: { CONSOLE: 'off', DEV_TOKEN: TOKENS.ops } });

  test('and then it is not found, and neither is the token of dev', async () => {
    const { url } = workers();
    for (const path of ['/', '/console/console.js', '/console/dev-token']) {
      expect(await askDevToken(url, OWN, { method: 'GET', path }), path).toMatchObject({ status: 401 });
    }
  });
});
