import { toHex } from '../../registry/storage/hex.ts';
import { canonicalJson } from '../../registry/version/canonical_json.ts';
import type { ManagementRequest } from '../management_request.ts';

/** What a request is recognized by when it is sent again. */
export type RequestKey =
  | { readonly kind: 'given'; readonly key: string }
  | { readonly kind: 'malformed'; readonly message: string };

/** The header Idempotency-Key; a new key where the header is missing. */
export function idempotencyKey(headers: Headers): RequestKey {
  const text = headers.get('idempotency-key');
  if (text === null) return { kind: 'given', key: crypto.randomUUID() };
  const key = /^"?([\w.:-]{1,200})"?$/.exec(text.trim())?.[1];
  return key === undefined
    ? {
        kind: 'malformed',
        message: 'Idempotency-Key is made of 1 to 200 letters, digits, "_", ".", ":" and "-"',
      }
    : { kind: 'given', key };
}

/**
 * The id of a change. It is of the token, the key and all that was asked for: so no caller can take another's change
 * for its own, and one that uses a key for something else asks for another change.
 */
export async function actionId(
  { caller }: Pick<ManagementRequest, 'caller'>,
  key: string,
  asked: { readonly model: string; readonly name: string; readonly body: unknown },
): Promise<string> {
  const text = canonicalJson({ caller: caller.name, key, ...asked });
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return toHex(digest.subarray(0, 16));
}
