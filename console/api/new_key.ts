import { toHex } from '../../worker/registry/storage/hex.ts';

/** Returns a new Idempotency-Key. Unlike crypto.randomUUID, it also works on a page without TLS, as in a local network. */
export function newKey(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}
