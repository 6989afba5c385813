import { errorResponse, jsonResponse } from '../../http/answer/answer_headers.ts';
import { MalformedPointerError, readPointer } from '../../registry/pointer/pointer_store.ts';
import { advancePrune } from '../../registry/prune/advance.ts';
import { beginPrune, type PruneProgress } from '../../registry/prune/progress.ts';
import { PruningLeaseLostError } from '../../registry/prune/pruning_lock.ts';
import {
  dropOldProgress,
  dropProgress,
  readProgress,
  saveProgress,
} from '../../registry/prune/stored_progress.ts';
import type { ObjectDescription } from '../../registry/storage/object_store.ts';
import { wait } from '../../registry/storage/waiting.ts';
import { readAskedChange } from '../changes/asked_change.ts';
import { movedResponse, refusedResponse } from '../changes/change_model.ts';
import type { ManagementRequest } from '../management_request.ts';
import { PRUNE_NAME, readPruneBody } from './prune_request.ts';

/** Storage operations for one step of a prune and for saving its progress. */
const RESERVE = 18;

/**
 * Handles `POST /api/v1/models/MODEL/prune`. The Worker itself determines what is unused, so that a caller cannot have
 * other objects deleted. If one request cannot finish the work, the response is 202, and the same request with the same
 * Idempotency-Key continues.
 */
export async function pruneModelRequest(management: ManagementRequest, model: string): Promise<Response> {
  const { store, budget } = management;
  const asked = await readAskedChange(
    management,
    { model, name: PRUNE_NAME, scopes: ['publish', 'flip'] },
    readPruneBody,
  );
  if (asked.kind === 'refused') return asked.response;
  const { record, expected, key } = asked;
  const { keep, dryRun } = asked.asked;
  const stored = await readProgress(store, record.id);
  if (stored === undefined) {
    await dropOldProgress(store);
    const read = await readPointer(store, model);
    const generation = read.kind === 'found' ? read.pointer.generation : 0;
    if (expected !== 'any' && expected !== generation) {
      return movedResponse(model, read.kind === 'found' ? generation : null);
    }
  }
  const progress = stored?.progress ?? beginPrune({ model, keep, dryRun });
  const blobs: ObjectDescription[] = [];
  try {
    const outcome = await advancePrune(store, progress, {
      record,
      wait,
      holdsLock: stored?.holdsLock ?? false,
      mayGoOn: () => budget.left >= RESERVE,
      onBlobs: (found) => blobs.push(...found),
    });
    if (outcome.kind === 'more') {
      await saveProgress(store, record.id, { progress, holdsLock: outcome.holdsLock });
      return answer(progress, blobs, 202, key);
    }
    if (stored !== undefined) await dropProgress(store, record.id);
    return outcome.kind === 'refused' ? refusedResponse(model, outcome) : answer(progress, blobs, 200, key);
  } catch (error) {
    if (error instanceof MalformedPointerError) return errorResponse(`${model}: ${error.message}`, 409);
    if (!(error instanceof PruningLeaseLostError)) throw error;
    await dropProgress(store, record.id);
    return refusedResponse(model, { reason: error.message });
  }
}

function answer(
  { model, versions, kept }: PruneProgress,
  blobs: readonly ObjectDescription[],
  status: 200 | 202,
  idempotencyKey: string,
): Response {
  const deleted = blobs.map(({ key, size }) => ({ key, size }));
  const rest = status === 202 ? { idempotencyKey } : {};
  return jsonResponse(
    JSON.stringify({ model, done: status === 200, versions, kept, blobs: deleted, ...rest }),
    status,
  );
}
