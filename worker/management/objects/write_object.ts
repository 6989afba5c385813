import { errorResponse } from '../../http/answer/answer_headers.ts';
import { readBody } from '../../http/body/request_body.ts';
import { requestIdOf } from '../../http/request_id.ts';
import type { WriteCondition, WriteResult } from '../../registry/storage/object_store.ts';
import { isWrongDigest } from '../../registry/storage/r2_object_store.ts';
import { parseStorageKey } from '../../registry/storage/storage_keys.ts';
import { logLine } from '../../runtime/log_line.ts';
import { missingScope } from '../access/guard.ts';
import { deleteAnnouncement, writeAnnouncement } from '../changes/announcements.ts';
import type { ManagementRequest } from '../management_request.ts';
import { onlyByChange, onlyByPrune, unknownKey, written } from './objects.ts';
import { writeManifestDocument } from './write_manifest.ts';

/**
 * Writes an object of the registry after checking it: a blob must have its key's digest, and a manifest is written
 * once, after its blobs. Clients cannot write any other objects.
 */
export async function writeObject(management: ManagementRequest, key: string): Promise<Response> {
  const { caller } = management;
  const what = parseStorageKey(key);
  switch (what?.kind) {
    case undefined:
      return unknownKey(key);
    case 'blob':
      return missingScope(caller, 'publish') ?? writeBlob(management, key, what.sha256);
    case 'manifest':
      return missingScope(caller, 'publish') ?? writeManifestDocument(management, key, what);
    case 'publication':
      return writeAnnouncement(management, key, what);
    case 'pointer':
      return onlyByChange('A pointer');
    case 'history':
      return onlyByChange('The history');
    case 'pruning lock':
    case 'pruning clock':
      return onlyByPrune();
  }
}

/** Deletes an announcement, the only object that a client may delete. */
export async function deleteObject(management: ManagementRequest, key: string): Promise<Response> {
  const what = parseStorageKey(key);
  if (what === undefined) return unknownKey(key);
  return what.kind === 'publication' ? deleteAnnouncement(management, key) : onlyByPrune();
}

/** A blob up to this size is buffered, so that a storage fault can be retried. A larger one streams through. Bytes. */
const HELD_BYTES = 4 * 1024 * 1024;

async function writeBlob(management: ManagementRequest, key: string, sha256: string): Promise<Response> {
  const { request, store, maxUploadBytes } = management;
  const announced = request.headers.get('content-length');
  if (announced === null || !/^\d{1,15}$/.test(announced)) {
    return errorResponse('An upload must state its Content-Length', 411);
  }
  if (Number(announced) > maxUploadBytes) {
    return errorResponse(`The upload has ${announced} bytes; the limit is ${maxUploadBytes} bytes`, 413);
  }
  if (request.headers.has('content-encoding')) {
    return errorResponse('An upload must not have a Content-Encoding', 415);
  }
  const condition: WriteCondition = { kind: 'always' };
  try {
    if (request.body === null) {
      return answer(await store.put(key, new Uint8Array(0), { condition, sha256 }));
    }
    if (Number(announced) > HELD_BYTES) return await streamBlob(management, key, request.body, sha256);
    const body = await readBody(request, HELD_BYTES);
    if (body.kind !== 'read') return errorResponse(body.message, 400);
    return answer(await store.put(key, body.bytes, { condition, sha256 }));
  } catch (error) {
    if (!isWrongDigest(error)) throw error;
    return errorResponse(`The bytes do not have the SHA-256 ${sha256}`, 422);
  }
}

/** A streamed upload cannot be sent to storage twice. After a fault the client must repeat it. */
async function streamBlob(
  { uploads, request }: ManagementRequest,
  key: string,
  stream: ReadableStream<Uint8Array>,
  sha256: string,
): Promise<Response> {
  try {
    return answer(await uploads.putStream(key, stream, { condition: { kind: 'always' }, sha256 }));
  } catch (error) {
    if (isWrongDigest(error)) throw error;
    console.error(logLine({ event: 'fault', request: requestIdOf(request), key, error: String(error) }));
    const response = errorResponse('The storage did not accept the upload; send it again', 503);
    response.headers.set('retry-after', '1');
    return response;
  }
}

function answer(result: WriteResult): Response {
  return result.kind === 'written'
    ? written(result)
    : errorResponse('The stored object does not match the condition of this write', 412);
}
