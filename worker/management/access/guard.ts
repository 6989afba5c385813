import { bearerOf } from '../../http/access/api_keys.ts';
import { clientNetwork } from '../../http/access/client_network.ts';
import { digestOf } from '../../http/access/digests.ts';
import type { GuessLimit } from '../../http/access/guess_limit.ts';
import { errorResponse } from '../../http/answer/answer_headers.ts';
import type { AccessTokens, Caller } from './access_tokens.ts';
import type { Scope } from './scopes.ts';
import type { AccessScopes } from './sign_in/access_scopes.ts';
import { isCrossSiteChange } from './sign_in/cross_site.ts';
import type { VerifyAssertion } from './sign_in/verify_assertion.ts';

export type Admission =
  | { readonly kind: 'admitted'; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly response: Response };

/** Query parameters that must not carry a token: URLs end up in logs. */
const QUERY_NAMES = /^(access_?)?token$|^(api_?)?key$|^authorization$|^secret$/i;

/** How callers are known. */
export interface CallerSources {
  /** Undefined if the secret is not set. */
  readonly tokens: AccessTokens | undefined;
  /** Undefined if Cloudflare Access is not configured. */
  readonly signIn: SignIn | undefined;
  readonly guesses: GuessLimit;
}

export interface SignIn {
  readonly verify: VerifyAssertion;
  readonly scopes: AccessScopes;
}

/** Cloudflare Access adds it to every request that it admits. */
const ASSERTION = 'cf-access-jwt-assertion';

const OFF =
  'The management API is off; set the secret MANAGEMENT_TOKENS, or the variables of Cloudflare Access, to turn it on';

/**
 * Authenticates the caller, by a token or else by the assertion of Cloudflare Access. Without either configured every
 * request is refused, so that deploying this Worker without them is safe. Wrong tokens count against the limit of their
 * network.
 */
export async function admit(request: Request, url: URL, sources: CallerSources): Promise<Admission> {
  const { tokens, signIn } = sources;
  if (tokens === undefined && signIn === undefined) return refused(OFF, 403);
  const misplaced = tokenInUrl(url);
  if (misplaced !== undefined) return { kind: 'refused', response: misplaced };
  // A program behind Access may have a token of its own, which says more precisely what it may do.
  const shown = bearerOf(request.headers);
  if (shown !== undefined) return admitToken(request, shown, sources);
  const assertion = signIn === undefined ? null : request.headers.get(ASSERTION);
  if (signIn === undefined || assertion === null) {
    return unauthorized(
      signIn === undefined
        ? `Every request needs a token; ${BEARER}`
        : `Sign in through Cloudflare Access, or use a token; ${BEARER}`,
    );
  }
  if (isCrossSiteChange(request, url)) {
    return refused('A page of another site may not change anything here', 403);
  }
  return admitSignedIn(signIn, assertion);
}

async function admitToken(
  { headers }: Request,
  shown: string,
  { tokens, guesses }: CallerSources,
): Promise<Admission> {
  const digest = await digestOf(shown);
  const comparison = await guesses.compare(clientNetwork(headers), () => tokens?.identify(digest));
  switch (comparison.kind) {
    case 'right':
      return { kind: 'admitted', caller: comparison.identity };
    case 'wrong':
      return unauthorized(`This token is not valid; ${BEARER}`);
    case 'too many':
      return refused('Too many requests with a wrong token; wait a minute', 429);
  }
}

/** Returns the refusal of a request whose URL contains a token, or undefined. */
export function tokenInUrl({ searchParams }: URL): Response | undefined {
  if (![...searchParams.keys()].some((name) => QUERY_NAMES.test(name))) return undefined;
  return errorResponse('A token belongs in the header Authorization, never in the URL', 400);
}

async function admitSignedIn({ verify, scopes }: SignIn, assertion: string): Promise<Admission> {
  const verified = await verify(assertion);
  switch (verified.kind) {
    case 'invalid':
      return unauthorized(`The sign-in through Cloudflare Access is not valid: ${verified.reason}`);
    case 'unavailable':
      return refused(`The keys of Cloudflare Access cannot be read now: ${verified.reason}`, 503);
    case 'verified': {
      const { signedIn } = verified;
      const name = signedIn.kind === 'user' ? signedIn.email : `service-token:${signedIn.clientId}`;
      const allowed = scopes.of(signedIn);
      return allowed === undefined
        ? refused(`${name} has signed in, but ACCESS_SCOPES has no entry for this name`, 403)
        : { kind: 'admitted', caller: { name, scopes: allowed, signIn: 'access' } };
    }
  }
}

const BEARER = 'send it as "Authorization: Bearer <token>"';

function unauthorized(message: string): Admission {
  const refusal = refused(message, 401);
  refusal.response.headers.set('www-authenticate', 'Bearer realm="edge-serving-management"');
  return refusal;
}

/** Returns the refusal of a caller that lacks a required scope, or undefined. */
export function missingScope(caller: Caller, ...needed: readonly Scope[]): Response | undefined {
  const missing = needed.filter((scope) => scope !== 'read' && !caller.scopes.has(scope));
  if (missing.length === 0) return undefined;
  const who = caller.signIn === 'token' ? `The token ${caller.name}` : caller.name;
  return errorResponse(`${who} has no scope "${missing.join('" and "')}"`, 403);
}

function refused(message: string, status: number): Extract<Admission, { kind: 'refused' }> {
  return { kind: 'refused', response: errorResponse(message, status) };
}
