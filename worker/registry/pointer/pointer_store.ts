import { CodedError, type ErrorCode } from '../../model/coded_error.ts';
import { readDocument, serializeDocument } from '../storage/json_document.ts';
import type { ObjectStore } from '../storage/object_store.ts';
import { pointerKey } from '../storage/storage_keys.ts';
import { type Effect, effectOf } from './effect.ts';
import { leaseInForce, leaseOf, momentOf, type WrittenPointer, withMoment } from './moment.ts';
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
      /** By the clock of storage; undefined for a copy that does not tell. */
      readonly uploaded: Date | undefined;
    }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Reads a model's pointer; with `unlessEtag`, only if it is another than the one with that etag. */
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
 * A model's pointer, undefined where it has none.
 *
 * @throws MalformedPointerError: nothing can be decided on it, and no command makes it so
 */
export async function requirePointer(store: ObjectStore, model: string): Promise<Pointer | undefined> {
  return (await requireWrittenPointer(store, model))?.pointer;
}

/** The same with the time of its write. */
export async function requireWrittenPointer(
  store: ObjectStore,
  model: string,
): Promise<WrittenPointer | undefined> {
  const read = await readPointer(store, model);
  if (read.kind === 'malformed') throw malformed(model, read.reason);
  return read.kind === 'found' ? read : undefined;
}

/** The pointer cannot be read. No change is decided on it. */
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

/** How isolates agree on the moment at which they make a change. */
interface Agreement {
  /** Of a pointer that has no lease yet. */
  readonly lease: Lease;
  /** In an emergency there is no moment: every isolate changes over as it reads, within the lease. */
  readonly immediately?: boolean;
  /** Who makes it an emergency. Without it a change that is put off cannot be brought forward. */
  readonly record?: ChangeRecord;
}

export interface UpdateOptions {
  /** Waits before a further try, so that writers in each other's way part. Milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly attempts?: number;
  /** Of a change that an earlier request may have made: where it stands in the history, it is done. */
  readonly id?: string;
  /** Without it the change takes effect with its write, for isolates that ask every time. */
  readonly agreement?: Agreement;
  /** Called before an earlier change is waited for, with the longest time that takes. Milliseconds. */
  readonly onSettling?: (milliseconds: number) => void;
}

const DEFAULT_ATTEMPTS = 40;
const LONGEST_WAIT_MS = 1500;

/**
 * Applies a transition to a model's pointer by compare-and-set, again from the newest state whenever another
 * writer came first. A change that is put off is waited for: two changes cannot be under way at once.
 *
 * A write whose answer was lost may have happened: before trying again the pointer is read, and if this
 * write's id stands in its history, the write is done. That holds even if others have written since.
 *
 * @throws the last storage fault, or an error when the pointer is malformed or never stood still.
 */
export async function updatePointer(
  store: ObjectStore,
  model: string,
  transition: PointerTransition,
  options: UpdateOptions,
): Promise<PointerUpdate> {
  const attempts = options.attempts ?? DEFAULT_ATTEMPTS;
  // The ids whose write was tried and whose answer never came.
  const unanswered = new Set<string>(options.id === undefined ? [] : [options.id]);
  const began = performance.now();
  /** The change of another that was waited for; its moment has passed. */
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
      const step = broughtForward(transition(before?.pointer), toSettle > 0, options.agreement);
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

/** In an emergency, a change that stands in the pointer already and is put off is made at once. */
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
 * Whether isolates may still go by a longer lease than the one after a change. Not even an emergency cuts that short,
 * since later changes count on the lease in the pointer.
 */
function shortensLease(before: Pointer | undefined, after: Pointer, isPending: boolean): boolean {
  const { ms, clockSkewMs } = isPending ? leaseInForce(before) : leaseOf(before);
  const lease = leaseOf(after);
  return lease.ms < ms || lease.clockSkewMs < clockSkewMs;
}

/**
 * How long it takes until a change that was read has taken effect everywhere, at most. The clock of this process is
 * trusted to a minute only.
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
