import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ManagementWorker, startManagement, tokenEntry } from '../../fixtures/edge/management_worker.ts';
import { publishDirectory, SAMPLES } from '../../fixtures/models/publish_directory.ts';
import {
  AUDIENCE,
  assertionBy,
  claimsOf,
  encoded,
  ISSUER,
  signed,
  signingKey,
} from '../../fixtures/requests/access_assertion.ts';

const TOKEN = 't'.repeat(43);
const SERVICE = 'e367826f93b8d71185e03fe518aff3b4.access';

const [OURS, NEXT, FOREIGN] = [signingKey('ours'), signingKey('next'), signingKey('foreign')];

const assertionOf = (who: object, changes: object = {}, key = OURS) => assertionBy(key, who, changes);
const ANN = { email: 'Ann@Example.com' };

let worker: ManagementWorker;
let certificates: { status: number; body: string };
const asked: string[] = [];
const published = (...keys: (typeof OURS)[]) => ({
  status: 200,
  body: JSON.stringify({ keys: keys.map(({ jwk }) => jwk), public_cert: {}, public_certs: [] }),
});

const VARIABLES = {
  MANAGEMENT_TOKENS: tokenEntry('ci', 'publish', TOKEN),
  ACCESS_TEAM_DOMAIN: 'team.cloudflareaccess.com',
  ACCESS_AUDIENCE: `${'0'.repeat(64)}, ${AUDIENCE}`,
  ACCESS_SCOPES: `ann@example.com:flip, @example.com:read,\n${SERVICE}:publish+flip`,
};

const start = (variables: Readonly<Record<string, string>>) =>
  startManagement(variables, {
    outbound: (url) => {
      asked.push(url);
      return certificates;
    },
  });

