import { errorResponse, jsonResponse } from '../../http/answer/answer_headers.ts';
import type { ObjectDescription } from '../../registry/storage/object_store.ts';
import {
  BLOBS_PREFIX,
  MODELS_PREFIX,
  PUBLICATIONS_PREFIX,
  parseStorageKey,
} from '../../registry/storage/storage_keys.ts';
import { parseEtag } from '../access/conditions.ts';
import type { ManagementRequest } from '../management_request.ts';

/**
 * Reads an object of the registry: its content, its entity tag and the time of its upload. With `If-None-Match`,
 * returns 304 if the object has not changed.
 */
export async function readObject({ request, store }: ManagementRequest, key: string): Promise<Response> {
  if (parseStorageKey(key) === undefined) return unknownKey(key);
  if (request.method === 'HEAD') {
    const head = await store.head(key);
    return head.kind === 'missing'
      ? missing(key)
      : new Response(null, { headers: describe(head.description) });
  }
  const unlessEtag = parseEtag(request.headers.get('if-none-match'));
  const read = await store.get(key, unlessEtag === undefined ? {} : { unlessEtag });
  if (read.kind === 'missing') return missing(key);
  if (read.kind === 'unchanged')
    return new Response(null, { status: 304, headers: { etag: `"${unlessEtag}"` } });
  const { etag, size, uploaded, stream } = read.object;
  return new Response(stream, {
    headers: { ...describe({ etag, size, uploaded }), 'content-type': 'application/octet-stream' },
  });
}

/** The most objects that R2 lists in one operation. */
const PAGE = 1000;
const PREFIXES = [MODELS_PREFIX, BLOBS_PREFIX, PUBLICATIONS_PREFIX];
const AFTER_LENGTH = 1024;

/**
 * Lists the objects below a prefix, or with `folders` the path segments directly below it, one JSON value per line. The
 * number is that of one storage operation. The last line marks the end, or names the key after which the next request
 * continues.
 */
export async function listObjects({ url, store }: ManagementRequest): Promise<Response> {
  const prefix = url.searchParams.get('prefix') ?? '';
  const after = url.searchParams.get('after');
  if (!PREFIXES.some((known) => prefix.startsWith(known))) {
    return errorResponse(`A prefix begins with ${PREFIXES.join(', ')}`, 400);
  }
  if (prefix.length > AFTER_LENGTH || (after?.length ?? 0) > AFTER_LENGTH) {
    return errorResponse(`A prefix and "after" have at most ${AFTER_LENGTH} characters`, 400);
  }
  const options = after === null || after === '' ? {} : { after };
  const isFolders = url.searchParams.get('folders') === 'true';
  const body = isFolders
    ? await lines(store.listFolders(prefix, options), (folder) => folder)
    : await lines(store.list(prefix, options), ({ key }) => key);
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson' } });
}

async function lines<Entry>(
  entries: AsyncIterable<Entry>,
  positionOf: (entry: Entry) => string,
): Promise<string> {
  const written: string[] = [];
  for await (const entry of entries) {
    written.push(JSON.stringify(entry));
    if (written.length < PAGE) continue;
    return [...written, JSON.stringify({ after: positionOf(entry) }), ''].join('\n');
  }
  return [...written, JSON.stringify({ end: true }), ''].join('\n');
}

/** Addresses users of an earlier version of the commands. */
const UPDATE = 'a command that does it is older than this Worker: update the edge-serving package';

/** Refuses a write of an object that only the Worker itself writes. */
export function onlyByChange(what: string): Response {
  return notAllowed(`${what} is changed with POST /api/v1/models/MODEL/CHANGE, never written; ${UPDATE}`);
}

/** Refuses the deletion of an object that only a prune deletes. */
export function onlyByPrune(): Response {
  return notAllowed(`Objects are deleted with POST /api/v1/models/MODEL/prune, never one by one; ${UPDATE}`);
}

function notAllowed(message: string): Response {
  const response = errorResponse(message, 405);
  response.headers.set('allow', 'GET, HEAD');
  return response;
}

export function unknownKey(key: string): Response {
  return errorResponse(`The registry has no objects under ${JSON.stringify(key.slice(0, 200))}`, 400);
}

export function missing(key: string): Response {
  return errorResponse(`${key} does not exist`, 404);
}

/** Makes the response to a write. */
export function written(result: { readonly etag: string; readonly uploaded: Date }): Response {
  const body = JSON.stringify({ etag: result.etag, uploaded: result.uploaded.toISOString() });
  const response = jsonResponse(body, 201);
  response.headers.set('etag', `"${result.etag}"`);
  return response;
}

function describe({ etag, size, uploaded }: Omit<ObjectDescription, 'key'>): Record<string, string> {
  return { ...identity(etag, size), 'x-uploaded': uploaded.toISOString() };
}

/** The length has its own header, since proxies may drop or change HTTP's. */
function identity(etag: string, size: number): Record<string, string> {
  return { etag: `"${etag}"`, 'x-object-size': String(size) };
}
