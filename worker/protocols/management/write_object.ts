import type * as v from 'valibot';
import { hasBlob } from '../../registry/blob_store.ts';
import { parseDocument, serializeDocument } from '../../registry/document.ts';
import { isPublicationKey } from '../../registry/keys.ts';
import { ManifestSchema } from '../../registry/manifest.ts';
import type { WriteCondition, WriteResult } from '../../registry/object_store.ts';
import { type Pointer, PointerSchema, versionsInUse } from '../../registry/pointer.ts';
import { readPointer } from '../../registry/pointer_store.ts';
import { successionFault } from '../../registry/pointer_succession.ts';
import { PublicationSchema } from '../../registry/publication.ts';
import { parseStorageKey } from '../../registry/storage_key.ts';
import { readManifest } from '../../registry/version_store.ts';
import { BODY_STATUS, readBody } from '../request_body.ts';
import { errorResponse } from '../response.ts';
import { writeCondition } from './conditions.ts';
import { missingScope } from './guard.ts';
import type { ManagementRequest } from './management.ts';
import { unknownKey, written } from './objects.ts';

/** Documents are small; what is larger is none. */
const DOCUMENT_BYTES = 8 * 1024 * 1024;

/** Every isolate reads the pointer again after every change, and keeps it. */
const POINTER_BYTES = 1024 * 1024;

/**
 * Writes an object of the registry, after checking that it may be what it says: a blob has its key's digest, a
 * manifest comes after its blobs and only once, a pointer follows the one before it.
 */
export async function writeObject(management: ManagementRequest, key: string): Promise<Response> {
  const { caller } = management;
  const what = parseStorageKey(key);
  switch (what?.kind) {
    case undefined:
      return unknownKey(key);
    case 'blob':
      return missingScope(caller, 'publish') ?? writeBlobStream(management, key, what.sha256);
    case 'manifest':
      return (
        missingScope(caller, 'publish') ?? writeManifestDocument(management, key, what.model, what.version)
      );
    case 'pointer':
      return missingScope(caller, 'flip') ?? writePointerDocument(management, key, what.model);
    case 'publication':
      return (
        missingScope(caller, 'publish') ??
        writeDocument(
          management,
          key,
          { kind: 'always' },
          isPublicationKey(key) ? PublicationSchema : undefined,
        )
      );
    case 'pruning lock':
      return missingScope(caller, 'publish', 'flip') ?? writeDocument(management, key, undefined);
    case 'pruning clock':
      return missingScope(caller, 'publish', 'flip') ?? writeDocument(management, key, { kind: 'always' });
  }
}

async function writeBlobStream(
  { request, store, uploads, maxUploadBytes }: ManagementRequest,
  key: string,
  sha256: string,
): Promise<Response> {
  const announced = request.headers.get('content-length');
  if (announced === null || !/^\d+$/.test(announced)) {
    return errorResponse('An upload has to announce its Content-Length', 411);
  }
  if (Number(announced) > maxUploadBytes) {
    return errorResponse(`The upload has ${announced} bytes; the limit is ${maxUploadBytes} bytes`, 413);
  }
  if (request.headers.has('content-encoding')) {
    return errorResponse('An upload is taken as it is, without a Content-Encoding', 415);
  }
  const condition: WriteCondition = { kind: 'always' };
  try {
    const result =
      request.body === null
        ? await store.put(key, new Uint8Array(0), { condition, sha256 })
        : await uploads.putStream(key, request.body, { condition, sha256 });
    return answer(result);
  } catch (error) {
    if (!isWrongDigest(error)) throw error;
    return errorResponse(`The bytes do not have the SHA-256 ${sha256}`, 422);
  }
}

async function writeManifestDocument(
  management: ManagementRequest,
  key: string,
  model: string,
  version: string,
): Promise<Response> {
  const { store } = management;
  const given = writeCondition(management.request.headers);
  if (given.kind === 'missing' || given.condition.kind !== 'absent') {
    return errorResponse('A manifest is written once: send If-None-Match: *', 428);
  }
  const body = await readBody(management.request, DOCUMENT_BYTES);
  if (body.kind !== 'read') return errorResponse(body.message, BODY_STATUS[body.kind]);
  const parsed = parseDocument(ManifestSchema, new TextDecoder().decode(body.bytes));
  if (parsed.kind === 'malformed') return errorResponse(`The manifest: ${parsed.reason}`, 400);
  if (parsed.value.model !== model || parsed.value.version !== version) {
    return errorResponse(`The manifest is of ${parsed.value.model} ${parsed.value.version}`, 400);
  }
  for (const { path, sha256, bytes } of parsed.value.content.blobs) {
    if (!(await hasBlob(store, sha256, bytes))) {
      return errorResponse(`The blob of ${path}, ${sha256}, is not there with ${bytes} bytes`, 409);
    }
  }
  return answer(await store.put(key, body.bytes, { condition: given.condition }));
}

