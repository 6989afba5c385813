import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import * as v from 'valibot';
import { errorMessage } from '../../../registry/storage/error_message.ts';
import type { SignedIn } from './access_scopes.ts';
import type { SignInConfiguration } from './sign_in_configuration.ts';
import { teamKeysReader } from './team_keys.ts';

type Verified =
  | { readonly kind: 'verified'; readonly signedIn: SignedIn }
  | { readonly kind: 'invalid'; readonly reason: string }
  /** The team's keys cannot be read now. */
  | { readonly kind: 'unavailable'; readonly reason: string };

export type VerifyAssertion = (assertion: string) => Promise<Verified>;

/** Cloudflare Access signs with this algorithm. Another one in a header is refused. */
const ALGORITHM = 'RS256';
const LONGEST_ASSERTION = 8192;
const TIMEOUT_MS = 5000;
/** Access replaces its keys every six weeks and publishes a new one before it signs with it. */
const KEYS_AGE_MS = 600_000;
/** An assertion with an unknown key makes the keys be read again at most this often. */
const COOLDOWN_MS = 30_000;
const CLOCK_TOLERANCE_S = 30;

/** Names appear in the history, in logs and in messages. */
const EMAIL = /^[!-?A-~]{1,64}@[!-?A-~]{1,100}$/;
const LONGEST_EMAIL = 100;
const CLIENT_ID = /^[\w.-]{1,80}$/;

const PayloadSchema = v.object({ email: v.optional(v.string()), common_name: v.optional(v.string()) });

/**
 * Makes the function that verifies the assertions of a Cloudflare Access application: signature, algorithm, issuer,
 * audience and times. The team's public keys are read when they are needed, and kept.
 *
 * @param now returns milliseconds since 1970, for the pauses between reads of keys that fail
 */
export function assertionVerifier(
  { issuer, audiences }: Pick<SignInConfiguration, 'issuer' | 'audiences'>,
  ask: typeof fetch,
  now: () => number,
): VerifyAssertion {
  const keys = createRemoteJWKSet(new URL('/cdn-cgi/access/certs', issuer), {
    timeoutDuration: TIMEOUT_MS,
    cacheMaxAge: KEYS_AGE_MS,
    cooldownDuration: COOLDOWN_MS,
    [customFetch]: teamKeysReader(ask, now),
  });
  return async (assertion) => {
    if (assertion.length > LONGEST_ASSERTION) return invalid('it is too long');
    try {
      const { payload } = await jwtVerify(assertion, keys, {
        algorithms: [ALGORITHM],
        issuer,
        audience: [...audiences],
        requiredClaims: ['exp', 'iat'],
        clockTolerance: CLOCK_TOLERANCE_S,
      });
      return identityOf(payload);
    } catch (error) {
      return faultOf(error);
    }
  };
}

function identityOf(payload: unknown): Verified {
  const parsed = v.safeParse(PayloadSchema, payload);
  const { email = '', common_name: clientId = '' } = parsed.success ? parsed.output : {};
  if (EMAIL.test(email) && email.length <= LONGEST_EMAIL) {
    return { kind: 'verified', signedIn: { kind: 'user', email } };
  }
  return email === '' && CLIENT_ID.test(clientId)
    ? { kind: 'verified', signedIn: { kind: 'service token', clientId } }
    : invalid('it names neither an email nor a service token');
}

function faultOf(error: unknown): Verified {
  if (error instanceof errors.JWTExpired) return invalid('it has expired');
  if (error instanceof errors.JWTClaimValidationFailed) return invalid(`its claim "${error.claim}" is wrong`);
  if (error instanceof errors.JWKSNoMatchingKey) return invalid('it is signed with a key that is not known');
  // Without the name of its key, several may fit.
  if (error instanceof errors.JWKSMultipleMatchingKeys) return invalid('it does not name its key');
  if (error instanceof errors.JOSENotSupported) return invalid('it needs an extension that is not supported');
  if (error instanceof errors.JOSEAlgNotAllowed) return invalid(`it is not signed with ${ALGORITHM}`);
  if (error instanceof errors.JWSSignatureVerificationFailed) return invalid('its signature is wrong');
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid)
    return invalid('it is malformed');
  // What remains comes from reading the keys.
  return { kind: 'unavailable', reason: errorMessage(error) };
}

function invalid(reason: string): Verified {
  return { kind: 'invalid', reason };
}
