import { CodedError, type ErrorCode } from '../../model/coded_error.ts';
import { readDocument, serializeDocument } from '../storage/json_document.ts';
import type { ObjectStore } from '../storage/object_store.ts';
import { pointerKey } from '../storage/storage_keys.ts';
import { type Effect, effectOf } from './effect.ts';
import { archiveDropped } from './history_archive.ts';
import { leaseInForce, leaseOf, momentOf, statesOf, type WrittenPointer, withMoment } from './moment.ts';
import { type HistoryEntry, type Lease, POINTER_BYTES, type Pointer, PointerSchema } from './pointer.ts';
import {
  advance,
  type ChangeRecord,
  type PointerTransition,
  type Refusal,
  type TransitionResult,
} from './transition.ts';

export type PointerRead =
  | {
      readonly kind: 'found';
      readonly pointer: Pointer;
      readonly etag: string;
      /** By storage's clock. Undefined for a copy in the replica. */
      readonly uploaded: Date | undefined;
    }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Reads a model's pointer. With `unlessEtag`, reads it only if its etag differs. */
export async function readPointer(
  store: ObjectStore,
  model: string,
  unlessEtag?: string,
): Promise<PointerRead> {
  const read = await store.get(pointerKey(model), unlessEtag === undefined ? {} : { unlessEtag });
  if (read.kind !== 'found') return read;
  const parsed = await readDocument(PointerSchema, read.object, POINTER_BYTES);
  if (parsed.kind === 'malformed') return parsed;
  const { etag, uploaded } = read.object;
  return { kind: 'found', pointer: parsed.value, etag, uploaded };
}

/**
 * Returns a model's pointer, or undefined if the model has none.
 *
 * @throws MalformedPointerError if the document is invalid: no change can be decided on it. No command writes such a
 *   document
 */
export async function requirePointer(store: ObjectStore, model: string): Promise<Pointer | undefined> {
  return (await requireWrittenPointer(store, model))?.pointer;
}

/** Returns the pointer with the time of its write. */
export async function requireWrittenPointer(
  store: ObjectStore,
  model: string,
): Promise<WrittenPointer | undefined> {
  const read = await readPointer(store, model);
  if (read.kind === 'malformed') throw malformed(model, read.reason);
  return read.kind === 'found' ? read : undefined;
}

/** The document of the pointer is invalid. */
export class MalformedPointerError extends CodedError {
  override readonly code: ErrorCode = 'ERR_POINTER_MALFORMED';
}

function malformed(model: string, reason: string): MalformedPointerError {
  return new MalformedPointerError(`${pointerKey(model)} is malformed: ${reason}`);
}

export type PointerUpdate =
  | {
      readonly kind: 'changed';
      readonly pointer: Pointer;
      readonly change: HistoryEntry;
      readonly effect: Effect;
    }
  | { readonly kind: 'unchanged'; readonly pointer: Pointer }
  | Refusal;

/** How isolates agree on the moment at which they adopt a change. */
interface Agreement {
  /** The lease for a pointer that has none yet. */
  readonly lease: Lease;
  /** For an emergency: no moment. Each isolate adopts the change when it reads the pointer, within the lease. */
  readonly immediately?: boolean;
  /** The record of the emergency. Without it, a pending change cannot be brought forward. */
  readonly record?: ChangeRecord;
}

export interface UpdateOptions {
  /** Waits before another attempt, so that concurrent writers separate. Milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly attempts?: number;
  /** The id of the change. If the history contains it, an earlier request has made the change. */
  readonly id?: string;
  /** Without it, the change takes effect with its write, for isolates that read the pointer for every request. */
  readonly agreement?: Agreement;
  /** Called before the wait for an earlier change, with its longest duration in milliseconds. */
  readonly onSettling?: (milliseconds: number) => void;
}

const DEFAULT_ATTEMPTS = 40;
const LONGEST_WAIT_MS = 1500;

/**
 * Applies a transition to a model's pointer by compare-and-set, and repeats it on the newest state if another writer
 * came first. It waits for a pending change: only one change may be pending.
 *
 * A write whose answer was lost may have happened. Each attempt therefore reads the pointer first: if the history
 * contains the write's id, the change is made, even if others have written since.
 *
 * @throws MalformedPointerError, the last storage fault, or an error if other writers came first in every attempt
 */
