import * as v from 'valibot';
import type {
  HeadResult,
  ListOptions,
  ObjectBody,
  ObjectDescription,
  ObjectStore,
  ReadResult,
  WriteCondition,
  WriteOptions,
  WriteResult,
} from '../../worker/registry/storage/object_store.ts';
import { askManagement, type ManagementService, managementFault } from './management_client.ts';

const WrittenSchema = v.object({ etag: v.string(), uploaded: v.pipe(v.string(), v.isoTimestamp()) });
const DescriptionSchema = v.object({
  key: v.string(),
  etag: v.string(),
  size: v.number(),
  uploaded: v.pipe(v.string(), v.isoTimestamp()),
});
/** The last line of a listing, or of a part of it: the rest follows after a key or a folder. */
const EndSchema = v.union([v.object({ end: v.literal(true) }), v.object({ after: v.string() })]);
/**
 * An object store in which every call is a request to a management Worker. It writes blobs, manifests and
 * announcements. Pointers and deletions go through requests for a change or a prune instead.
 */
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
    if (!response.ok || response.body === null) throw await managementFault(response, key);
    return { kind: 'found', object: toObject(response, response.body) };
  }

  async head(key: string): Promise<HeadResult> {
    const response = await this.#ask('HEAD', objectPath(key));
    if (response.status === 404) return { kind: 'missing' };
    if (!response.ok) throw await managementFault(response, key);
    return { kind: 'found', description: { key, ...describe(response), uploaded: uploadedOf(response) } };
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
      // fetch's types do not accept a view of a buffer that may be shared as a body. This copy is not shared.
      body: new Uint8Array(value),
    });
    if (response.status === 412) {
      await response.body?.cancel();
      return { kind: 'conflict' };
    }
    if (!response.ok) throw await managementFault(response, key);
    const { etag, uploaded } = v.parse(WrittenSchema, await response.json());
    return { kind: 'written', etag, uploaded: new Date(uploaded) };
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const response = await this.#ask('DELETE', objectPath(key));
      await response.body?.cancel();
      if (!response.ok && response.status !== 404) throw await managementFault(response, key);
    }
  }

  async *list(prefix: string, options?: ListOptions): AsyncIterable<ObjectDescription> {
    for await (const line of this.#lines(prefix, false, options)) {
      const { uploaded, ...description } = v.parse(DescriptionSchema, line);
      yield { ...description, uploaded: new Date(uploaded) };
    }
  }

  async *listFolders(prefix: string, options?: ListOptions): AsyncIterable<string> {
    for await (const line of this.#lines(prefix, true, options)) yield v.parse(v.string(), line);
  }

  async *#lines(prefix: string, folders: boolean, { after }: ListOptions = {}): AsyncIterable<unknown> {
    for (let from = after; ; ) {
      const part = await this.#page(prefix, folders, from);
      yield* part.lines;
      if (part.after === undefined) return;
      from = part.after;
    }
  }

  /** @throws if the listing ends without its last line, since a part must not pass for the whole */
  async #page(
    prefix: string,
    folders: boolean,
    after: string | undefined,
  ): Promise<{ readonly lines: readonly unknown[]; readonly after: string | undefined }> {
    const query = new URLSearchParams({ prefix, folders: String(folders), ...(after && { after }) });
    const response = await this.#ask('GET', `/objects?${query}`);
    if (!response.ok) throw await managementFault(response, prefix);
    const lines: unknown[] = [];
    for (const text of (await response.text()).split('\n')) {
      if (text === '') continue;
      const line: unknown = JSON.parse(text);
      const end = v.safeParse(EndSchema, line);
      if (end.success) return { lines, after: 'after' in end.output ? end.output.after : undefined };
      lines.push(line);
    }
    throw new Error(`the listing of ${prefix} ended early`);
  }

  #ask(method: string, path: string, init?: Pick<RequestInit, 'headers' | 'body'>): Promise<Response> {
    return askManagement(this.#service, method, path, init);
  }
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
  return { ...describe(response), uploaded: uploadedOf(response), stream, text: () => response.text() };
}

/** Returns the time of the upload. An older Worker does not send it, and the upload then counts as old. */
function uploadedOf({ headers }: Response): Date {
  return new Date(headers.get('x-uploaded') ?? 0);
}

function describe({ headers }: Response): { readonly etag: string; readonly size: number } {
  const etag = /^(?:W\/)?"(.*)"$/.exec(headers.get('etag') ?? '')?.[1];
  const size = Number(headers.get('x-object-size') ?? Number.NaN);
  if (etag === undefined || !Number.isSafeInteger(size)) {
    throw new Error('the management Worker sent an object without its ETag or its size');
  }
  return { etag, size };
}
