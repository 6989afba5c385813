import { describe, expect, test } from 'vitest';
import { teamKeysReader } from '../../../worker/management/access/sign_in/team_keys.ts';
import { assertionVerifier } from '../../../worker/management/access/sign_in/verify_assertion.ts';
import { AUDIENCE, assertionBy, ISSUER, signingKey } from '../../fixtures/requests/access_assertion.ts';

const OURS = signingKey('ours');

const published = () => new Response(JSON.stringify({ keys: [OURS.jwk], public_cert: {}, public_certs: [] }));

/** A verifier whose clock stands, and whose team answers as the test says. */
class Team {
  answer: () => Response | Promise<Response> = published;
  asked = 0;
  seconds = 1_700_000_000;
  readonly #verify = assertionVerifier(
    { issuer: ISSUER, audiences: [AUDIENCE] },
    async () => {
      this.asked++;
      return this.answer();
    },
    () => this.seconds * 1000,
  );

  verify() {
    return this.#verify(assertionBy(OURS, { email: 'ann@example.com' }));
  }
}

const VERIFIED = { kind: 'verified', signedIn: { kind: 'user', email: 'ann@example.com' } };

describe('the keys of a team', () => {
  test.each<[string, () => Response | Promise<Response>, RegExp]>([
    ['are not answered', () => Promise.reject(new Error('no route')), /^no route/],
    ['are a fault', () => new Response('down', { status: 500 }), /status 500/],
    ['are elsewhere', () => new Response('', { status: 302 }), /status 302/],
    ['are no keys', () => new Response('{"keys":7}'), /not answer with a set of keys/],
    ['are no JSON', () => new Response('<html>'), /not answer with a set of keys/],
    [
      'are too long',
      () => new Response(JSON.stringify({ keys: [], x: 'x'.repeat(70_000) })),
      /more than 65536/,
    ],
  ])('that %s are asked again after a pause', async (_, fault, reason) => {
    const team = new Team();
    team.answer = fault;
    expect(await team.verify()).toEqual({ kind: 'unavailable', reason: expect.stringMatching(reason) });
    team.answer = published;
    expect(await team.verify()).toEqual({ kind: 'unavailable', reason: expect.stringMatching(reason) });
    expect(await team.verify()).toMatchObject({ reason: expect.stringContaining('asked again in 1 second') });
    expect(team.asked).toBe(1);
    team.seconds += 1;
    expect(await team.verify()).toEqual(VERIFIED);
    expect(team.asked).toBe(2);
  });

  test('are asked after growing pauses, of half a minute at most', async () => {
    const team = new Team();
    team.answer = () => new Response('', { status: 503 });
    const askedAt: number[] = [];
    for (let second = 0; second < 130; second++) {
      const before = team.asked;
      await team.verify();
      if (team.asked > before) askedAt.push(second);
      team.seconds++;
    }
    expect(askedAt).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121]);
    team.answer = published;
    team.seconds += 30;
    expect(await team.verify()).toEqual(VERIFIED);
  });

  test('have one pause after requests that failed at the same time', async () => {
    let [asked, seconds] = [0, 1000];
    const read = teamKeysReader(
      async () => {
        asked++;
        throw new Error('no route');
      },
      () => seconds * 1000,
    );
    const options = {
      headers: new Headers(),
      method: 'GET',
      redirect: 'manual',
      signal: AbortSignal.any([]),
    } as const;
    const attempt = () => expect(read(`${ISSUER}/certs`, options)).rejects.toThrow('no route');
    await Promise.all([attempt(), attempt(), attempt()]);
    expect(asked).toBe(3);
    seconds++;
    await attempt();
    expect(asked).toBe(4);
  });
});
