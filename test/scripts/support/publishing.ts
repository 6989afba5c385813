import { newChangeRecord } from '../../../scripts/pointer/change_record.ts';
import {
  type PublishOutcome,
  type PublishRequest,
  publishModel,
} from '../../../scripts/publish/publish_model.ts';
import type { Rehearse } from '../../../scripts/rehearsal/rehearse.ts';
import { changePointerIn } from '../../../worker/registry/pointer/change/change_pointer.ts';
import { POINTER_CHANGES } from '../../../worker/registry/pointer/change/table.ts';
import type { PointerUpdate } from '../../../worker/registry/pointer/pointer_store.ts';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';

/** Waiting writers only let others run: nothing here takes time. */
export const wait = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type Published = Extract<PublishOutcome, { kind: 'published' }>;

export function tryPublish(
  store: ObjectStore,
  path: string,
  model: string,
  request: Partial<PublishRequest> = {},
  rehearse?: Rehearse,
): Promise<PublishOutcome> {
  return publishModel(
    store,
    { path, model, flip: true, record: newChangeRecord({ by: 'test' }), tool: 'test 1', ...request },
    { wait, rehearse },
  );
}

export async function publish(
  store: ObjectStore,
  path: string,
  model: string,
  request: Partial<PublishRequest> = {},
  rehearse?: Rehearse,
): Promise<Published> {
  const outcome = await tryPublish(store, path, model, request, rehearse);
  if (outcome.kind !== 'published')
    throw new Error(outcome.kind === 'refused' ? outcome.reason : outcome.kind);
  return outcome;
}

export function rollBack(store: ObjectStore, model: string, target?: string): Promise<PointerUpdate> {
  const change = POINTER_CHANGES.rollback.of({ to: target });
  return changePointerIn(store, { wait })(model, change, newChangeRecord({ by: 'test' }));
}
