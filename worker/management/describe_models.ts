import { errorResponse, jsonResponse } from '../http/answer/answer_headers.ts';
import { isName, NAME_RULE } from '../model/names.ts';
import { momentOf, type WrittenPointer } from '../registry/pointer/moment.ts';
import type { Pointer } from '../registry/pointer/pointer.ts';
import { readPointer } from '../registry/pointer/pointer_store.ts';
import { inGroups } from '../registry/storage/groups.ts';
import { MODELS_PREFIX } from '../registry/storage/storage_keys.ts';
import { parseVersion } from '../registry/version/version.ts';
import { listVersions, readManifest } from '../registry/version/version_store.ts';
import type { ManagementRequest } from './management_request.ts';

/** Storage operations that are reserved for the rest of the request. */
const RESERVE = 5;
/** The most models in one response, whatever the plan's operations are. */
const PAGE = 200;

/**
 * Lists models with their current state, as many as one request can read. If there may be more, `after` is the start of
 * the next request: `?after=NAME`. With `?roles=true`, each has the roles of its versions and the last change.
 */
export async function describeModels({ store, budget, url }: ManagementRequest): Promise<Response> {
  const after = url.searchParams.get('after') ?? undefined;
  if (after !== undefined && !isName(after)) {
    return errorResponse(`"after" is the name of a model, made of ${NAME_RULE}`, 400);
  }
  const withRoles = url.searchParams.get('roles') ?? 'false';
  if (withRoles !== 'true' && withRoles !== 'false') return errorResponse('"roles" is true or false', 400);
  const size = Math.min(PAGE, budget.left - RESERVE);
  const names: string[] = [];
  for await (const name of store.listFolders(MODELS_PREFIX, after === undefined ? {} : { after })) {
    if (isName(name)) names.push(name);
    if (names.length === size) break;
  }
  const models = await inGroups(names, async (model) => {
    const read = await readPointer(store, model);
    const isFound = read.kind === 'found';
    return {
      model,
      current: isFound ? read.pointer.current : null,
      generation: isFound ? read.pointer.generation : null,
      ...(isFound && withRoles === 'true' ? { roles: rolesOf(read.pointer) } : {}),
      ...(read.kind === 'malformed' ? { pointerError: read.reason } : {}),
    };
  });
  const last = names.length === size ? names.at(-1) : undefined;
  return jsonResponse(JSON.stringify({ models, ...(last === undefined ? {} : { after: last }) }));
}

/** Returns the roles that versions have beside the current one. Absent ones are left out. */
function rolesOf({ previous, labels, next, canary, shadow, history }: Pointer) {
  const [lastChange] = history;
  return {
    ...(previous !== null && { previous }),
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(next && { next }),
    ...(canary && { canary }),
    ...(shadow && { shadow }),
    ...(lastChange && { lastChange }),
  };
}

/** Returns a model's pointer with its history, and its versions. The entity tag is the generation, for `If-Match`. */
export async function describeModel({ store }: ManagementRequest, model: string): Promise<Response> {
  if (!isName(model)) return errorResponse(`A model's name is made of ${NAME_RULE}`, 400);
  const read = await readPointer(store, model);
  const versions = await listVersions(store, model);
  if (read.kind === 'missing' && versions.length === 0)
    return errorResponse(`The model ${model} does not exist`, 404);
  const response = jsonResponse(
    JSON.stringify({
      model,
      pointer: read.kind === 'found' ? read.pointer : null,
      moment: read.kind === 'found' ? agreedMoment(read) : null,
      ...(read.kind === 'malformed' ? { pointerError: read.reason } : {}),
      versions,
    }),
  );
  response.headers.set('etag', `"${read.kind === 'found' ? read.pointer.generation : 0}"`);
  return response;
}

/** Returns when the last change takes effect, or null if isolates adopt it one by one. */
function agreedMoment({ pointer, uploaded }: WrittenPointer): string | null {
  if (uploaded === undefined || pointer.history[0]?.delayMs === undefined) return null;
  return new Date(momentOf(pointer, uploaded)).toISOString();
}

/** Returns a version's manifest. */
export async function describeVersion(
  { store }: ManagementRequest,
  model: string,
  version: string,
): Promise<Response> {
  if (!isName(model)) return errorResponse(`A model's name is made of ${NAME_RULE}`, 400);
  if (parseVersion(version) !== version) {
    return errorResponse('A version is MAJOR.MINOR.PATCH, or a plain integer', 400);
  }
  const read = await readManifest(store, model, version);
  switch (read.kind) {
    case 'found':
      return jsonResponse(JSON.stringify(read.manifest));
    case 'missing':
      return errorResponse(`${model} ${version} does not exist`, 404);
    case 'malformed':
      return errorResponse(`The manifest of ${model} ${version} is malformed: ${read.reason}`, 500);
  }
}
