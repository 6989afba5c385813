import { describe, expect, test } from 'vitest';
import { parseAccessConfiguration } from '../../../worker/http/access/access_configuration.ts';
import { ApiKeys, shownKey } from '../../../worker/http/access/api_keys.ts';
import { networkOf } from '../../../worker/http/access/client_network.ts';
import { createGuard, type Guard, type GuardOptions } from '../../../worker/http/access/guard.ts';
import { parseNamedKeys } from '../../../worker/http/access/named_keys.ts';
import type { RateLimiter } from '../../../worker/http/access/rate_limit.ts';

const ONE = 'key-number-one-1';
const TWO = 'key-number-two-2';
const NAMED = 'the-key-that-has-a-name';
const WRONG = 'nobody-has-this-key';

/** An entry of NAMED_API_KEYS for a key. */
async function entryOf(name: string, key: string, options = ''): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${name}:${hex}${options}`;
}

const ask = (headers: Record<string, string> = {}, method = 'GET') =>
  new Request('https://server/v2', { headers, method });

describe('the configuration of access', () => {
  test.each([
    [{}, { apiKeys: [], corsOrigins: [] }],
    [
      { PREDICT_API_KEYS: '', CORS_ORIGINS: '' },
      { apiKeys: [], corsOrigins: [] },
    ],
    [{ PREDICT_API_KEYS: ` ${ONE},, ${TWO}\n,` }, { apiKeys: [ONE, TWO], corsOrigins: [] }],
    [{ PREDICT_API_KEYS: 'x'.repeat(256) }, { apiKeys: ['x'.repeat(256)], corsOrigins: [] }],
    [{ CORS_ORIGINS: '*' }, { apiKeys: [], corsOrigins: 'any' }],
    [
      { CORS_ORIGINS: 'https://a.example,http://localhost:3000' },
      { apiKeys: [], corsOrigins: ['https://a.example', 'http://localhost:3000'] },
    ],
  ])('%j', (variables, configuration) => {
    expect(parseAccessConfiguration(variables)).toEqual({
      namedKeys: [],
      ...configuration,
      showsIndex: true,
    });
  });

  test.each([
    ['a list without a key', { PREDICT_API_KEYS: ' , ' }, /PREDICT_API_KEYS is set but contains no key/],
    ['a key of 15 characters', { PREDICT_API_KEYS: `${ONE},${'k'.repeat(15)}` }, /keys of 16 to 256/],
    ['a key of 257 characters', { PREDICT_API_KEYS: 'k'.repeat(257) }, /keys of 16 to 256/],
    ['a key with a space in it', { PREDICT_API_KEYS: 'first-key-16-chars second-key-16-chars' }, /spaces/],
    ['keys on lines of their own', { PREDICT_API_KEYS: `${ONE}\n${TWO}` }, /separated by commas/],
    ['a key that is not ASCII', { PREDICT_API_KEYS: 'schlüssel-schlüssel' }, /ASCII/],
    ['a number', { PREDICT_API_KEYS: 7 }, /PREDICT_API_KEYS must be keys/],
    ['an origin without a scheme', { CORS_ORIGINS: 'a.example' }, /CORS_ORIGINS must be/],
    ['an origin with a path', { CORS_ORIGINS: 'https://a.example/' }, /CORS_ORIGINS must be/],
    ['an origin with two ports', { CORS_ORIGINS: 'http://localhost:3000:*' }, /CORS_ORIGINS must be/],
    ['an origin with a part of a port', { CORS_ORIGINS: 'http://localhost:30*' }, /CORS_ORIGINS must be/],
  ])('%s is refused', (_, variables, message) => {
    expect(() => parseAccessConfiguration(variables)).toThrow(message);
  });
});

describe('the key that a request shows', () => {
  test.each([
    [{ authorization: 'Bearer one' }, 'one'],
    [{ authorization: 'bearer   one' }, 'one'],
    [{ 'x-api-key': 'one' }, 'one'],
    [{ authorization: 'Bearer one', 'x-api-key': 'two' }, 'one'],
    [{ authorization: 'Basic b25l', 'x-api-key': 'two' }, 'two'],
    [{ authorization: 'BEARER one' }, 'one'],
    [{ authorization: 'Bearer\tone' }, 'one'],
    [{ authorization: 'Bearer', 'x-api-key': 'two' }, 'two'],
    [{ 'x-api-key': '' }, ''],
    [{ authorization: 'Bearer' }, undefined],
    [{}, undefined],
  ])('%j', (headers, key) => {
    expect(shownKey(new Headers(headers))).toBe(key);
  });

  test('is identified without revealing any part of it', async () => {
    const keys = new ApiKeys([ONE, TWO], parseNamedKeys(await entryOf('mobile', NAMED)));
    const wrong = [
      WRONG,
      ONE.slice(1),
      `${ONE}x`,
      `${ONE},${TWO}`,
      '',
      `${ONE}\0`,
      'ü'.repeat(20),
      `${NAMED}x`,
    ];
    const ids: unknown[] = [];
    for (const key of [ONE, TWO, NAMED, ...wrong]) ids.push((await keys.comparison(key))()?.id);
    expect(ids).toEqual(['key-0', 'key-1', 'key-named-mobile', ...Array(8).fill(undefined)]);
  });
});

describe('the network of an address', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['', ''],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::ffff', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['not:an:address', 'not:an:address'],
    ['x'.repeat(500), 'x'.repeat(45)],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('the guard', () => {
  interface Options extends Partial<Omit<GuardOptions, 'rateLimiter'>> {
    readonly rateLimiter?: RateLimiter | undefined;
    /** By the names of their bindings. */
    readonly rates?: Readonly<Record<string, RateLimiter>>;
  }

  const guardOf = ({ rateLimiter, rates = {}, ...options }: Options) =>
    createGuard({
      apiKeys: [],
      namedKeys: [],
      log: () => undefined,
      count: () => undefined,
      ...options,
      rateLimiter: (name) => (name === undefined ? rateLimiter : rates[name]),
    });

  /** The refusal of a request, or undefined if it is admitted. */
  async function refusalOf(guard: Guard | undefined, request: Request, path = '/v2') {
    const admission = await guard?.(request, path);
    return admission?.kind === 'refused' ? admission.response : undefined;
  }

  /** Permits a number of requests per client. */
  function counting(limit: number): RateLimiter & { readonly asked: string[] } {
    const asked: string[] = [];
    return {
      asked,
      limit: async ({ key }) => {
        asked.push(key);
        return { success: asked.filter((other) => other === key).length <= limit };
      },
    };
  }

  test('is undefined if neither keys nor a rate limiter is configured', () => {
    expect(guardOf({})).toBeUndefined();
  });

  test('asks for a key, with a hint, everywhere but at the health checks and for preflights', async () => {
    const guard = guardOf({ apiKeys: [ONE] });
    const refusal = await refusalOf(guard, ask());
    expect(refusal?.status).toBe(401);
    expect(refusal?.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await refusal?.json()).toEqual({ error: expect.stringContaining('x-api-key') });
    expect((await refusalOf(guard, ask({ 'x-api-key': WRONG })))?.status).toBe(401);
    expect(await refusalOf(guard, ask({ 'x-api-key': ONE }))).toBeUndefined();
    expect(await refusalOf(guard, ask(), '/v2/health/live')).toBeUndefined();
    expect(await refusalOf(guard, ask(), '/v2/health/ready')).toBeUndefined();
    expect(await refusalOf(guard, ask({}, 'OPTIONS'), '/v1/models/m:predict')).toBeUndefined();
  });

  const from = (address: string, key?: string) =>
    ask({ 'cf-connecting-ip': address, ...(key !== undefined && { 'x-api-key': key }) });

  /** The statuses of requests in turn; 200 for an admitted one. */
  async function statusesOf(guard: Guard | undefined, requests: readonly Request[]): Promise<number[]> {
    const statuses: number[] = [];
    for (const request of requests) statuses.push((await refusalOf(guard, request))?.status ?? 200);
    return statuses;
  }

  test('limits each key for itself', async () => {
    const rateLimiter = counting(1);
    const guard = guardOf({ apiKeys: [ONE, TWO], rateLimiter });
    const requests = [ONE, ONE, TWO, TWO].map((key) => from('192.0.2.1', key));
    expect(await statusesOf(guard, requests)).toEqual([200, 429, 200, 429]);
    expect(rateLimiter.asked).toEqual(['key-0', 'key-0', 'key-1', 'key-1']);
  });

  test('accepts no key from a network that has guessed too often, and other networks are unaffected', async () => {
    const guard = guardOf({ apiKeys: [ONE], rateLimiter: counting(3) });
    const guesses = [1, 2, 3, 4].map((index) => from('192.0.2.1', `${WRONG}-${index}`));
    expect(await statusesOf(guard, guesses)).toEqual([401, 401, 401, 429]);
    expect(await statusesOf(guard, [from('192.0.2.1', ONE), from('192.0.2.1', WRONG)])).toEqual([429, 429]);
    const others = [from('192.0.2.2', ONE), from('192.0.2.2', ONE), from('192.0.2.2', ONE)];
    expect(await statusesOf(guard, others)).toEqual([200, 200, 200]);
  });

  test('counts the addresses of one /64 as one', async () => {
    const guard = guardOf({ apiKeys: [ONE], rateLimiter: counting(2) });
    const guesses = [1, 2, 3].map((index) => from(`2001:db8::${index}`, WRONG));
    expect(await statusesOf(guard, guesses)).toEqual([401, 401, 429]);
    expect(await statusesOf(guard, [from('2001:db8::4', ONE)])).toEqual([429]);
    expect(await statusesOf(guard, [from('2001:db8:0:1::1', ONE)])).toEqual([200]);
  });

  test('counts guesses that are made at once before it compares them', async () => {
    const guard = guardOf({ apiKeys: [ONE], rateLimiter: counting(3) });
    const keys = [...Array(20).fill(WRONG), ONE];
    const refusals = await Promise.all(keys.map((key) => refusalOf(guard, from('192.0.2.1', key))));
    expect(refusals.map((refusal) => refusal?.status)).toEqual([
      ...Array(3).fill(401),
      ...Array(18).fill(429),
    ]);
  });

  test('a key that was mistyped once leaves its quota whole', async () => {
    const guard = guardOf({ apiKeys: [ONE], rateLimiter: counting(3) });
    const requests = [WRONG, ONE, ONE, ONE, ONE].map((key) => from('192.0.2.1', key));
    expect(await statusesOf(guard, requests)).toEqual([401, 200, 200, 200, 429]);
  });

  test('limits requests without a key, and these keep no key from its network', async () => {
    const guard = guardOf({ apiKeys: [ONE], rateLimiter: counting(2) });
    const without = [1, 2, 3].map(() => from('192.0.2.1'));
    expect(await statusesOf(guard, [...without, from('192.0.2.1', ONE)])).toEqual([401, 401, 429, 200]);
  });

  test('limits a key with a rate by the limiter of that rate, and counts its requests by its name', async () => {
    const counted: unknown[] = [];
    const [common, own] = [counting(9), counting(1)];
    const secret = [await entryOf('mobile', NAMED, ':rate=1/10'), await entryOf('web', TWO)].join();
    const guard = guardOf({
      apiKeys: [ONE],
      namedKeys: parseNamedKeys(secret),
      rateLimiter: common,
      rates: { RATE_LIMITER_1_10: own },
      count: (...decision) => counted.push(decision.join(' ')),
    });
    const requests = [NAMED, NAMED, TWO, ONE, WRONG].map((key) => from('192.0.2.1', key));
    expect(await statusesOf(guard, requests)).toEqual([200, 429, 200, 200, 401]);
    expect(own.asked).toEqual(['key-named-mobile', 'key-named-mobile']);
    expect(common.asked).toEqual(['key-named-web', 'key-0', 'address-192.0.2.1']);
    expect(counted).toEqual(['mobile admitted', 'mobile limited', 'web admitted', ' admitted', ' wrong key']);
  });

  test('is not made if the limiter of a rate is not bound', async () => {
    const namedKeys = parseNamedKeys(await entryOf('mobile', NAMED, ':rate=600/60'));
    expect(() => guardOf({ namedKeys, rateLimiter: counting(1) })).toThrow(
      /the rate of the key mobile needs a rate limiter bound as RATE_LIMITER_600_60/,
    );
  });

  test('limits addresses if no keys are configured', async () => {
    const rateLimiter = counting(9);
    const guard = guardOf({ rateLimiter });
    await guard?.(ask({ 'cf-connecting-ip': '192.0.2.1' }), '/v2');
    expect(rateLimiter.asked).toEqual(['address-192.0.2.1']);
  });

  test('still answers when the limiter fails, and logs it', async () => {
    const logged: unknown[] = [];
    const rateLimiter = { limit: () => Promise.reject(new Error('down')) };
    const guard = guardOf({ rateLimiter, log: (entry) => logged.push(entry) });
    expect(await refusalOf(guard, ask())).toBeUndefined();
    expect(logged).toMatchObject([{ event: 'rate limiter failed' }]);
  });
});
