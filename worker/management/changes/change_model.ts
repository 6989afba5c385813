import { errorResponse, jsonResponse } from '../../http/answer/answer_headers.ts';
import { makeChange } from '../../registry/pointer/change/change_pointer.ts';
import { changeDefinitions, findChange } from '../../registry/pointer/change/table.ts';
import { effectDocument } from '../../registry/pointer/effect.ts';
import { DEFAULT_LEASE } from '../../registry/pointer/moment.ts';
import { MalformedPointerError } from '../../registry/pointer/pointer_store.ts';
import type { PointerTransition, Refusal } from '../../registry/pointer/transition.ts';
import { wait } from '../../registry/storage/waiting.ts';
import type { ManagementRequest } from '../management_request.ts';
import { PRUNE_NAME } from '../prune/prune_request.ts';
import { readAskedChange } from './asked_change.ts';

/**
 * Handles `POST /api/v1/models/MODEL/CHANGE`. The Worker makes the change and writes the history itself: a client
 * requests a change and cannot describe what happened. `If-Match` states the generation on which the caller's decision
 * is based. It is checked inside the compare-and-set, so that of two callers with one generation exactly one succeeds.
 */
export async function changeModel(
  management: ManagementRequest,
  model: string,
  name: string,
): Promise<Response> {
  const definition = findChange(name);
  if (definition === undefined) {
    const names = [...changeDefinitions().map((known) => known.name), PRUNE_NAME];
    return errorResponse(
      `The change "${name.slice(0, 50)}" does not exist; the changes are ${names.join(', ')}`,
      404,
    );
  }
  const asked = await readAskedChange(management, { model, name, scopes: ['flip'] }, definition.read);
  if (asked.kind === 'refused') return asked.response;
  const { expected, record } = asked;
  let moved: { readonly generation: number | null } | undefined;
  const guard =
    (transition: PointerTransition): PointerTransition =>
    (before) => {
      moved = undefined;
      if (expected === 'any' || expected === (before?.generation ?? 0)) return transition(before);
      moved = { generation: before?.generation ?? null };
      return { kind: 'refused', reason: 'the pointer has moved' };
    };
  try {
    const { change, why } = asked.asked;
    const timing = { immediately: why.now === true, returnsEarly: why.wait === false };
    const options = { wait, lease: DEFAULT_LEASE };
    const update = await makeChange(management.store, { model, change, record, timing, guard }, options);
    if (moved !== undefined) return movedResponse(model, moved.generation);
    if (update.kind === 'refused') return refusedResponse(model, update);
    const { pointer } = update;
    const made = update.kind === 'changed' ? update.change : null;
    const effect = update.kind === 'changed' ? { effect: effectDocument(update.effect) } : {};
    const response = jsonResponse(JSON.stringify({ model, change: made, ...effect, pointer }));
    response.headers.set('etag', `"${made?.generation ?? pointer.generation}"`);
    return response;
  } catch (error) {
    if (!(error instanceof MalformedPointerError)) throw error;
    return errorResponse(`${model}: ${error.message}`, 409);
  }
}

export function movedResponse(model: string, generation: number | null): Response {
  const now = generation === null ? 'has no pointer' : `is at generation ${generation}`;
  const error = `${model} ${now}: read the model again and repeat the decision`;
  const response = jsonResponse(JSON.stringify({ error, generation }), 412);
  if (generation !== null) response.headers.set('etag', `"${generation}"`);
  return response;
}

/** The reason is also a member of its own, for a program that names the model in its own way. */
export function refusedResponse(model: string, { reason, overtakenBy }: Omit<Refusal, 'kind'>): Response {
  const body = {
    error: `${model}: ${reason}`,
    reason,
    ...(overtakenBy === undefined ? {} : { overtakenBy }),
  };
  return jsonResponse(JSON.stringify(body), 409);
}
