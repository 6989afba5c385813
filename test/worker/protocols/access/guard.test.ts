import { describe, expect, test } from 'vitest';
import { parseAccessConfiguration } from '../../../../worker/protocols/access/access_configuration.ts';
import { ApiKeys, shownKey } from '../../../../worker/protocols/access/api_keys.ts';
import { createGuard } from '../../../../worker/protocols/access/guard.ts';
import type { RateLimiter } from '../../../../worker/protocols/access/rate_limit.ts';

const ask = (headers: Record<string, string> = {}, method = 'GET') =>
  new Request('https://server/v2', { headers, method });

describe('the configuration of access', () => {
  test.each([
    [{}, { apiKeys: [], corsOrigins: [] }],
    [
      { PREDICT_API_KEYS: '', CORS_ORIGINS: '' },
      { apiKeys: [], corsOrigins: [] },
    ],
    [{ PREDICT_API_KEYS: ' one, two ,' }, { apiKeys: ['one', 'two'], corsOrigins: [] }],
    [{ CORS_ORIGINS: '*' }, { apiKeys: [], corsOrigins: 'any' }],
    [
      { CORS_ORIGINS: 'https://a.example,http://localhost:3000' },
      { apiKeys: [], corsOrigins: ['https://a.example', 'http://localhost:3000'] },
    ],
  ])('%j', (variables, configuration) => {
    expect(parseAccessConfiguration(variables)).toEqual(configuration);
  });

  test.each([
    [{ PREDICT_API_KEYS: ' , ' }, 'PREDICT_API_KEYS'],
    [{ PREDICT_API_KEYS: 7 }, 'PREDICT_API_KEYS'],
    [{ CORS_ORIGINS: 'a.example' }, 'CORS_ORIGINS'],
    [{ CORS_ORIGINS: 'https://a.example/' }, 'CORS_ORIGINS'],
  ])('%j is refused', (variables, name) => {
    expect(() => parseAccessConfiguration(variables)).toThrow(name);
  });
});

describe('the key that a request shows', () => {
  test.each([
    [{ authorization: 'Bearer one' }, 'one'],
    [{ authorization: 'bearer   one' }, 'one'],
    [{ 'x-api-key': 'one' }, 'one'],
    [{ authorization: 'Bearer one', 'x-api-key': 'two' }, 'one'],
    [{ authorization: 'Basic b25l', 'x-api-key': 'two' }, 'two'],
    [{ authorization: 'Bearer' }, undefined],
    [{}, undefined],
  ])('%j', (headers, key) => {
    expect(shownKey(new Headers(headers))).toBe(key);
  });

  test('is identified without telling anything of it', async () => {
    const keys = new ApiKeys(['one', 'two']);
    const identify = (key: string) => keys.identify(new Headers({ 'x-api-key': key }));
    expect(await Promise.all(['one', 'two', 'three', 'on', 'one,two', ''].map(identify))).toEqual([
      'key-0',
      'key-1',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('the guard', () => {
  const log = () => undefined;

  function counting(limit: number): RateLimiter & { readonly asked: string[] } {
    const asked: string[] = [];
    return {
      asked,
      limit: async ({ key }) => ({ success: asked.push(key) <= limit }),
    };
  }

  test('is none where nothing is to be guarded', () => {
    expect(createGuard({ apiKeys: [], rateLimiter: undefined, log })).toBeUndefined();
  });

  test('asks for a key, with a hint, everywhere but at the health checks and for preflights', async () => {
    const guard = createGuard({ apiKeys: ['one'], rateLimiter: undefined, log });
    const refusal = await guard?.(ask(), '/v2');
    expect(refusal?.status).toBe(401);
    expect(refusal?.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await refusal?.json()).toEqual({ error: expect.stringContaining('x-api-key') });
    expect((await guard?.(ask({ 'x-api-key': 'two' }), '/v2'))?.status).toBe(401);
    expect(await guard?.(ask({ 'x-api-key': 'one' }), '/v2')).toBeUndefined();
    expect(await guard?.(ask(), '/v2/health/live')).toBeUndefined();
    expect(await guard?.(ask(), '/v2/health/ready')).toBeUndefined();
    expect(await guard?.(ask({}, 'OPTIONS'), '/v1/models/m:predict')).toBeUndefined();
  });

  test('limits each key for itself, and only after it was seen to be right', async () => {
    const rateLimiter = counting(1);
    const guard = createGuard({ apiKeys: ['one'], rateLimiter, log });
    expect((await guard?.(ask(), '/v2'))?.status).toBe(401);
    expect(await guard?.(ask({ 'x-api-key': 'one' }), '/v2')).toBeUndefined();
    expect((await guard?.(ask({ 'x-api-key': 'one' }), '/v2'))?.status).toBe(429);
    expect(rateLimiter.asked).toEqual(['key-0', 'key-0']);
  });

  test('limits addresses where there are no keys', async () => {
    const rateLimiter = counting(9);
    const guard = createGuard({ apiKeys: [], rateLimiter, log });
    await guard?.(ask({ 'cf-connecting-ip': '192.0.2.1' }), '/v2');
    expect(rateLimiter.asked).toEqual(['address-192.0.2.1']);
  });

  test('answers on when the limiter fails, and logs it', async () => {
    const logged: unknown[] = [];
    const rateLimiter = { limit: () => Promise.reject(new Error('down')) };
    const guard = createGuard({ apiKeys: [], rateLimiter, log: (entry) => logged.push(entry) });
    expect(await guard?.(ask(), '/v2')).toBeUndefined();
    expect(logged).toMatchObject([{ event: 'rate limiter failed' }]);
  });
});
