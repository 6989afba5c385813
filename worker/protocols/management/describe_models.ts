import { isName, NAME_RULE } from '../../registry/names.ts';
import { readPointer } from '../../registry/pointer_store.ts';
import { parseVersion } from '../../registry/version.ts';
import { listModels, listVersions, readManifest } from '../../registry/version_store.ts';
import { errorResponse, jsonResponse } from '../response.ts';
import type { ManagementRequest } from './management.ts';

/** Every model with what is current of it. */
export async function describeModels({ store }: ManagementRequest): Promise<Response> {
  const models = [];
  for (const model of await listModels(store)) {
    const read = await readPointer(store, model);
    models.push({
      model,
      current: read.kind === 'found' ? read.pointer.current : null,
      generation: read.kind === 'found' ? read.pointer.generation : null,
    });
  }
  return jsonResponse(JSON.stringify({ models }));
}

/** A model's pointer with its history, and its versions. The entity tag is the generation, for `If-Match`. */
export async function describeModel({ store }: ManagementRequest, model: string): Promise<Response> {
  if (!isName(model)) return errorResponse(`A model's name is made of ${NAME_RULE}`, 400);
  const read = await readPointer(store, model);
  const versions = await listVersions(store, model);
  if (read.kind === 'missing' && versions.length === 0)
    return errorResponse(`There is no model ${model}`, 404);
  const response = jsonResponse(
    JSON.stringify({
      model,
      pointer: read.kind === 'found' ? read.pointer : null,
      ...(read.kind === 'malformed' ? { pointerError: read.reason } : {}),
      versions,
    }),
  );
  response.headers.set('etag', `"${read.kind === 'found' ? read.pointer.generation : 0}"`);
  return response;
}

/** A version's manifest. */
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
      return errorResponse(`There is no ${model} ${version}`, 404);
    case 'malformed':
      return errorResponse(`The manifest of ${model} ${version} is malformed: ${read.reason}`, 500);
  }
}
