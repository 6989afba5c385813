import { secretEntries } from '../../../http/access/digests.ts';
import { ConfigurationError } from '../../../serving/variables.ts';
import { parseScopes, SCOPE_FAULT } from '../access_tokens.ts';
import type { Scope } from '../scopes.ts';

/** Who has signed in through Cloudflare Access. */
export type SignedIn =
  | { readonly kind: 'user'; readonly email: string }
  /** A program with a service token, which Access names by the token's client id. */
  | { readonly kind: 'service token'; readonly clientId: string };

interface Rule {
  /** In lower case, as all emails and domains are compared. */
  readonly who: string;
  readonly scopes: ReadonlySet<Scope>;
}

const EVERYBODY = '*';
const WHO = /^(?:\*|[^\s@:]{0,64}@[^\s@:]{1,100}|[\w.-]{1,80})$/;

/** The scopes of those who sign in through Cloudflare Access. */
export class AccessScopes {
  readonly #rules: readonly Rule[];

  private constructor(rules: readonly Rule[]) {
    this.#rules = rules;
  }

  /**
   * Parses `WHO:SCOPE+SCOPE`, separated by commas or white space.
   *
   * @throws ConfigurationError that names the position of the invalid entry
   */
  static parse(text: string): AccessScopes {
    const rules = secretEntries(text).map((entry, index) => {
      const [who = '', scopes = '', ...rest] = entry.split(':');
      const fault = (what: string) => new ConfigurationError(`ACCESS_SCOPES, entry ${index + 1}, ${what}`);
      if (rest.length > 0 || !WHO.test(who) || scopes === '') throw fault('is not WHO:SCOPE+SCOPE');
      const parsed = parseScopes(scopes);
      if (parsed === undefined) throw fault(SCOPE_FAULT);
      return { who: who.toLowerCase(), scopes: parsed };
    });
    return new AccessScopes(rules);
  }

  /** Returns the scopes of all entries that name somebody, or undefined if none does. */
  of(signedIn: SignedIn): ReadonlySet<Scope> | undefined {
    const matching = this.#rules.filter(({ who }) => who === EVERYBODY || isNamed(who, signedIn));
    return matching.length === 0 ? undefined : new Set(matching.flatMap(({ scopes }) => [...scopes]));
  }
}

function isNamed(who: string, signedIn: SignedIn): boolean {
  if (signedIn.kind === 'service token') return who === signedIn.clientId.toLowerCase();
  const email = signedIn.email.toLowerCase();
  // An email has one at sign, so that a domain covers only its own addresses.
  return who === email || (who.startsWith('@') && email.endsWith(who));
}
