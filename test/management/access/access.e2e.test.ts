import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { blobKey } from '../../../worker/registry/storage/storage_keys.ts';
import { startManagement, tokenEntry } from '../../fixtures/edge/management_worker.ts';
import { withinOneWindow } from '../../fixtures/edge/rate_limit_window.ts';
import { type AskOptions, TOKENS, type TokenName, useManagement } from '../use_management.ts';

const { management, ask, change } = useManagement();

describe('access', () => {
  test.each<[string, AskOptions, number]>([
    ['no token', { token: null }, 401],
    ['a wrong token', { token: null, headers: { authorization: `Bearer ${'x'.repeat(43)}` } }, 401],
    ['another scheme', { token: null, headers: { authorization: `Basic ${TOKENS.ops}` } }, 401],
    ['the token in x-api-key', { token: null, headers: { 'x-api-key': TOKENS.ops } }, 401],
  ])('is refused with %s', async (_, options, status) => {
    expect(await ask('GET', '/api/v1/models', options)).toMatchObject({
      status,
      body: { error: expect.stringContaining('Authorization: Bearer') },
    });
  });

  test('is refused with a token in the address, which is not logged', async () => {
    for (const name of ['token', 'access_token', 'Authorization', 'key']) {
      const answer = await ask('GET', `/api/v1/models?${name}=${TOKENS.ops}`, { token: null });
      expect(answer).toMatchObject({
        status: 400,
        body: { error: expect.stringContaining('never in the URL') },
      });
    }
    await change('nothing', 'flip', { version: '1.0.0' }, '*', 'viewer');
    expect(management().log.length).toBeGreaterThan(5);
    for (const token of Object.values(TOKENS)) expect(management().log.join('\n')).not.toContain(token);
  });

  test.each(['/healthz', '/openapi.json', '/api/v1', '/api/v1/models', '/api/v1/objects', '/nothing'])(
    'no browser takes the answer of %s for a page',
    async (path) => {
      for (const token of [TOKENS.ops, 'wrong']) {
        const response = await fetch(new URL(path, management().url), {
          headers: { authorization: `Bearer ${token}` },
        });
        expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      }
    },
  );

  test('is refused without the scope, and says which', async () => {
    expect(await change('any', 'rollback', {}, '*', 'viewer')).toMatchObject({
      status: 403,
      body: { error: 'The token viewer has no scope "flip"' },
    });
    expect(await change('any', 'rollback', {}, '*', 'ci')).toMatchObject({ status: 403 });
    expect(await change('any', 'prune', { keep: 1 }, '*', 'flipper')).toMatchObject({ status: 403 });
    const digest = createHash('sha256').update('x').digest('hex');
    const upload = (token: TokenName) =>
      ask('PUT', `/api/v1/objects/${blobKey(digest)}`, { token, body: 'x' });
    expect(await upload('viewer')).toMatchObject({ status: 403 });
    expect(await upload('flipper')).toMatchObject({ status: 403 });
    expect(await upload('ci')).toMatchObject({ status: 201 });
  });

  test('is off if no secret is set, and a secret without a token is a fault', async () => {
    const off = await startManagement({});
    try {
      const response = await fetch(new URL('/api/v1/models', off.url), {
        headers: { authorization: 'Bearer x' },
      });
      expect(response.status).toBe(403);
      expect(await response.json()).toEqual({ error: expect.stringContaining('MANAGEMENT_TOKENS') });
    } finally {
      await off.stop();
    }
  });

  test('is limited for a network that guesses tokens, even after a correct guess, and for no other', async () => {
    const token = 't'.repeat(43);
    const limited = await startManagement(
      { MANAGEMENT_TOKENS: tokenEntry('ci', 'read', token) },
      { rateLimit: 2 },
    );
    const askFrom = async (address: string, shown: string) => {
      const response = await fetch(new URL('/api/v1', limited.url), {
        headers: { authorization: `bearer ${shown}`, 'cf-connecting-ip': address },
      });
      const body: unknown = await response.json();
      return [response.status, body];
    };
    try {
      const answers = await withinOneWindow(async (network) => {
        const statuses: unknown[] = [];
        for (const [index, shown] of ['x', 'y', 'z', token].entries()) {
          statuses.push((await askFrom(`${network}::${index}`, shown))[0]);
        }
        return { statuses, others: [await askFrom('192.0.2.1', token), await askFrom('192.0.2.1', token)] };
      });
      const welcome = {
        service: 'edge-serving-management',
        token: 'ci',
        scopes: ['read'],
        signIn: 'token',
        predict: { bound: false, url: null },
      };
      expect(answers).toEqual({
        statuses: [401, 401, 429, 429],
        others: [
          [200, welcome],
          [200, welcome],
        ],
      });
    } finally {
      await limited.stop();
    }
  });

  test('is refused with a secret that is a bare token, without showing it', async () => {
    const bare = await startManagement({ MANAGEMENT_TOKENS: TOKENS.ops });
    try {
      const response = await fetch(new URL('/api/v1', bare.url));
      expect([response.status, await response.json()]).toEqual([
        500,
        { error: 'configuration: MANAGEMENT_TOKENS, entry 1, has no SHA-256 in hex as its third part' },
      ]);
    } finally {
      await bare.stop();
    }
  });
});
