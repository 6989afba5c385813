import * as v from 'valibot';
import { isName, NameSchema } from '../../model/names.ts';
import { errorMessage } from '../storage/error_message.ts';
import { readDocument, serializeDocument } from '../storage/json_document.ts';
import type { ObjectStore } from '../storage/object_store.ts';
import { MODELS_PREFIX, SCHEDULE_KEY } from '../storage/storage_keys.ts';
import { type PointerReplica, repairReplica } from './pointer_replica.ts';

export interface ReplicaRepairs {
  /** Models whose replica was out of date. */
  readonly repaired: readonly string[];
  /** The reason by model whose replica could not be written. */
  readonly failed: Readonly<Record<string, string>>;
}

export interface RepairOptions {
  readonly wait: (milliseconds: number) => Promise<void>;
  /** True if storage operations remain for another model. */
  readonly mayGoOn: () => boolean;
}

const PositionSchema = v.object({ schema: v.literal(1), after: v.optional(NameSchema) });
const POSITION_BYTES = 4096;

/**
 * Updates the replicas of as many models as permitted. The next run continues after them. A failed replica does not
 * stop the others.
 */
export async function repairReplicas(
  store: ObjectStore,
  replica: PointerReplica,
  { wait, mayGoOn }: RepairOptions,
): Promise<ReplicaRepairs> {
  const repaired: string[] = [];
  const failed: Record<string, string> = {};
  const before = await readPosition(store);
  let after = before;
  let isAtEnd = true;
  for await (const model of store.listFolders(MODELS_PREFIX, before === undefined ? {} : { after: before })) {
    if (!isName(model)) continue;
    if (!mayGoOn()) {
      isAtEnd = false;
      break;
    }
    try {
      if (await repairReplica(store, replica, model, wait)) repaired.push(model);
    } catch (error) {
      failed[model] = errorMessage(error);
    }
    after = model;
  }
  const next = isAtEnd ? undefined : after;
  if (next !== before) {
    const position = serializeDocument({ schema: 1, ...(next === undefined ? {} : { after: next }) });
    await store.put(SCHEDULE_KEY, position, { condition: { kind: 'always' } });
  }
  return { repaired, failed };
}

async function readPosition(store: ObjectStore): Promise<string | undefined> {
  const read = await store.get(SCHEDULE_KEY);
  if (read.kind !== 'found') return undefined;
  const position = await readDocument(PositionSchema, read.object, POSITION_BYTES);
  return position.kind === 'valid' ? position.value.after : undefined;
}
