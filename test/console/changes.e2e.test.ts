import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { HAS_BROWSER } from '../fixtures/browser/browser.ts';
import { publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';
import { useConsole } from './use_console.ts';

describe.skipIf(!HAS_BROWSER)('changes in the console', () => {
  const { workers, openAs, ask } = useConsole();

  /** Publishes 1.0.0, which is current, and 1.1.0. */
  const publish = async (model: string) => {
    const { store } = workers();
    await publishDirectory(store, `${SAMPLES}/half_plus_two/1.0.0`, model, '1.0.0');
    await publishDirectory(store, `${SAMPLES}/half_plus_two/1.1.0`, model, '1.1.0', { flip: false });
  };
  const pointerOf = async (model: string) => (await ask('GET', `/api/v1/models/${model}`)).body.pointer;

  /** The sentences that the dialog shows before the change. */
  const consequences = async (page: Page) => {
    const sentences = page.getByRole('dialog').locator('.consequences li');
    await sentences.first().waitFor();
    return sentences.allTextContents();
  };

  /** Confirms the dialog, and waits until the whole fleet has changed over. */
  const confirm = async (page: Page, button: string, reason = '') => {
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why').fill(reason);
    await dialog.getByLabel('Your name').fill('ann');
    await dialog.getByRole('button', { name: button, exact: true }).click();
    await dialog.getByText('In effect in the whole fleet').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
  };

  test('promote and roll back, with what will happen and the record of it', async () => {
    await publish('flips');
    const { page, faults } = await openAs('flipper', '#/models/flips/versions');
    await page.getByRole('button', { name: 'Promote 1.1.0' }).click();
    expect(await consequences(page)).toEqual([
      '1.1.0 answers all requests that name no version, instead of 1.0.0.',
      'A rollback then leads to 1.0.0.',
      'It takes effect with the next request.',
    ]);
    await confirm(page, 'Promote 1.1.0', 'it is better');
    expect(await pointerOf('flips')).toMatchObject({
      generation: 2,
      current: '1.1.0',
      previous: '1.0.0',
      history: [{ action: 'promote', by: 'ann via flipper', reason: 'it is better' }, {}],
    });
    await page.getByRole('button', { name: 'Roll back to 1.0.0…' }).click();
    // The change before gave the model its lease.
    expect((await consequences(page)).at(-1)).toBe(
      'Every isolate changes over at one moment, 1.5 s after the write. No request fails because of it.',
    );
    await confirm(page, 'Roll back to 1.0.0');
    const { history, ...pointer } = await pointerOf('flips');
    expect(pointer).toMatchObject({ generation: 3, current: '1.0.0', previous: '1.1.0' });
    await page.getByRole('link', { name: 'History' }).click();
    const entries = () => page.locator('.timeline .what').allTextContents();
    await expect
      .poll(entries)
      .toEqual(['3 rollback 1.1.0 → 1.0.0', '2 promote 1.0.0 → 1.1.0', '1 publish nothing → 1.0.0']);
    const moment = history[1].effectiveAt;
    await page.getByText(`in effect everywhere at ${moment.replace('T', ' ')}`).waitFor();
    expect(faults).toEqual([]);
  });

  test('a canary by the slider, its end, and a shadow', async () => {
    await publish('trials');
    const { page, faults } = await openAs('flipper', '#/models/trials/versions');
    const form = page.locator('form.trial').filter({ has: page.getByRole('heading', { name: 'Canary' }) });
    await form.getByRole('slider').fill('25');
    await form.getByRole('button', { name: 'Begin the canary…' }).click();
    expect((await consequences(page))[0]).toBe(
      '1.1.0 answers 25 % of the requests that name no version. If it fails, the current version answers.',
    );
    await confirm(page, 'Canary 1.1.0 at 25 %');
    expect(await pointerOf('trials')).toMatchObject({ canary: { version: '1.1.0', percent: 25 } });
    await form.getByRole('button', { name: 'End it' }).click();
    await confirm(page, 'End the canary 1.1.0');
    expect(await pointerOf('trials')).not.toHaveProperty('canary');
    const shadow = page.locator('form.trial').filter({ has: page.getByRole('heading', { name: 'Shadow' }) });
    await shadow.getByLabel('Shadow, share in percent').fill('100');
    await shadow.getByRole('button', { name: 'Begin the shadow…' }).click();
    await confirm(page, 'Shadow 1.1.0 at 100 %');
    expect(await pointerOf('trials')).toMatchObject({ shadow: { version: '1.1.0', percent: 100 } });
    expect(faults).toEqual([]);
  });

  test('labels and staging', async () => {
    await publish('labels');
    const { page, faults } = await openAs('flipper', '#/models/labels/versions');
    await page.getByLabel('Label', { exact: true }).fill('stable');
    await page.getByRole('button', { name: 'Set the label…' }).click();
    await confirm(page, 'Label “stable” to 1.1.0');
    expect(await pointerOf('labels')).toMatchObject({ labels: { stable: '1.1.0' } });
    await page.getByRole('button', { name: 'Remove the label stable' }).click();
    expect((await consequences(page))[0]).toBe(
      'Requests for the label “stable” are refused, which named 1.1.0.',
    );
    await confirm(page, 'Remove the label “stable”');
    expect(await pointerOf('labels')).toMatchObject({ labels: {} });
    await page.getByRole('button', { name: 'Stage 1.1.0', exact: true }).click();
    await confirm(page, 'Stage 1.1.0');
    expect(await pointerOf('labels')).toMatchObject({ next: { version: '1.1.0' } });
    expect(faults).toEqual([]);
  });

  test('a prune shows what it would delete before it deletes it', async () => {
    await publish('pruned');
    const { page, faults } = await openAs('ops', '#/models/pruned/versions');
    await page.getByRole('button', { name: 'Prune…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Keep the newest').fill('0');
    await dialog.getByRole('button', { name: 'Look what would go' }).click();
    await dialog.getByText('It would delete 1.1.0').waitFor();
    expect((await ask('GET', '/api/v1/models/pruned')).body.versions).toEqual(['1.0.0', '1.1.0']);
    await dialog.getByRole('button', { name: 'Delete for good' }).click();
    await dialog.getByText('Deleted: 1.1.0').waitFor();
    expect((await ask('GET', '/api/v1/models/pruned')).body).toMatchObject({
      versions: ['1.0.0'],
      pointer: { retired: ['1.1.0'] },
    });
    expect(faults).toEqual([]);
  });

  test('what somebody else changed meanwhile is shown, and nothing is written before a new decision', async () => {
    await publish('moved');
    const { page } = await openAs('flipper', '#/models/moved/versions');
    await page.getByRole('button', { name: 'Promote 1.1.0' }).click();
    const dialog = page.getByRole('dialog');
    await consequences(page);
    await ask(
      'POST',
      '/api/v1/models/moved/label',
      { label: 'stable', version: '1.0.0', reason: 'by another' },
      {
        'if-match': '1',
      },
    );
    await dialog.getByRole('button', { name: 'Promote 1.1.0', exact: true }).click();
    await dialog.getByText('generation 2: label “stable” to 1.0.0 by ops: by another').waitFor();
    expect(await pointerOf('moved')).toMatchObject({ generation: 2, current: '1.0.0' });
    await confirm(page, 'Promote 1.1.0');
    expect(await pointerOf('moved')).toMatchObject({
      generation: 3,
      current: '1.1.0',
      labels: { stable: '1.0.0' },
    });
  });

  test('a change that is not possible any more says so', async () => {
    await publish('impossible');
    const { page } = await openAs('flipper', '#/models/impossible/versions');
    await page.getByRole('button', { name: 'Promote 1.1.0' }).click();
    const dialog = page.getByRole('dialog');
    await ask('POST', '/api/v1/models/impossible/promote', { version: '1.1.0' }, { 'if-match': '1' });
    await dialog.getByRole('button', { name: 'Promote 1.1.0', exact: true }).click();
    await dialog.getByText('Nothing would change').waitFor();
    expect(await dialog.getByRole('button', { name: 'Promote 1.1.0', exact: true }).isDisabled()).toBe(true);
  });

  test('the keyboard alone makes a change: Escape closes, and the focus returns', async () => {
    await publish('keys');
    const { page } = await openAs('flipper', '#/models/keys/versions');
    const promote = page.getByRole('button', { name: 'Promote 1.1.0' });
    await promote.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Promote 1.1.0');
  });

  test('the focus is never lost: after a link, a step of a dialog, and a change that removes its button', async () => {
    await publish('focused');
    const { page } = await openAs('flipper', '#/');
    const focused = () => page.evaluate('document.activeElement.id || document.activeElement.textContent');
    await page.getByRole('link', { name: 'focused' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Promote 1.1.0' }).waitFor();
    await expect.poll(focused).toBe('content');
    await page.getByRole('button', { name: 'Promote 1.1.0' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Promote 1.1.0', exact: true }).focus();
    await page.keyboard.press('Enter');
    await dialog.getByText('In effect in the whole fleet').waitFor();
    await expect.poll(() => page.locator('dialog h2:focus').count()).toBe(1);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Close');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(focused).toBe('content');
  });

  test('the focus goes to the content when its button is removed after the dialog has closed', async () => {
    await publish('late');
    const { page } = await openAs('flipper', '#/models/late/versions');
    const focused = () => page.evaluate('document.activeElement.id || document.activeElement.ariaLabel');
    await page.getByRole('button', { name: 'Promote 1.1.0' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/api/v1/models/late', async (route) => {
      await held;
      await route.continue();
    });
    await confirm(page, 'Promote 1.1.0');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(focused).toBe('Promote 1.1.0');
    release();
    await expect.poll(focused).toBe('content');
  });

  describe('by scope', () => {
    beforeAll(() => publish('scopes'));

    test('a reader sees the versions and no changes', async () => {
      const { page } = await openAs('viewer', '#/models/scopes/versions');
      await page.getByText('Changes need the scope flip.').waitFor();
      expect(await page.getByRole('button').allTextContents()).toEqual(['Skip to the content', 'Sign out']);
    });

    test('a prune needs the scope publish too', async () => {
      const { page } = await openAs('flipper', '#/models/scopes/versions');
      await page.getByRole('button', { name: 'Promote 1.1.0' }).waitFor();
      expect(await page.getByRole('button', { name: 'Prune…' }).count()).toBe(0);
    });
  });
});
