import type { FetchImplementation } from 'jose';
import * as v from 'valibot';
import { piecesOfBody } from '../../../http/body/body_pieces.ts';
import { concatBytes } from '../../../http/concat_bytes.ts';
import { errorMessage } from '../../../registry/storage/error_message.ts';

/** The largest set of keys. Bytes. */
const KEYS_LIMIT = 64 * 1024;
const MOST_KEYS = 100;
/** The pauses after reads that failed, each twice as long as the one before. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** A set of JSON Web Keys. The library that verifies signatures checks the members of each key. */
const KeySetSchema = v.object({
  keys: v.pipe(v.array(v.record(v.string(), v.unknown())), v.maxLength(MOST_KEYS)),
});

/**
 * Makes the function that reads the public keys of a team. While they cannot be read, they are asked only after growing pauses, so
 * that assertions do not become as many requests to the team's address.
 *
 * @param now returns milliseconds since 1970
 * @returns a function that throws with the reason if the keys cannot be read, or could not be a moment ago
 */
export function teamKeysReader(ask: typeof fetch, now: () => number): FetchImplementation {
  let failure = { reason: '', pause: 0, until: 0 };
  return async (url, options) => {
    const left = failure.until - now();
    if (left > 0)
      throw new Error(`${failure.reason}; they are asked again in ${Math.ceil(left / 1000)} seconds`);
    try {
      const keys = await readKeys(ask, url, options);
      failure = { reason: '', pause: 0, until: 0 };
      return new Response(keys);
    } catch (error) {
      // Requests that asked at the same time have one pause.
      if (failure.until <= now()) {
        const pause = Math.min(Math.max(2 * failure.pause, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
        failure = { reason: errorMessage(error), pause, until: now() + pause };
      }
      throw error;
    }
  };
}

/** Follows no redirect, and reads no more than the limit. */
async function readKeys(
  ask: typeof fetch,
  url: string,
  { headers, method, signal }: Parameters<FetchImplementation>[1],
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await ask(url, { headers, method, signal, redirect: 'manual' });
  const { status, body } = response;
  if (status !== 200 || body === null) throw new Error(`the team's keys were answered with status ${status}`);
  const pieces = piecesOfBody(body);
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let piece = await pieces.next(); piece !== undefined; piece = await pieces.next()) {
    length += piece.length;
    if (length > KEYS_LIMIT) {
      pieces.cancel();
      throw new Error(`the team's keys have more than ${KEYS_LIMIT} bytes`);
    }
    parts.push(piece.slice());
  }
  const bytes = concatBytes(parts);
  if (!isKeySet(bytes)) throw new Error("the team's address does not answer with a set of keys");
  return bytes;
}

function isKeySet(bytes: Uint8Array): boolean {
  try {
    return v.is(KeySetSchema, JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return false;
  }
}
