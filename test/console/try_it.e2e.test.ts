import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { HAS_BROWSER } from '../fixtures/browser/browser.ts';
import { publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';
import { TOKENS, useConsole } from './use_console.ts';

const run = promisify(execFile);
const ADDRESS = 'https://models.example.com';
const SEVEN = path.join(SAMPLES, 'digits', 'seven.png');

/** The rows of the answer's tables: name, value. */
const rows = async (page: Page) => {
  await page.locator('table.answer').first().waitFor();
  return page
    .locator('table.answer tbody tr')
    .evaluateAll((found) =>
      found.map((row) => [...row.querySelectorAll('th, td.number')].map((cell) => cell.textContent)),
    );
};

const program = async (page: Page, language: string) => {
  await page.getByLabel(language, { exact: true }).check();
  return page.getByLabel('The same request as a program').locator('pre').textContent();
};

describe.skipIf(!HAS_BROWSER)('trying a model', () => {
  const { workers, openAs } = useConsole({ management: { PREDICT_URL: `${ADDRESS}/` } });
  beforeAll(async () => {
    const { store } = workers();
    for (const version of ['1.0.0', '1.1.0'] as const) {
      await publishDirectory(store, `${SAMPLES}/half_plus_two/${version}`, 'half_plus_two', version);
    }
    for (const model of ['iris', 'digits'])
      await publishDirectory(store, `${SAMPLES}/${model}/1.0.0`, model, '1.0.0');
  });

  test('values of a form are answered by the version that is chosen', async () => {
    const { page, faults } = await openAs('viewer', '#/models/half_plus_two/try');
    // 1.1.0 computes x / 2 + 3, and 1.0.0 computes x / 2 + 2.
    await page.getByLabel('x', { exact: true }).fill('5');
    await page.getByRole('button', { name: 'Send' }).click();
    expect(await rows(page)).toEqual([['5.5']]);
    await page.getByLabel('Version').selectOption('version 1.0.0');
    await page.getByLabel('x', { exact: true }).fill('5');
    await page.getByRole('button', { name: 'Send' }).click();
    expect(await rows(page)).toEqual([['4.5']]);
    expect(faults).toEqual([]);
  });

  test('a value of another type is refused before it is sent', async () => {
    const { page } = await openAs('viewer', '#/models/iris/try');
    await page.getByLabel('centimetres, element 2').fill('long');
    await page.getByText('centimetres [2] is not a number.').waitFor();
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
  });

  test('classes have their names, the most likely first', async () => {
    const { page } = await openAs('viewer', '#/models/iris/try');
    // The first flower of models/iris/1.0.0/golden.json.
    for (const [index, value] of ['4.9', '3.1', '1.5', '0.2'].entries()) {
      await page.getByLabel(`centimetres, element ${index}`).fill(value);
    }
    await page.getByRole('button', { name: 'Send' }).click();
    const answer = await rows(page);
    expect(answer.map(([name]) => name)).toEqual(['setosa', 'versicolor', 'virginica']);
    expect(Number(answer[0]?.[1])).toBeCloseTo(0.99992037, 5);
    expect(await page.locator('meter').first().getAttribute('value')).toBe(answer[0]?.[1]);
  });

  test('a picture is dropped or chosen, and sent as it is', async () => {
    const { page, faults } = await openAs('viewer', '#/models/digits/try');
    await page.locator('input[type=file]').setInputFiles(SEVEN);
    await page.getByText('seven.png, 880 B').waitFor();
    await page.getByRole('button', { name: 'Send' }).click();
    expect((await rows(page))[0]).toEqual(['7', '1']);
    const bytes = [...(await readFile(SEVEN))];
    await page.reload();
    await page.getByText('Drop a picture').waitFor();
    await page.evaluate(`(() => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(${JSON.stringify(bytes)})], 'dropped.png', { type: 'image/png' }));
      document.querySelector('.drop').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }));
    })()`);
    await page.getByText('dropped.png, 880 B').waitFor();
    await page.getByRole('button', { name: 'Send' }).click();
    expect((await rows(page))[0]).toEqual(['7', '1']);
    expect(faults).toEqual([]);
  });

  test('a file that is no picture is refused as a picture', async () => {
    const { page } = await openAs('viewer', '#/models/digits/try');
    const buffer = Buffer.from('no picture');
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer });
    await page.getByText('notes.txt, 10 B').waitFor();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('alert').getByText('The body cannot be decoded').waitFor();
  });

  test('JSON is sent as it was typed, and a refusal is shown', async () => {
    const { page } = await openAs('viewer', '#/models/half_plus_two/try');
    await page.getByLabel('JSON').check();
    expect(await page.getByLabel('Body').inputValue()).toBe('{"instances":[0]}');
    await page.getByLabel('Body').fill('{"instances":["a"]}');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Body').fill('{"inputs":{"x":[1.0,2.0]}}');
    await page.getByRole('button', { name: 'Send' }).click();
    expect(await rows(page)).toEqual([['3.5'], ['4']]);
  });

  test('the programs make the same request', async () => {
    const { page } = await openAs('viewer', '#/models/half_plus_two/try');
    await page.getByLabel('x', { exact: true }).fill('5');
    const here = (text: string | null) => (text ?? '').replaceAll(ADDRESS, workers().predictUrl.origin);
    const curl = await run('sh', ['-c', here(await program(page, 'curl'))]);
    expect(JSON.parse(curl.stdout)).toEqual({ predictions: [5.5] });
    const fetched = await run(process.execPath, [
      '--input-type=module',
      '-e',
      here(await program(page, 'fetch')),
    ]);
    expect(fetched.stdout).toBe('1.1.0 { predictions: [ 5.5 ] }\n');
    const python = here(await program(page, 'Python'));
    expect(python).toContain('data="{\\"instances\\":[5.0]}".encode(),');
    expect(await program(page, 'service binding')).toContain(
      'env.MODELS.predict("half_plus_two", { x: [5] });',
    );
  });

  test('a management Worker forwards only requests of models, and not its own token', async () => {
    const ask = (target: string, headers: Record<string, string> = {}) =>
      fetch(new URL(`/api/v1/predict${target}`, workers().url), { headers }).then(({ status }) => status);
    const authorization = `Bearer ${TOKENS.viewer}`;
    expect(await ask('/v1/models/iris/metadata', { authorization })).toBe(200);
    expect(await ask('/v2/models/iris', { authorization })).toBe(200);
    expect(await ask('/v1/models/iris/metadata')).toBe(401);
    for (const other of [
      '/',
      '/healthz',
      '/monitoring/prometheus/metrics',
      '/v1/models/../../healthz',
      '/v1/modelsx',
    ]) {
      expect(await ask(other, { authorization }), other).toBe(404);
    }
  });
});

describe.skipIf(!HAS_BROWSER)('a predict Worker with keys', () => {
  const key = 'a-key-of-at-least-sixteen-characters';
  const { workers, openAs } = useConsole({ predict: { PREDICT_API_KEYS: key } });

  test('asks for one, which the person types, and the session goes on', async () => {
    await publishDirectory(workers().store, `${SAMPLES}/half_plus_two/1.0.0`, 'half_plus_two', '1.0.0');
    const { page } = await openAs('viewer', '#/models/half_plus_two/try');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('The predict Worker asks for an API key').waitFor();
    await page.getByLabel('API key').fill(key);
    await page.getByRole('button', { name: 'Send' }).click();
    expect(await rows(page)).toEqual([['2']]);
    await page.getByText('viewer may read').waitFor();
    // The key is not shown in what people copy.
    const text = await program(page, 'curl');
    expect(text).toContain('"x-api-key: $PREDICT_API_KEY"');
    expect(text).not.toContain(key);
  });
});
