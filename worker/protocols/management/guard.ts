import { errorResponse } from '../response.ts';
import type { AccessTokens, Caller, Scope } from './access_tokens.ts';

export type Admission =
  | { readonly kind: 'admitted'; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly response: Response };

/** Where a token must never stand: addresses end up in logs. */
const QUERY_NAMES = /^(access_?)?token$|^(api_?)?key$|^authorization$|^secret$/i;

/**
 * Says who asks. With no secret set nothing is answered: whoever deploys this Worker and forgets the secret has
 * opened nothing.
 */
export async function admit(
  request: Request,
  url: URL,
  tokens: AccessTokens | undefined,
): Promise<Admission> {
  if (tokens === undefined) {
    return refused('The management API is off; it is on once the secret MANAGEMENT_TOKENS is set', 403);
  }
  if ([...url.searchParams.keys()].some((name) => QUERY_NAMES.test(name))) {
    return refused('A token belongs in the header Authorization, never in the address', 400);
  }
  const shown = /^bearer +(\S+)$/i.exec(request.headers.get('authorization')?.trim() ?? '')?.[1];
  const caller = shown === undefined ? undefined : await tokens.identify(shown);
  if (caller !== undefined) return { kind: 'admitted', caller };
  const what = shown === undefined ? 'Every request needs a token' : 'This token is not known here';
  const refusal = refused(`${what}; send it as "Authorization: Bearer <token>"`, 401);
  refusal.response.headers.set('www-authenticate', 'Bearer realm="edge-serving-management"');
  return refusal;
}

/** The refusal of a caller without a scope that is needed; undefined where there is none. */
export function missingScope({ name, scopes }: Caller, ...needed: readonly Scope[]): Response | undefined {
  const missing = needed.filter((scope) => scope !== 'read' && !scopes.has(scope));
  if (missing.length === 0) return undefined;
  return errorResponse(`The token ${name} has no scope "${missing.join('" and "')}"`, 403);
}

function refused(message: string, status: number): Extract<Admission, { kind: 'refused' }> {
  return { kind: 'refused', response: errorResponse(message, status) };
}
