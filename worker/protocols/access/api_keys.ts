/** Says whether requests show one of the keys. Keys are compared by their digests, in constant time. */
export class ApiKeys {
  readonly #digests: Promise<readonly Uint8Array[]>;

  constructor(keys: readonly string[]) {
    this.#digests = Promise.all(keys.map(digestOf));
  }

  /** A name for the key that a request shows, which tells nothing of it; undefined where it is none of ours. */
  async identify(headers: Headers): Promise<string | undefined> {
    const shown = shownKey(headers);
    if (shown === undefined) return undefined;
    const digest = await digestOf(shown);
    let found: number | undefined;
    // All are compared: how long it takes tells nothing.
    for (const [index, known] of (await this.#digests).entries()) {
      if (crypto.subtle.timingSafeEqual(digest, known)) found = index;
    }
    return found === undefined ? undefined : `key-${found}`;
  }
}

/** The key in `Authorization: Bearer` or, where there is none, in `x-api-key`. */
export function shownKey(headers: Headers): string | undefined {
  const bearer = /^bearer +(.+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  return bearer?.trim() ?? headers.get('x-api-key') ?? undefined;
}

async function digestOf(key: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key)));
}
