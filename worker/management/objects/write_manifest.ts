import { errorResponse } from '../../http/answer/answer_headers.ts';
import { BODY_STATUS, readBody } from '../../http/body/request_body.ts';
import type { Blob } from '../../model/content.ts';
import { pruningUntil } from '../../registry/prune/pruning_lock.ts';
import { readPublication } from '../../registry/publish/publication.ts';
import { inGroups } from '../../registry/storage/groups.ts';
import { serializeDocument } from '../../registry/storage/json_document.ts';
import { BLOBS_PREFIX, publicationKey, publicationsOf } from '../../registry/storage/storage_keys.ts';
import { hasBlob } from '../../registry/version/blob_store.ts';
import type { Manifest } from '../../registry/version/manifest.ts';
import { MANIFEST_BYTES, parseSentManifest } from '../../registry/version/manifest_document.ts';
import { uniqueBlobsOf } from '../../registry/version/version_blobs.ts';
import { writeCondition } from '../access/conditions.ts';
import type { ManagementRequest } from '../management_request.ts';
import { written } from './objects.ts';

interface Place {
  readonly model: string;
  readonly version: string;
}

/** Creates a manifest after its blobs. */
export async function writeManifestDocument(
  management: ManagementRequest,
  key: string,
  { model, version }: Place,
): Promise<Response> {
  const given = writeCondition(management.request.headers);
  if (given.kind === 'missing' || given.condition.kind !== 'absent') {
    return errorResponse('A manifest is written once: send If-None-Match: *', 428);
  }
  const body = await readBody(management.request, MANIFEST_BYTES);
  if (body.kind !== 'read') return errorResponse(body.message, BODY_STATUS[body.kind]);
  const parsed = parseSentManifest(new TextDecoder().decode(body.bytes));
  if (parsed.kind === 'malformed') return errorResponse(`The manifest: ${parsed.reason}`, 400);
  const manifest = parsed.value;
  if (manifest.model !== model || manifest.version !== version) {
    return errorResponse(`The manifest is of ${manifest.model} ${manifest.version}`, 400);
  }
  return announced(management, manifest, async () => {
    const fault = await missingBlob(management, manifest);
    if (fault !== undefined) return errorResponse(fault, 409);
    const result = await management.store.put(key, serializeDocument(manifest), {
      condition: given.condition,
    });
    return result.kind === 'written'
      ? written(result)
      : errorResponse(`${model} ${version} is published, and a published version never changes`, 412);
  });
}

/**
 * Runs a function while the version is announced, so that no prune deletes a blob between the check of the blobs and
 * the write of the manifest. Refuses while a prune runs, which has already read the announcements, unless the caller
 * announced the version itself.
 */
async function announced(
  { store, caller }: ManagementRequest,
  manifest: Manifest,
  act: () => Promise<Response>,
): Promise<Response> {
  const { model, version } = manifest;
  const blobs = uniqueBlobsOf(manifest).map(({ sha256 }) => sha256);
  const key = publicationKey(model, version, crypto.randomUUID());
  const document = serializeDocument({ schema: 1, model, version, blobs, owner: caller.name });
  const written = await store.put(key, document, { condition: { kind: 'always' } });
  if (written.kind === 'conflict') throw new Error(`${key} could not be written`);
  try {
    const until = await pruningUntil(store, written.uploaded);
    if (until !== undefined && !(await isAnnounced({ store, caller }, manifest, blobs, key))) {
      const response = errorResponse(
        `A prune is at work until ${until.toISOString()} or longer; send the manifest again then`,
        503,
      );
      response.headers.set('retry-after', '5');
      return response;
    }
    return await act();
  } finally {
    await store.delete([key]);
  }
}

/** The most announcements of one version that are checked. */
const LOOKED_AT = 10;

/** True if the caller announced all blobs of a version in an earlier request. */
async function isAnnounced(
  { store, caller }: Pick<ManagementRequest, 'store' | 'caller'>,
  { model, version }: Place,
  blobs: readonly string[],
  ownKey: string,
): Promise<boolean> {
  let looked = 0;
  for await (const { key } of store.list(publicationsOf(model, version))) {
    if (key === ownKey || ++looked > LOOKED_AT) continue;
    const publication = await readPublication(store, key);
    if (publication?.owner !== caller.name) continue;
    const there = new Set(publication.blobs);
    if (blobs.every((sha256) => there.has(sha256))) return true;
  }
  return false;
}

/** Storage operations that are reserved for the rest of the request. */
const RESERVE = 6;

/** Returns a sentence that names a missing file of the model, or undefined if all exist. Prepared plans are dispensable. */
async function missingBlob(
  { store, budget }: ManagementRequest,
  { content }: Manifest,
): Promise<string | undefined> {
  const blobs = [...new Map(content.blobs.map((blob) => [`${blob.sha256} ${blob.bytes}`, blob])).values()];
  const describe = ({ path, sha256, bytes }: Blob): string =>
    `The blob of ${path}, ${sha256}, does not exist with ${bytes} bytes`;
  if (blobs.length <= budget.left - RESERVE) {
    const there = await inGroups(blobs, ({ sha256, bytes }) => hasBlob(store, sha256, bytes));
    const lacking = blobs.find((_, index) => there[index] === false);
    return lacking && describe(lacking);
  }
  // One operation lists a thousand blobs.
  const sizes = new Map<string, number>();
  const wanted = new Set(blobs.map(({ sha256 }) => sha256));
  for await (const { key, size } of store.list(BLOBS_PREFIX)) {
    const sha256 = key.slice(BLOBS_PREFIX.length);
    if (wanted.has(sha256)) sizes.set(sha256, size);
    if (budget.left <= RESERVE) {
      return `It has ${blobs.length} blobs, more than this plan can check in the registry; raise MAX_SUBREQUESTS if the plan allows it`;
    }
  }
  const lacking = blobs.find(({ sha256, bytes }) => sizes.get(sha256) !== bytes);
  return lacking && describe(lacking);
}
