import * as v from 'valibot';
import { type Caller, ManagementApi } from '../api/management_api.ts';

/** The caller and the API that it may use. */
export interface Session {
  readonly api: ManagementApi;
  readonly caller: Caller;
  /** False if the browser's own login made the caller, which a sign-out here cannot end. */
  readonly hasToken: boolean;
}

export type SignIn =
  | { readonly kind: 'signed in'; readonly session: Session }
  | { readonly kind: 'signed out'; readonly message: string | undefined; readonly status?: number };

/** The token lives as long as the tab, and only there: not in the address, not in a cookie, not on the disk. */
const STORED = 'edge-serving-token';

const DevTokenSchema = v.strictObject({ token: v.string() });

/**
 * Signs in without asking: with the token of this tab, with the browser's login, or in `dev` with the token of its run.
 *
 * @param onSignedOut called when the session ends later
 */
export async function resumeSession(onSignedOut: (message: string) => void): Promise<SignIn> {
  const stored = sessionStorage.getItem(STORED) ?? undefined;
  if (stored !== undefined) {
    const resumed = await openSession(stored, onSignedOut);
    if (resumed.kind === 'signed in') return resumed;
    sessionStorage.removeItem(STORED);
  }
  const byLogin = await openSession(undefined, onSignedOut);
  if (byLogin.kind === 'signed in') return byLogin;
  const devToken = await readDevToken();
  if (devToken !== undefined) return signIn(devToken, onSignedOut);
  // Anything else than the question for a token: the API is off, or a login without scopes.
  if (byLogin.status !== 401) return byLogin;
  return {
    kind: 'signed out',
    message: stored === undefined ? undefined : 'The token is not valid any more.',
  };
}

/** Signs in with a token, and keeps it for this tab. */
export async function signIn(token: string, onSignedOut: (message: string) => void): Promise<SignIn> {
  const opened = await openSession(token, onSignedOut);
  if (opened.kind === 'signed in') sessionStorage.setItem(STORED, token);
  return opened;
}

export function signOut(): void {
  sessionStorage.removeItem(STORED);
}

async function openSession(
  token: string | undefined,
  onSignedOut: (message: string) => void,
): Promise<SignIn> {
  // The first request tells by its own answer if the token is valid.
  const asked = await new ManagementApi(token, () => {}).caller();
  if (asked.kind === 'refused') return { kind: 'signed out', message: asked.message, status: asked.status };
  const api = new ManagementApi(token, onSignedOut);
  return {
    kind: 'signed in',
    session: { api, caller: asked.value, hasToken: asked.value.signIn === 'token' },
  };
}

async function readDevToken(): Promise<string | undefined> {
  try {
    // The Worker looks at the Origin, which the page's own policy may withhold.
    const response = await fetch('/console/dev-token', { method: 'POST', referrerPolicy: 'same-origin' });
    if (!response.ok) return undefined;
    return v.parse(DevTokenSchema, await response.json()).token;
  } catch {
    return undefined;
  }
}