beforeAll(async () => {
  certificates = published(OURS);
  worker = await start(VARIABLES);
  await publishDirectory(worker.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half', '1.0.0');
  await publishDirectory(worker.store, `${SAMPLES}/half_plus_two/1.1.0`, 'half', '1.1.0');
});
afterAll(() => worker.stop());

const ask = (headers: Record<string, string>, method = 'GET', path = '/api/v1', body?: string) =>
  askAt(worker.url, headers, { method, body: body ?? null }, path);

async function askAt(at: URL | undefined, headers: object, request: RequestInit = {}, path = '/api/v1') {
  const response = await fetch(new URL(path, at), { ...request, headers: { ...headers } });
  return { status: response.status, body: (await response.json()) as unknown };
}

const signedIn = (assertion: string) => ({ 'cf-access-jwt-assertion': assertion });

describe('somebody whom Cloudflare Access has admitted', () => {
  test.each([
    ['a user with an entry and a domain', ANN, 'Ann@Example.com', ['flip', 'read']],
    ['a user of the domain', { email: 'bob@example.com' }, 'bob@example.com', ['read']],
    ['a service token', { common_name: SERVICE, sub: '' }, `service-token:${SERVICE}`, ['publish', 'flip']],
  ])('is a caller: %s', async (_, who, name, scopes) => {
    expect(await ask(signedIn(assertionOf(who)))).toEqual({
      status: 200,
      body: {
        service: 'edge-serving-management',
        token: name,
        scopes,
        signIn: 'access',
        predict: { bound: false, url: null },
      },
    });
  });

  test('is in the history of what they change', async () => {
    const change = await ask(
      { ...signedIn(assertionOf(ANN)), 'if-match': '*' },
      'POST',
      '/api/v1/models/half/label',
      '{"label":"stable","version":"1.0.0","now":true}',
    );
    expect(change).toMatchObject({
      status: 200,
      body: { change: { by: 'Ann@Example.com', action: 'label' } },
    });
  });

  test('may do no more than the scopes say', async () => {
    const refused = await ask(
      { ...signedIn(assertionOf({ email: 'bob@example.com' })), 'if-match': '*' },
      'POST',
      '/api/v1/models/half/rollback',
      '{}',
    );
    expect(refused).toEqual({ status: 403, body: { error: 'bob@example.com has no scope "flip"' } });
  });

  test.each([
    ['a user of a domain that is longer', { email: 'eve@notexample.com' }],
    ['a user of a domain below', { email: 'eve@sub.example.com' }],
    ['another service token', { common_name: `x${SERVICE}` }],
  ])('is refused without an entry: %s', async (_, who) => {
    expect(await ask(signedIn(assertionOf(who)))).toMatchObject({
      status: 403,
      body: { error: expect.stringMatching(/has signed in, but ACCESS_SCOPES has no entry for this name$/) },
    });
  });

  test('is the owner of the token, if there is one too', async () => {
    const headers = { ...signedIn(assertionOf(ANN)), authorization: `Bearer ${TOKEN}` };
    expect(await ask(headers)).toMatchObject({ body: { token: 'ci', scopes: ['publish'], signIn: 'token' } });
    const wrong = { ...headers, authorization: `Bearer ${'x'.repeat(43)}` };
    expect(await ask(wrong)).toMatchObject({ status: 401 });
  });
});

describe('an assertion is refused', () => {
  const now = Math.floor(Date.now() / 1000);
  const [header, payload] = [{ alg: 'RS256', kid: 'ours' }, claimsOf(ANN)];
  const unsigned = `${encoded({ alg: 'none', kid: 'ours' })}.${encoded(payload)}.`;
  const changed = (() => {
    const [head, , signature] = assertionOf(ANN).split('.');
    return [head, encoded(claimsOf({ email: 'boss@example.com' })), signature].join('.');
  })();

  test.each<[string, string, RegExp]>([
    ['that has expired', assertionOf(ANN, { exp: now - 3600 }), /it has expired/],
    ['that is not valid yet', assertionOf(ANN, { nbf: now + 3600 }), /its claim "nbf" is wrong/],
    ['without an end', assertionOf(ANN, { exp: undefined }), /its claim "exp" is wrong/],
    ['for another application', assertionOf(ANN, { aud: ['a'.repeat(64)] }), /its claim "aud" is wrong/],
    ['without an application', assertionOf(ANN, { aud: undefined }), /its claim "aud" is wrong/],
    ['of another team', assertionOf(ANN, { iss: 'https://evil.cloudflareaccess.com' }), /"iss" is wrong/],
    ['of another key', assertionOf(ANN, {}, FOREIGN), /signed with a key that is not known/],
    [
      'of another key under a known name',
      assertionOf(ANN, {}, { ...FOREIGN, kid: 'ours' }),
      /signature is wrong/,
    ],
    ['with another content', changed, /its signature is wrong/],
    ['without a signature', unsigned, /not signed with RS256/],
    [
      'signed by the public key as a secret',
      signed(payload, { ...header, alg: 'HS256' }, OURS.privateKey),
      /not signed with RS256/,
    ],
    ['with another algorithm', signed(payload, { ...header, alg: 'PS256' }, OURS.privateKey), /not signed/],
    [
      'that needs an extension',
      signed(payload, { ...header, crit: ['x'], x: 1 }, OURS.privateKey),
      /an extension that is not supported/,
    ],
    ['that names nobody', assertionOf({}), /names neither an email nor a service token/],
    ['with a name of two lines', assertionOf({ email: 'a@example.com\nx' }), /names neither/],
    ['that is no JWT', 'nonsense', /it is malformed/],
    ['that is too long', 'x'.repeat(9000), /it is too long/],
  ])('%s', async (_, assertion, message) => {
    const { status, body } = await ask(signedIn(assertion));
    expect(body).toEqual({ error: expect.stringMatching(message) });
    expect(status).toBe(401);
  });
});

describe('a change by a page', () => {
  const change = (headers: Record<string, string>) =>
    ask(
      { ...headers, 'if-match': '*' },
      'POST',
      '/api/v1/models/half/label',
      '{"label":"page","version":"1.0.0","now":true}',
    );

  test.each<[string, () => Record<string, string>, number]>([
    ['another site', () => ({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }), 403],
    ['another host of the same site', () => ({ 'sec-fetch-site': 'same-site' }), 403],
    ['another site, in an old browser', () => ({ origin: 'https://evil.example' }), 403],
    ['a file', () => ({ origin: 'null' }), 403],
    ['this server', () => ({ 'sec-fetch-site': 'same-origin', origin: worker.url.origin }), 200],
    ['no page', () => ({}), 200],
  ])('of %s: %s', async (_, headers, status) => {
    expect(await change({ ...signedIn(assertionOf(ANN)), ...headers() })).toMatchObject({ status });
  });

  test('with a token needs no such check, since browsers add no token by themselves', async () => {
    const put = { authorization: `Bearer ${TOKEN}`, 'sec-fetch-site': 'cross-site' };
    expect(await change(put)).toMatchObject({ body: { error: 'The token ci has no scope "flip"' } });
  });

  test('reading is not refused, and other sites cannot read the answer', async () => {
    const response = await fetch(new URL('/api/v1', worker.url), {
      headers: {
        ...signedIn(assertionOf(ANN)),
        'sec-fetch-site': 'cross-site',
        origin: 'https://evil.example',
      },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('the keys of the team', () => {
  let fresh: ManagementWorker | undefined;
  beforeEach(() => {
    asked.length = 0;
  });
  const askFresh = (assertion: string) => askAt(fresh?.url, signedIn(assertion));

  test('are read from its address, once, and not again for every unknown key', async () => {
    fresh = await start(VARIABLES);
    try {
      for (let time = 0; time < 3; time++) expect((await askFresh(assertionOf(ANN))).status).toBe(200);
      for (let time = 0; time < 3; time++) {
        expect((await askFresh(assertionOf(ANN, {}, NEXT))).status).toBe(401);
      }
      expect(asked).toEqual([`${ISSUER}/cdn-cgi/access/certs`]);
    } finally {
      await fresh.stop();
    }
  });

  test('are several, of which an assertion names its own', async () => {
    certificates = published(OURS, NEXT);
    fresh = await start(VARIABLES);
    try {
      expect((await askFresh(assertionOf(ANN, {}, NEXT))).status).toBe(200);
      const unnamed = signed(claimsOf(ANN), { alg: 'RS256' }, OURS.privateKey);
      expect(await askFresh(unnamed)).toMatchObject({
        status: 401,
        body: { error: expect.stringContaining('it does not name its key') },
      });
    } finally {
      certificates = published(OURS);
      await fresh.stop();
    }
  });

  test('that cannot be read are asked again later', async () => {
    certificates = { status: 500, body: 'down' };
    fresh = await start(VARIABLES);
    try {
      for (let time = 0; time < 3; time++)
        expect(await askFresh(assertionOf(ANN))).toMatchObject({
          status: 503,
          body: { error: expect.stringContaining('The keys of Cloudflare Access cannot be read now') },
        });
      certificates = published(OURS);
      await expect.poll(async () => (await askFresh(assertionOf(ANN))).status).toBe(200);
    } finally {
      certificates = published(OURS);
      await fresh.stop();
    }
  });
});

describe('the variables', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ['without an audience', { ACCESS_AUDIENCE: '' }, /must be set together/],
    ['without scopes', { ACCESS_SCOPES: ' ' }, /must be set together/],
    [
      'with an address',
      { ACCESS_TEAM_DOMAIN: 'http://team.example' },
      /ACCESS_TEAM_DOMAIN must be the domain/,
    ],
    ['with a path', { ACCESS_TEAM_DOMAIN: 'team.example/x' }, /ACCESS_TEAM_DOMAIN must be the domain/],
    [
      'with an unknown scope',
      { ACCESS_SCOPES: 'a@b.c:read, d@e.f:admin' },
      /entry 2, has a scope that does not/,
    ],
    ['without a name', { ACCESS_SCOPES: ':read' }, /entry 1, is not WHO:SCOPE/],
  ])('%s are a fault', async (_, changes, message) => {
    const wrong = await start({ ...VARIABLES, ...changes });
    try {
      expect(await askAt(wrong.url, signedIn(assertionOf(ANN)))).toEqual({
        status: 500,
        body: { error: expect.stringMatching(message) },
      });
    } finally {
      await wrong.stop();
    }
  });

  test('that are not set leave an assertion without effect', async () => {
    const plain = await start({ MANAGEMENT_TOKENS: VARIABLES.MANAGEMENT_TOKENS });
    try {
      expect(await askAt(plain.url, signedIn(assertionOf(ANN)))).toEqual({
        status: 401,
        body: { error: expect.stringContaining('Every request needs a token') },
      });
    } finally {
      await plain.stop();
    }
  });
});
