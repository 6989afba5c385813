import * as v from 'valibot';
import type { ErrorCode } from '../../worker/model/coded_error.ts';
import { errorMessage } from '../../worker/registry/storage/error_message.ts';
import { LastingError } from '../../worker/registry/storage/retrying_object_store.ts';

/** The registry behind a management Worker. */
export interface ManagementService {
  /** The Worker's URL. The API is under `/api/v1`. */
  readonly url: URL;
  readonly token: string;
}

const CallerSchema = v.object({
  service: v.literal('edge-serving-management'),
  token: v.string(),
  scopes: v.array(v.string()),
});
const ErrorSchema = v.object({ error: v.string() });

/** The management Worker refused, and a retry would not help. */
class ManagementRefusalError extends LastingError {
  override readonly code: ErrorCode = 'ERR_MANAGEMENT_REFUSED';
}

/**
 * Checks that a management Worker is at the URL and accepts the token: another server would also answer 404, and look
 * like an empty registry.
 *
 * @throws ManagementRefusalError
 */
export async function requireManagement({ url, token }: ManagementService): Promise<void> {
  let response: Response;
  try {
    response = await fetch(address(url, ''), {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
    });
  } catch (error) {
    throw new ManagementRefusalError(`${url.origin} cannot be reached: ${reasonOf(error)}`, { cause: error });
  }
  const text = await response.text();
  if (response.ok && v.safeParse(v.pipe(v.string(), v.parseJson(), CallerSchema), text).success) return;
  throw new ManagementRefusalError(
    response.ok || response.status === 404
      ? `${url.href} is not the URL of a management Worker`
      : `${url.origin} returned the status ${response.status}: ${errorIn(text)}`,
  );
}

/**
 * Sends a request to the API.
 *
 * @throws if no response arrives
 */
export async function askManagement(
  { url, token }: ManagementService,
  method: string,
  path: string,
  init: Pick<RequestInit, 'headers' | 'body'> = {},
): Promise<Response> {
  try {
    return await fetch(address(url, path), {
      method,
      ...init,
      // The token is sent only to the given URL.
      redirect: 'error',
      headers: { ...init.headers, authorization: `Bearer ${token}` },
    });
  } catch (error) {
    throw new Error(`${url.origin}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Makes the error for an unexpected response. */
export async function managementFault(response: Response, what: string): Promise<Error> {
  const message = `the management Worker returned the status ${response.status} for ${what}: ${errorIn(await response.text())}`;
  return response.status < 500 && response.status !== 429
    ? new ManagementRefusalError(message)
    : new Error(message);
}

function address(url: URL, path: string): URL {
  return new URL(`${url.pathname.replace(/\/$/, '')}/api/v1${path}`, url.origin);
}

function errorIn(text: string): string {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), ErrorSchema), text);
  return parsed.success ? parsed.output.error : text.slice(0, 200);
}

function reasonOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error) return cause.message;
  return errorMessage(error);
}