/** Adds to the newest history entry whose token it was: what a client says of itself is not proven. */
async function writePointerDocument(
  { request, store, caller }: ManagementRequest,
  key: string,
  model: string,
): Promise<Response> {
  const given = writeCondition(request.headers);
  if (given.kind === 'missing') {
    return errorResponse(
      'A pointer is written only over a known one: send If-Match or If-None-Match: *',
      428,
    );
  }
  const { condition } = given;
  const body = await readBody(request, POINTER_BYTES);
  if (body.kind !== 'read') return errorResponse(body.message, BODY_STATUS[body.kind]);
  const parsed = parseDocument(PointerSchema, new TextDecoder().decode(body.bytes));
  if (parsed.kind === 'malformed') return errorResponse(`The pointer: ${parsed.reason}`, 400);
  const read = await readPointer(store, model);
  if (read.kind === 'malformed')
    return errorResponse(`The pointer of ${model} is malformed: ${read.reason}`, 409);
  const isAsExpected =
    read.kind === 'found'
      ? condition.kind === 'matches' && condition.etag === read.etag
      : condition.kind === 'absent';
  if (!isAsExpected) return moved();
  const pointer = parsed.value;
  const before = read.kind === 'found' ? read.pointer : undefined;
  // What is retired never comes back, and its files may be deleted: that is a prune.
  const retires = pointer.retired.length > (before?.retired.length ?? 0);
  const refusal = retires ? missingScope(caller, 'publish', 'flip') : undefined;
  if (refusal !== undefined) return refusal;
  const fault = successionFault(before, pointer);
  if (fault !== undefined) return errorResponse(`The pointer of ${model} cannot become this: ${fault}`, 409);
  for (const version of versionsInUse(pointer)) {
    if ((await readManifest(store, model, version)).kind !== 'found') {
      return errorResponse(`${model} ${version} is not published, so no pointer can name it`, 409);
    }
  }
  return answer(await store.put(key, serializeDocument(signed(pointer, caller.name)), { condition }));
}

function signed(pointer: Pointer, name: string): Pointer {
  const [change, ...earlier] = pointer.history;
  if (change === undefined) return pointer;
  return { ...pointer, history: [{ ...change, by: `${change.by} via ${name}` }, ...earlier] };
}

async function writeDocument(
  { request, store }: ManagementRequest,
  key: string,
  unconditional: WriteCondition | undefined,
  schema?: v.GenericSchema,
): Promise<Response> {
  const given = writeCondition(request.headers);
  const condition = given.kind === 'given' ? given.condition : unconditional;
  if (condition === undefined) return errorResponse('Send If-Match or If-None-Match: *', 428);
  const body = await readBody(request, DOCUMENT_BYTES);
  if (body.kind !== 'read') return errorResponse(body.message, BODY_STATUS[body.kind]);
  if (schema !== undefined) {
    // Whoever prunes has to understand it: one that is malformed would stop every prune.
    const parsed = parseDocument(schema, new TextDecoder().decode(body.bytes));
    if (parsed.kind === 'malformed') return errorResponse(`The document: ${parsed.reason}`, 400);
  }
  const digest = /^sha-256=:([A-Za-z0-9+/=]{44}):$/.exec(request.headers.get('repr-digest') ?? '')?.[1];
  const sha256 = digest === undefined ? undefined : hexOf(digest);
  try {
    return answer(
      await store.put(key, body.bytes, { condition, ...(sha256 === undefined ? {} : { sha256 }) }),
    );
  } catch (error) {
    if (!isWrongDigest(error)) throw error;
    return errorResponse('The bytes do not have the digest that Repr-Digest names', 422);
  }
}

function hexOf(base64: string): string {
  return Array.from(atob(base64), (character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join(
    '',
  );
}

function answer(result: WriteResult): Response {
  return result.kind === 'conflict' ? moved() : written(result);
}

function moved(): Response {
  return errorResponse('It is not, or not any more, what the condition of this write says', 412);
}

/** R2 checks the digest itself, and says so with this code. */
function isWrongDigest(error: unknown): boolean {
  return String(error).includes('(10037)');
}