export async function updatePointer(
  store: ObjectStore,
  model: string,
  transition: PointerTransition,
  options: UpdateOptions,
): Promise<PointerUpdate> {
  const attempts = options.attempts ?? DEFAULT_ATTEMPTS;
  // Of writes that were attempted and whose answer did not come.
  const unanswered = new Set<string>(options.id === undefined ? [] : [options.id]);
  const began = performance.now();
  /** The etag of the pointer whose pending change has taken effect during the wait. */
  let settled: string | undefined;
  let pause = 0;
  let fault: unknown;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await options.wait(pause);
    pause = backoff(attempt + 1);
    try {
      const read = await readPointer(store, model);
      if (read.kind === 'malformed') throw malformed(model, read.reason);
      const before = read.kind === 'found' ? read : undefined;
      const landed = before?.pointer.history.find(({ id }) => unanswered.has(id));
      if (before !== undefined && landed !== undefined) {
        const effect = effectOf(before.pointer, landed, before.uploaded, performance.now() - began);
        return { kind: 'changed', pointer: before.pointer, change: landed, effect };
      }
      const toSettle = before === undefined || before.etag === settled ? 0 : settlesIn(before, options);
      const made = transition(before?.pointer);
      // A change that was in effect before the pending one has nothing to bring forward.
      const isPending = toSettle > 0 && !wasInEffect(before, transition);
      const step = broughtForward(made, isPending, options.agreement);
      const isImmediate =
        options.agreement?.immediately === true &&
        !(step.kind === 'changed' && shortensLease(before?.pointer, step.pointer, toSettle > 0));
      if (before !== undefined && toSettle > 0 && !isImmediate) {
        settled = before.etag;
        pause = toSettle;
        options.onSettling?.(toSettle);
        continue;
      }
      if (step.kind !== 'changed') return step;
      const pointer = agreed(before, step.pointer, isImmediate ? undefined : options.agreement);
      const [change] = pointer.history;
      if (change === undefined) throw new Error('a change that leaves no history');
      await archiveDropped(store, model, before?.pointer, pointer);
      unanswered.add(change.id);
      const writing = performance.now();
      const result = await store.put(pointerKey(model), serializeDocument(pointer), {
        condition: before === undefined ? { kind: 'absent' } : { kind: 'matches', etag: before.etag },
      });
      if (result.kind === 'written') {
        const effect = effectOf(pointer, change, result.uploaded, performance.now() - writing);
        return { kind: 'changed', pointer, change, effect };
      }
      fault = undefined;
    } catch (error) {
      if (error instanceof MalformedPointerError) throw error;
      fault = error;
    }
  }
  throw fault ?? new Error(`the pointer of ${model} was changed by others ${attempts} times in a row`);
}

type FoundPointer = Extract<PointerRead, { readonly kind: 'found' }>;

/** True if a transition changes nothing in the state before the pending change. */
function wasInEffect(read: FoundPointer | undefined, transition: PointerTransition): boolean {
  const before = read && statesOf(read.pointer, read.uploaded).before;
  return before !== undefined && transition(before).kind === 'unchanged';
}

/** In an emergency, brings a pending change forward: repeats it without a moment. */
function broughtForward(
  step: TransitionResult,
  isPending: boolean,
  agreement: Agreement | undefined,
): TransitionResult {
  const record = agreement?.immediately === true ? agreement.record : undefined;
  if (step.kind !== 'unchanged' || !isPending || record === undefined) return step;
  const [newest] = step.pointer.history;
  if (newest === undefined) return step;
  const { delayMs: _delayMs, reason: _reason, ...change } = newest;
  const generation = step.pointer.generation + 1;
  return { kind: 'changed', pointer: advance(step.pointer, { ...change, ...record, generation }) };
}

function agreed(before: FoundPointer | undefined, after: Pointer, agreement: Agreement | undefined): Pointer {
  if (agreement !== undefined) return withMoment(before, after, agreement.lease);
  const { pending: _pending, ...pointer } = after;
  return pointer;
}

/**
 * True if isolates may still use a longer lease than the one after the change. Even an emergency waits for it, since
 * later changes rely on the lease in the pointer.
 */
function shortensLease(before: Pointer | undefined, after: Pointer, isPending: boolean): boolean {
  const { ms, clockSkewMs } = isPending ? leaseInForce(before) : leaseOf(before);
  const lease = leaseOf(after);
  return lease.ms < ms || lease.clockSkewMs < clockSkewMs;
}

/**
 * Returns the longest time until the pointer's last change is in effect everywhere, in milliseconds. This process's
 * clock may be wrong by up to a minute.
 */
function settlesIn({ pointer, uploaded }: FoundPointer, { agreement }: UpdateOptions): number {
  if (agreement === undefined || uploaded === undefined) return 0;
  const moment = momentOf(pointer, uploaded);
  if (moment === uploaded.getTime() || Date.now() - moment > LONG_PAST_MS) return 0;
  const { clockSkewMs } = leaseInForce(pointer);
  return Math.min(moment - uploaded.getTime(), Math.max(0, moment + LONG_PAST_MS - Date.now())) + clockSkewMs;
}

const LONG_PAST_MS = 60_000;

function backoff(attempt: number): number {
  return Math.random() * Math.min(LONGEST_WAIT_MS, 25 * 2 ** attempt);
}
