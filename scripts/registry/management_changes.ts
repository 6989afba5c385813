import * as v from 'valibot';
import type { ChangePointer } from '../../worker/registry/pointer/change/change_pointer.ts';
import { EffectSchema, effectOfDocument } from '../../worker/registry/pointer/effect.ts';
import { HistoryEntrySchema, PointerSchema } from '../../worker/registry/pointer/pointer.ts';
import type { ChangeRecord } from '../../worker/registry/pointer/transition.ts';
import type { PruneOptions, PruneResult } from '../../worker/registry/prune/pruning.ts';
import { LastingError } from '../../worker/registry/storage/retrying_object_store.ts';
import { askManagement, type ManagementService, managementFault } from './management_client.ts';

const ChangedSchema = v.object({
  change: v.nullable(HistoryEntrySchema),
  pointer: PointerSchema,
  /** An older Worker does not send it, and each of its changes takes effect with its write. */
  effect: v.optional(EffectSchema, { moment: null, settlesInMs: 0, mixedMs: 0 }),
});
const RefusedSchema = v.object({
  error: v.string(),
  reason: v.string(),
  overtakenBy: v.optional(v.string()),
});
const PrunedSchema = v.object({
  done: v.boolean(),
  versions: v.array(v.string()),
  kept: v.array(v.string()),
  blobs: v.array(v.object({ key: v.string(), size: v.number() })),
});

type Wait = (milliseconds: number) => Promise<void>;

/** Changes pointers through a management Worker, which writes the history itself. */
export function changePointerThrough(service: ManagementService, wait: Wait): ChangePointer {
  return async (model, change, record, timing = {}) => {
    const parameters = {
      ...change.parameters,
      ...(timing.immediately && { now: true }),
      ...(timing.returnsEarly && { wait: false }),
    };
    const response = await post(service, `/models/${model}/${change.name}`, parameters, record, wait);
    if (response.kind === 'refused') {
      const { reason, overtakenBy } = response;
      return { kind: 'refused', reason, ...(overtakenBy === undefined ? {} : { overtakenBy }) };
    }
    const { change: made, pointer, effect } = v.parse(ChangedSchema, response.json);
    if (made === null) return { kind: 'unchanged', pointer };
    return { kind: 'changed', pointer, change: made, effect: effectOfDocument(effect) };
  };
}

/** Prunes through a management Worker, with as many requests as necessary, each of which does a part. */
export function pruneThrough(
  service: ManagementService,
  wait: Wait,
): (model: string, options: Omit<PruneOptions, 'wait'>) => Promise<PruneResult> {
  return async (model, { keep, dryRun, record }) => {
    const blobs = new Map<string, { readonly key: string; readonly size: number }>();
    for (;;) {
      const response = await post(service, `/models/${model}/prune`, { keep, dryRun }, record, wait);
      if (response.kind === 'refused') return { kind: 'refused', reason: response.reason };
      const part = v.parse(PrunedSchema, response.json);
      for (const blob of part.blobs) blobs.set(blob.key, blob);
      if (!part.done) continue;
      return { kind: 'pruned', versions: part.versions, kept: part.kept, blobs: [...blobs.values()] };
    }
  };
}

type Answer =
  | { readonly kind: 'done'; readonly json: unknown }
  | { readonly kind: 'refused'; readonly reason: string; readonly overtakenBy?: string | undefined };

const ATTEMPTS = 7;
const FIRST_WAIT_MS = 100;

/**
 * Requests a change. If the response is lost, it repeats the request with the same key, so that the Worker recognizes a
 * change that it has already made.
 */
async function post(
  service: ManagementService,
  path: string,
  parameters: object,
  { id, by, reason }: ChangeRecord,
  wait: Wait,
): Promise<Answer> {
  const body = JSON.stringify({ ...parameters, by, ...(reason === undefined ? {} : { reason }) });
  const headers = { 'if-match': '*', 'idempotency-key': id, 'content-type': 'application/json' };
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await askManagement(service, 'POST', path, { headers, body });
      if (response.ok) return { kind: 'done', json: await response.json() };
      if (response.status !== 409) throw await managementFault(response, path);
      const refused = v.safeParse(RefusedSchema, await response.clone().json());
      if (!refused.success) throw await managementFault(response, path);
      return { kind: 'refused', ...refused.output };
    } catch (error) {
      if (attempt === ATTEMPTS || error instanceof LastingError) throw error;
    }
    await wait(FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random()));
  }
}
