import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { openBrowser } from '../fixtures/browser/browser.ts';
import { type ConsoleWorkers, startConsoleWorkers } from '../fixtures/edge/console_workers.ts';
import { tokenEntry } from '../fixtures/edge/management_worker.ts';

export const TOKENS = { ops: 'o'.repeat(43), viewer: 'v'.repeat(43), flipper: 'f'.repeat(43) };
export type TokenName = keyof typeof TOKENS;

interface Options {
  readonly management?: Readonly<Record<string, string>>;
  readonly predict?: Readonly<Record<string, string>>;
}

/** Both Workers and a browser for the tests of a file. They exist while the tests run. */
export function useConsole({ management = {}, predict = {} }: Options = {}) {
  let workers: ConsoleWorkers | undefined;
  let browser: Browser | undefined;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    workers = await startConsoleWorkers({
      predict: { POINTER_LEASE_MS: '0', ...predict },
      management: {
        MANAGEMENT_TOKENS: [
          tokenEntry('ops', 'publish+flip', TOKENS.ops),
          tokenEntry('viewer', 'read', TOKENS.viewer),
          tokenEntry('flipper', 'flip', TOKENS.flipper),
        ].join(','),
        ...management,
      },
    });
    browser = await openBrowser();
  });
  afterAll(async () => {
    for (const context of contexts) await context.close();
    await browser?.close();
    await workers?.stop();
  });
  const started = (): ConsoleWorkers => {
    if (workers === undefined) throw new Error('the Workers have not started');
    return workers;
  };

  /** Opens a page in a new profile. Whatever it reports as a fault fails the test that asks for `faults`. */
  const open = async (path = '/'): Promise<{ readonly page: Page; readonly faults: readonly string[] }> => {
    if (browser === undefined) throw new Error('the browser has not started');
    const context = await browser.newContext();
    contexts.push(context);
    // The limit of the test counts, however busy the machine is.
    context.setDefaultTimeout(0);
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      // The browser reports every answer that is not a success, which the tests provoke.
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) {
        faults.push(message.text());
      }
    });
    await page.goto(new URL(path, started().url).href);
    return { page, faults };
  };

  /** Opens a page of the console and signs in. */
  const openAs = async (name: TokenName, fragment = '#/') => {
    const opened = await open(`/${fragment}`);
    await opened.page.getByLabel('Token').fill(TOKENS[name]);
    await opened.page.getByRole('button', { name: 'Sign in' }).click();
    await opened.page.getByText(`${name} may`).waitFor();
    return opened;
  };

  /** Sends a request to the management Worker without the console, as another person would. */
  const ask = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(new URL(path, started().url), {
      method,
      headers: { authorization: `Bearer ${TOKENS.ops}`, ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  return { workers: started, open, openAs, ask };
}
