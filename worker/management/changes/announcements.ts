import { errorResponse } from '../../http/answer/answer_headers.ts';
import { BODY_STATUS, readBody } from '../../http/body/request_body.ts';
import {
  AnnouncementSchema,
  PUBLICATION_BYTES,
  PublicationSchema,
} from '../../registry/publish/publication_document.ts';
import { parseDocument, readDocument, serializeDocument } from '../../registry/storage/json_document.ts';
import type { WriteCondition } from '../../registry/storage/object_store.ts';
import { PUBLICATIONS_PREFIX } from '../../registry/storage/storage_keys.ts';
import { missingScope } from '../access/guard.ts';
import type { ManagementRequest } from '../management_request.ts';
import { missing, written } from '../objects/objects.ts';

/** The limit of concurrent announcements, since a prune reads each of them. */
const ANNOUNCEMENTS_LIMIT = 500;

interface AnnouncedKey {
  readonly model?: string;
  readonly version?: string;
}

/**
 * Writes the announcement of a publish, which belongs to its token: no other token can overwrite or delete it, and so
 * cause the deletion of files that the publish relies on.
 */
export async function writeAnnouncement(
  management: ManagementRequest,
  key: string,
  named: AnnouncedKey,
): Promise<Response> {
  const { request, store, caller } = management;
  const refusal = missingScope(caller, 'publish');
  if (refusal !== undefined) return refusal;
  const body = await readBody(request, PUBLICATION_BYTES);
  if (body.kind !== 'read') return errorResponse(body.message, BODY_STATUS[body.kind]);
  const parsed = parseDocument(AnnouncementSchema, new TextDecoder().decode(body.bytes));
  if (parsed.kind === 'malformed') return errorResponse(`The announcement: ${parsed.reason}`, 400);
  const { model, version } = parsed.value;
  if ((named.model ?? model) !== model || (named.version ?? version) !== version) {
    return errorResponse(
      `The announcement is of ${model} ${version}, and its key is of another version`,
      400,
    );
  }
  const there = await ownerOf(management, key);
  if (there.kind === 'another') return anothers(key);
  if (there.kind === 'missing' && (await isFull(management))) {
    const response = errorResponse(`${ANNOUNCEMENTS_LIMIT} publishes are under way, which is the limit`, 429);
    response.headers.set('retry-after', '10');
    return response;
  }
  const condition: WriteCondition =
    there.kind === 'missing' ? { kind: 'absent' } : { kind: 'matches', etag: there.etag };
  const document = serializeDocument({ ...parsed.value, owner: caller.name });
  const result = await store.put(key, document, { condition });
  return result.kind === 'written' ? written(result) : await settled(management, key);
}

/** Withdraws an announcement. */
export async function deleteAnnouncement(management: ManagementRequest, key: string): Promise<Response> {
  const { store, caller } = management;
  const refusal = missingScope(caller, 'publish');
  if (refusal !== undefined) return refusal;
  const there = await ownerOf(management, key);
  if (there.kind === 'missing') return missing(key);
  if (there.kind === 'another') return anothers(key);
  await store.delete([key]);
  return new Response(null, { status: 204 });
}

/** A write that is repeated after its response was lost finds its own object. */
async function settled(management: ManagementRequest, key: string): Promise<Response> {
  if ((await ownerOf(management, key)).kind === 'own') {
    const head = await management.store.head(key);
    if (head.kind === 'found') return written(head.description);
  }
  return anothers(key);
}

type Owner =
  | { readonly kind: 'missing' }
  | { readonly kind: 'own'; readonly etag: string }
  | { readonly kind: 'another' };

async function ownerOf({ store, caller }: ManagementRequest, key: string): Promise<Owner> {
  const read = await store.get(key);
  if (read.kind !== 'found') return { kind: 'missing' };
  const parsed = await readDocument(PublicationSchema, read.object, PUBLICATION_BYTES);
  const isOwn = parsed.kind === 'valid' && parsed.value.owner === caller.name;
  return isOwn ? { kind: 'own', etag: read.object.etag } : { kind: 'another' };
}

async function isFull({ store }: ManagementRequest): Promise<boolean> {
  let count = 0;
  for await (const _ of store.list(PUBLICATIONS_PREFIX)) {
    if (++count >= ANNOUNCEMENTS_LIMIT) return true;
  }
  return false;
}

function anothers(key: string): Response {
  return errorResponse(`${key} was announced with another token`, 403);
}
