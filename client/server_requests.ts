import type { Refused } from '../worker/rpc/api.ts';

export interface ServerOptions {
  /** The address of the server. */
  readonly url: string | URL;
  /** The API key, if the server requires one. A page must not have one, since everybody can read it there. */
  readonly key?: string | undefined;
  /** How often a request is repeated that the server cannot answer now (429, 503), or whose connection failed. */
  readonly retries?: number | undefined;
  /** Instead of the global function. */
  readonly fetch?: typeof fetch | undefined;
}

export interface SentRequest {
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
  readonly signal?: AbortSignal | undefined;
}

export type Received = { readonly ok: true; readonly response: Response } | Refused;

const RETRIES = 2;
/** A server says when to ask again. Otherwise, and at most, after so many milliseconds. */
const PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** Sends requests to a server, and repeats those that it cannot answer now. */
export class ServerRequests {
  readonly #options: ServerOptions;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /**
   * Sends a request.
   *
   * @throws the error of `fetch` if the server cannot be reached, or if the signal aborts
   */
  async send({ path, method = 'GET', headers = {}, body, signal }: SentRequest): Promise<Received> {
    const { url, key, retries = RETRIES, fetch: send = fetch } = this.#options;
    const address = new URL(path, url);
    const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const request: RequestInit = { method, headers: { ...headers, ...authorization } };
    if (body !== undefined) request.body = body;
    if (signal !== undefined) request.signal = signal;
    for (let left = retries; ; left--) {
      let response: Response;
      try {
        response = await send(address, request);
      } catch (error) {
        if (left <= 0 || signal?.aborted) throw error;
        await pause(PAUSE_MS, signal);
        continue;
      }
      if (response.ok) return { ok: true, response };
      const { status } = response;
      if ((status !== 429 && status !== 503) || left <= 0) {
        return { ok: false, status, message: await messageOf(response) };
      }
      await response.body?.cancel();
      const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
      await pause(Number.isNaN(seconds) ? PAUSE_MS : seconds * 1000, signal);
    }
  }
}

/** Errors of both protocols are objects with the message. */
async function messageOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed) return String(parsed.error);
  } catch {
    // Something between the client and the server answered.
  }
  return text.slice(0, 500);
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      },
      Math.min(milliseconds, LONGEST_PAUSE_MS),
    );
    signal?.addEventListener('abort', abort, { once: true });
  });
}
