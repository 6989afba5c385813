import { bearerOf } from '../../http/access/api_keys.ts';
import { clientNetwork } from '../../http/access/client_network.ts';
import type { GuessLimit } from '../../http/access/guess_limit.ts';
import { errorResponse } from '../../http/answer/answer_headers.ts';
import { type AccessTokens, type Caller, digestOf, type Scope } from './access_tokens.ts';

export type Admission =
  | { readonly kind: 'admitted'; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly response: Response };

/** Query parameters that must not carry a token: URLs end up in logs. */
const QUERY_NAMES = /^(access_?)?token$|^(api_?)?key$|^authorization$|^secret$/i;

/**
 * Authenticates the caller. Without the secret every request is refused, so that deploying this Worker without it is
 * safe. Wrong tokens count against the limit of their network.
 */
export async function admit(
  request: Request,
  url: URL,
  tokens: AccessTokens | undefined,
  guesses: GuessLimit,
): Promise<Admission> {
  if (tokens === undefined) {
    return refused('The management API is off; set the secret MANAGEMENT_TOKENS to turn it on', 403);
  }
  if ([...url.searchParams.keys()].some((name) => QUERY_NAMES.test(name))) {
    return refused('A token belongs in the header Authorization, never in the URL', 400);
  }
  const shown = bearerOf(request.headers);
  if (shown === undefined) return unauthorized('Every request needs a token');
  const network = clientNetwork(request.headers);
  const digest = await digestOf(shown);
  const comparison = await guesses.compare(network, () => tokens.identify(digest));
  switch (comparison.kind) {
    case 'right':
      return { kind: 'admitted', caller: comparison.identity };
    case 'wrong':
      return unauthorized('This token is not valid');
    case 'too many':
      return refused('Too many requests with a wrong token; wait a minute', 429);
  }
}

function unauthorized(what: string): Admission {
  const refusal = refused(`${what}; send it as "Authorization: Bearer <token>"`, 401);
  refusal.response.headers.set('www-authenticate', 'Bearer realm="edge-serving-management"');
  return refusal;
}

/** Returns the refusal of a caller that lacks a required scope, or undefined. */
export function missingScope({ name, scopes }: Caller, ...needed: readonly Scope[]): Response | undefined {
  const missing = needed.filter((scope) => scope !== 'read' && !scopes.has(scope));
  if (missing.length === 0) return undefined;
  return errorResponse(`The token ${name} has no scope "${missing.join('" and "')}"`, 403);
}

function refused(message: string, status: number): Extract<Admission, { kind: 'refused' }> {
  return { kind: 'refused', response: errorResponse(message, status) };
}
