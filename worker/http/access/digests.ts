/** Something that a secret variable stores with the digest of a key or token, and not with the key itself. */
interface Digested {
  readonly sha256: Uint8Array;
}

/** The entries of a secret variable, separated by commas or white space. */
export function secretEntries(secret: string): string[] {
  return secret.split(/[\s,]+/).filter((entry) => entry !== '');
}

/** True if a text is a valid name of a key or token. */
export function isKeyName(text: string): boolean {
  return /^[\w.-]{1,64}$/.test(text);
}

/** True if a text is a SHA-256 in hex. */
export function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/i.test(text);
}

export async function digestOf(secret: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret)));
}

/** Returns the entry with this digest, or undefined. Compares all digests, each in constant time. */
export function findByDigest<Entry extends Digested>(
  entries: readonly Entry[],
  digest: Uint8Array,
): Entry | undefined {
  let found: Entry | undefined;
  for (const entry of entries) {
    if (crypto.subtle.timingSafeEqual(digest, entry.sha256)) found = entry;
  }
  return found;
}
