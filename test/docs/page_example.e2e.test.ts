import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { HAS_BROWSER, openBrowser } from '../fixtures/browser/browser.ts';
import { startPageServer } from '../fixtures/browser/page_server.ts';
import { REPOSITORY } from '../fixtures/edge/built_worker.ts';
import { startEdge } from '../fixtures/edge/edge.ts';
import { publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';

if (!HAS_BROWSER)
  process.stderr.write('The page in docs/api/examples.md is NOT tested: there is no browser\n');

test.runIf(HAS_BROWSER)('the page in docs/api/examples.md predicts what it says', async () => {
  const examples = readFileSync(path.join(REPOSITORY, 'docs/api/examples.md'), 'utf8');
  const [, content = ''] = /^```html predict.html\n([\s\S]*?)^```$/m.exec(examples) ?? [];
  const [, shown = ''] = /^A click shows `([^`]*)`/m.exec(examples) ?? [];
  const pages = await startPageServer();
  const edge = await startEdge({ isolates: 1, variables: { CORS_ORIGINS: pages.origin } });
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half_plus_two', '1.0.0');
  const server = edge.isolates[0]?.origin ?? '';
  const html = content.replace('http://localhost:8787', server);
  pages.serve({ '/': { type: 'text/html', content: html } });
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    await page.goto(pages.origin);
    await page.getByRole('button', { name: 'Predict' }).click();
    await page.locator('output:not(:empty)').waitFor();
    expect(await page.locator('output').textContent()).toBe(shown);
  } finally {
    await browser.close();
    await edge.stop();
    await pages.stop();
  }
});
