import * as v from 'valibot';
import { describeError } from '../../worker/registry/describe_error.ts';
import type {
  HeadResult,
  ObjectBody,
  ObjectDescription,
  ObjectStore,
  ReadResult,
  WriteCondition,
  WriteOptions,
  WriteResult,
} from '../../worker/registry/object_store.ts';

/** The registry's store behind a management Worker. */
export interface ManagementService {
  /** The Worker's address; the API lies under `/api/v1`. */
  readonly url: URL;
  readonly token: string;
}

const CallerSchema = v.object({
  service: v.literal('edge-serving-management'),
  token: v.string(),
  scopes: v.array(v.string()),
});
const WrittenSchema = v.object({ etag: v.string(), uploaded: v.pipe(v.string(), v.isoTimestamp()) });
const DescriptionSchema = v.object({
  key: v.string(),
  etag: v.string(),
  size: v.number(),
  uploaded: v.pipe(v.string(), v.isoTimestamp()),
});
const EndSchema = v.object({ end: v.literal(true) });
const ErrorSchema = v.object({ error: v.string() });

/** The management Worker refused; trying again would change nothing. */
export class ManagementRefusalError extends Error {}

/**
 * Makes sure that a management Worker is at the address and knows the token: anything else answers 404 too, and
 * would look like an empty registry.
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
      ? `${url.href} is not the address of a management Worker`
      : `${url.origin} answered ${response.status}: ${errorIn(text)}`,
  );
}

/** An object store whose every call is a request to a management Worker. */
export class HttpObjectStore implements ObjectStore {
  readonly #service: ManagementService;

  constructor(service: ManagementService) {
    this.#service = service;
  }

  async get(key: string, options: { unlessEtag?: string } = {}): Promise<ReadResult> {
    const response = await this.#ask('GET', objectPath(key), {
      headers: options.unlessEtag === undefined ? {} : { 'if-none-match': `"${options.unlessEtag}"` },
    });
    if (response.status === 404) return missing(response);
    if (response.status === 304) return { kind: 'unchanged' };
    if (!response.ok || response.body === null) throw await fault(response, key);
    return { kind: 'found', object: toObject(response, response.body) };
  }

  async head(key: string): Promise<HeadResult> {
    const response = await this.#ask('HEAD', objectPath(key));
    if (response.status === 404) return { kind: 'missing' };
    if (!response.ok) throw await fault(response, key);
    const uploaded = new Date(response.headers.get('x-uploaded') ?? '');
    return { kind: 'found', description: { key, ...describe(response), uploaded } };
  }

  async put(key: string, value: Uint8Array, options: WriteOptions): Promise<WriteResult> {
    const digest = options.sha256;
    const response = await this.#ask('PUT', objectPath(key), {
      headers: {
        ...conditionHeaders(options.condition),
        ...(digest !== undefined && {
          'repr-digest': `sha-256=:${Buffer.from(digest, 'hex').toString('base64')}:`,
        }),
      },
      // A view of a buffer that may be shared is no body by fetch's types; these are plain.
      body: new Uint8Array(value),
    });
    if (response.status === 412) {
      await response.body?.cancel();
      return { kind: 'conflict' };
    }
    if (!response.ok) throw await fault(response, key);
    const { etag, uploaded } = v.parse(WrittenSchema, await response.json());
    return { kind: 'written', etag, uploaded: new Date(uploaded) };
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += DELETE_BATCH) {
      const batch = keys.slice(start, start + DELETE_BATCH);
      const body = JSON.stringify({ keys: batch });
      const response = await this.#ask('POST', '/deletions', { body });
      if (!response.ok) throw await fault(response, batch[0] ?? '');
    }
  }

  async *list(prefix: string): AsyncIterable<ObjectDescription> {
    for await (const line of this.#lines(prefix, false)) {
      const { uploaded, ...description } = v.parse(DescriptionSchema, line);
      yield { ...description, uploaded: new Date(uploaded) };
    }
  }

  async *listFolders(prefix: string): AsyncIterable<string> {
    for await (const line of this.#lines(prefix, true)) yield v.parse(v.string(), line);
  }

  /** @throws when the listing ends before it says that it does: nobody may take half a list for the whole */
  async *#lines(prefix: string, folders: boolean): AsyncIterable<unknown> {
    const query = new URLSearchParams({ prefix, folders: String(folders) });
    const response = await this.#ask('GET', `/objects?${query}`);
    if (!response.ok) throw await fault(response, prefix);
    for (const text of (await response.text()).split('\n')) {
      if (text === '') continue;
      const line: unknown = JSON.parse(text);
      if (v.is(EndSchema, line)) return;
      yield line;
    }
    throw new Error(`the list of ${prefix} broke off`);
  }

  #ask(method: string, path: string, init: Pick<RequestInit, 'headers' | 'body'> = {}): Promise<Response> {
    const { url, token } = this.#service;
    return fetch(address(url, path), {
      method,
      ...init,
      // The token goes to the address that was given, and to no other.
      redirect: 'error',
      headers: { ...init.headers, authorization: `Bearer ${token}` },
    }).catch((error: unknown) => {
      throw new Error(`${url.origin}: ${reasonOf(error)}`, { cause: error });
    });
  }
}

const DELETE_BATCH = 1000;

function address(url: URL, path: string): URL {
  return new URL(`${url.pathname.replace(/\/$/, '')}/api/v1${path}`, url.origin);
}

function objectPath(key: string): string {
  return `/objects/${key.split('/').map(encodeURIComponent).join('/')}`;
}

function conditionHeaders(condition: WriteCondition): Record<string, string> {
  switch (condition.kind) {
    case 'always':
      return {};
    case 'absent':
      return { 'if-none-match': '*' };
    case 'matches':
      return { 'if-match': `"${condition.etag}"` };
  }
}

async function missing(response: Response): Promise<{ readonly kind: 'missing' }> {
  await response.body?.cancel();
  return { kind: 'missing' };
}

function toObject(response: Response, stream: ReadableStream<Uint8Array>): ObjectBody {
  return { ...describe(response), stream, text: () => response.text() };
}

function describe({ headers }: Response): { readonly etag: string; readonly size: number } {
  const etag = /^(?:W\/)?"(.*)"$/.exec(headers.get('etag') ?? '')?.[1];
  const size = Number(headers.get('x-object-size') ?? Number.NaN);
  if (etag === undefined || !Number.isSafeInteger(size)) {
    throw new Error('the management Worker sent an object without its ETag or its size');
  }
  return { etag, size };
}

async function fault(response: Response, what: string): Promise<Error> {
  const message = `the management Worker answered ${response.status} for ${what}: ${errorIn(await response.text())}`;
  return response.status < 500 && response.status !== 429
    ? new ManagementRefusalError(message)
    : new Error(message);
}

function errorIn(text: string): string {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), ErrorSchema), text);
  return parsed.success ? parsed.output.error : text.slice(0, 200);
}

function reasonOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error) return cause.message;
  return describeError(error);
}
