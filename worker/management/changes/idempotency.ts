import { toHex } from '../../registry/storage/hex.ts';
import { canonicalJson } from '../../registry/version/canonical_json.ts';
import type { ManagementRequest } from '../management_request.ts';

/** The key that identifies a repeated request. */
export type RequestKey =
  | { readonly kind: 'given'; readonly key: string }
  | { readonly kind: 'malformed'; readonly message: string };

/** Returns the header Idempotency-Key, or a new key if the header is missing. */
export function idempotencyKey(headers: Headers): RequestKey {
  const text = headers.get('idempotency-key');
  if (text === null) return { kind: 'given', key: crypto.randomUUID() };
  const key = /^"?([\w.:-]{1,200})"?$/.exec(text.trim())?.[1];
  return key === undefined
    ? {
        kind: 'malformed',
        message: 'Idempotency-Key consists of 1 to 200 letters, digits, "_", ".", ":" and "-"',
      }
    : { kind: 'given', key };
}

/**
 * Returns the id of a change, a digest of the token, the key and the whole request. So no caller can mistake another's
 * change for its own, and a caller that reuses a key for another request gets another change.
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
