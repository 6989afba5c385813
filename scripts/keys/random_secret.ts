import { createHash, randomBytes } from 'node:crypto';

/** Makes a secret of 256 random bits, and its SHA-256 in hex, which is all that a Worker stores of it. */
export function randomSecret(): { readonly secret: string; readonly digest: string } {
  const secret = randomBytes(32).toString('base64url');
  return { secret, digest: createHash('sha256').update(secret).digest('hex') };
}
