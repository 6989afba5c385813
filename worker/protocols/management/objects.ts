import * as v from 'valibot';
import type { ObjectDescription, ObjectStore } from '../../registry/object_store.ts';
import { type PointerRead, readPointer } from '../../registry/pointer_store.ts';
import { pruningUntil } from '../../registry/pruning_lock.ts';
import { parseStorageKey } from '../../registry/storage_key.ts';
import { readBody } from '../request_body.ts';
import { errorResponse, jsonResponse } from '../response.ts';
import { parseEtag } from './conditions.ts';
import { missingScope } from './guard.ts';
import type { ManagementRequest } from './management.ts';

/**
 * Reads an object of the registry: its content, its entity tag and when it was written. With `If-None-Match`,
 * 304 where it still is that one.
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
  const { etag, size, stream } = read.object;
  return new Response(stream, {
    headers: { ...identity(etag, size), 'content-type': 'application/octet-stream' },
  });
}

/**
 * Lists the objects below a prefix, or with `folders` the path segments right below it: one JSON value a line,
 * and a last line that says that nothing is missing.
 */
export function listObjects({ url, store }: ManagementRequest): Response {
  const prefix = url.searchParams.get('prefix') ?? '';
  const folders = url.searchParams.get('folders') === 'true';
  const lines = listing(folders ? store.listFolders(prefix) : store.list(prefix));
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await lines.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
  });
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson' } });
}

async function* listing(entries: AsyncIterable<ObjectDescription | string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const entry of entries) yield encoder.encode(`${JSON.stringify(entry)}\n`);
  yield encoder.encode('{"end":true}\n');
}

const DELETION_LIMIT_BYTES = 1024 * 1024;
const DeletionSchema = v.object({ keys: v.pipe(v.array(v.string()), v.maxLength(1000)) });

/** Deletes objects. Of pointers none: a model that was published stays known. */
export async function deleteObjects({ request, caller, store }: ManagementRequest): Promise<Response> {
  const body = await readBody(request, DELETION_LIMIT_BYTES);
  if (body.kind !== 'read') return errorResponse(body.message, 400);
  const parsed = v.safeParse(
    v.pipe(v.string(), v.parseJson(), DeletionSchema),
    new TextDecoder().decode(body.bytes),
  );
  if (!parsed.success)
    return errorResponse(`The body is not {"keys": [...]}: ${parsed.issues[0].message}`, 400);
  for (const key of parsed.output.keys) {
    const what = parseStorageKey(key);
    if (what === undefined) return unknownKey(key);
    if (what.kind === 'pointer') return errorResponse('A pointer is never deleted', 403);
    const refusal =
      what.kind === 'publication' ? missingScope(caller, 'publish') : missingScope(caller, 'publish', 'flip');
    if (refusal !== undefined) return refusal;
  }
  const fault = await deletionFault(store, parsed.output.keys);
  if (fault !== undefined) return errorResponse(fault, 409);
  await store.delete(parsed.output.keys);
  return new Response(null, { status: 204 });
}

/**
 * Why something still needed might be deleted; undefined where it cannot be: a prune retires versions in the
 * pointer before it deletes their manifests, and holds its lock while it deletes blobs.
 */
async function deletionFault(store: ObjectStore, keys: readonly string[]): Promise<string | undefined> {
  const pointers = new Map<string, PointerRead>();
  let deletesBlobs = false;
  for (const key of keys) {
    const what = parseStorageKey(key);
    if (what?.kind === 'blob') deletesBlobs = true;
    if (what?.kind !== 'manifest') continue;
    const { model, version } = what;
    const read = pointers.get(model) ?? (await readPointer(store, model));
    pointers.set(model, read);
    const isRetired = read.kind === 'found' && read.pointer.retired.includes(version);
    if (!isRetired) return `${model} ${version} is not retired in the pointer, so its manifest stays`;
  }
  if (!deletesBlobs || (await pruningUntil(store, new Date())) !== undefined) return undefined;
  return 'Blobs are deleted only while a prune holds its lock';
}

export function unknownKey(key: string): Response {
  return errorResponse(`The registry keeps nothing under ${JSON.stringify(key.slice(0, 200))}`, 400);
}

function missing(key: string): Response {
  return errorResponse(`There is no ${key}`, 404);
}

/** How a write was answered. */
export function written(result: { readonly etag: string; readonly uploaded: Date }): Response {
  const body = JSON.stringify({ etag: result.etag, uploaded: result.uploaded.toISOString() });
  const response = jsonResponse(body, 201);
  response.headers.set('etag', `"${result.etag}"`);
  return response;
}

function describe({ etag, size, uploaded }: ObjectDescription): Record<string, string> {
  return { ...identity(etag, size), 'x-uploaded': uploaded.toISOString() };
}

/** The length has a header of its own: HTTP's may be dropped or changed on the way. */
function identity(etag: string, size: number): Record<string, string> {
  return { etag: `"${etag}"`, 'x-object-size': String(size) };
}
