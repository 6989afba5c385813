import type { Pointer } from '../../registry/pointer/pointer.ts';
import { type PointerRead, readPointer } from '../../registry/pointer/pointer_store.ts';
import { type PointerReplica, readReplicatedPointer } from '../../registry/replica/pointer_replica.ts';
import { errorMessage } from '../../registry/storage/error_message.ts';
import type { ObjectStore } from '../../registry/storage/object_store.ts';
import { within } from '../../registry/storage/waiting.ts';
import type { RequestScope } from '../api.ts';
import { retryOnce } from '../loading/retry_once.ts';
import { HeldPointer } from './held_pointer.ts';

export type PointerCheck =
  | { readonly kind: 'current'; readonly pointer: Pointer }
  /** It could not be read; this is the last one known. */
  | { readonly kind: 'stale'; readonly pointer: Pointer; readonly reason: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads a model's pointer; with an etag, only if it is another than the one that had it. */
export type PointerReader = (model: string, unlessEtag: string | undefined) => Promise<PointerRead>;

/** Reads pointers from the bucket or, given a replica, from that. */
export function pointerReader(store: ObjectStore, replica?: PointerReplica): PointerReader {
  return replica === undefined
    ? (model, unlessEtag) => readPointer(store, model, unlessEtag)
    : (model, unlessEtag) => readReplicatedPointer(store, replica, model, unlessEtag);
}

export interface PointerSourceOptions {
  /** An isolate may answer by a pointer for no longer, whatever the pointer says. Milliseconds; 0: it always asks. */
  readonly leaseLimitMs: number;
  readonly timeoutMs: number;
  readonly now: () => number;
  /** Waits for so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** Called when a newer pointer was seen; `before` is undefined for the first. */
  readonly onPointer: (model: string, pointer: Pointer, before: Pointer | undefined) => void;
  /** Called with every read of storage. */
  readonly onRead?: () => void;
}

/** What a request demands of the pointer that it is answered by. */
interface PointerDemand {
  /** A client has seen this generation: no older one is to answer it. */
  readonly minimumGeneration?: number | undefined;
}

/** Says which version of a model should be served, from the pointers in the bucket or their replica. */
export class PointerSource {
  readonly #read: PointerReader;
  readonly #options: PointerSourceOptions;
  readonly #held = new Map<string, HeldPointer>();
  /** Reads that were begun ahead, by model: when, and what comes of them. */
  readonly #ahead = new Map<string, { readonly began: number; readonly done: Promise<unknown> }>();

  constructor(read: PointerReader, options: PointerSourceOptions) {
    this.#read = read;
    this.#options = options;
  }

  /** The pointer in hand as it holds now, however old it is, without any I/O. */
  known(model: string): Pointer | undefined {
    return this.#held.get(model)?.stateAt(this.#options.now());
  }

  /**
   * The pointer in hand, if the lease lets a request that is decided now be answered by it: the time is that of the
   * request's last I/O, its arrival or the end of its body, and the read that confirmed the pointer began no longer ago.
   */
  leased(model: string, { minimumGeneration = 0 }: PointerDemand = {}): Pointer | undefined {
    const held = this.#held.get(model);
    if (held === undefined) return undefined;
    const now = this.#options.now();
    if (held.age(now) >= this.#leaseOf(held)) return undefined;
    const pointer = held.stateAt(now);
    return pointer.generation < minimumGeneration ? undefined : pointer;
  }

  /** From half of the lease on, begins the next read on behalf of later requests: under traffic nobody waits for one. */
  readAhead(model: string, scope: RequestScope): void {
    const held = this.#held.get(model);
    if (held === undefined) return;
    const began = this.#options.now();
    const leaseMs = this.#leaseOf(held);
    if (leaseMs === 0 || held.age(began) < leaseMs / 2 || this.#isUnderWay(model, began)) return;
    const done = this.#readNow(model).finally(() => {
      if (this.#ahead.get(model) === ahead) this.#ahead.delete(model);
    });
    const ahead = { began, done };
    this.#ahead.set(model, ahead);
    scope.waitUntil(done);
  }

  /**
   * The pointer as storage has it now. A read begins when the caller calls, since one that was under way before could
   * miss a change that was acknowledged in between; only within a lease is one that began ahead good enough. Never
   * rejects.
   */
  async check(model: string, demand: PointerDemand = {}): Promise<PointerCheck> {
    const ahead = this.#ahead.get(model);
    const leaseLeft = ahead === undefined ? 0 : this.#leaseLeft(model, ahead.began);
    if (ahead !== undefined && leaseLeft > 0) {
      await settledWithin(Math.min(leaseLeft, this.#options.timeoutMs), ahead.done);
      const pointer = this.leased(model, demand);
      if (pointer !== undefined) return { kind: 'current', pointer };
    }
    const check = await this.#readNow(model);
    const { minimumGeneration = 0 } = demand;
    const held = this.#held.get(model);
    if (check.kind !== 'current' || held === undefined) return check;
    // The client has seen a change whose moment this isolate's clock has not reached: it is at most a skew away.
    if (check.pointer.generation < minimumGeneration && held.generation >= minimumGeneration) {
      await this.#options.sleep(held.pendingFor(this.#options.now()));
      const newest = this.#held.get(model) ?? held;
      // The clock may have been set back meanwhile.
      if (newest.generation === held.generation) newest.pass();
      return this.#current(newest);
    }
    return check;
  }

  /** A read that took longer than any may died with the request that began it. */
  #isUnderWay(model: string, now: number): boolean {
    const ahead = this.#ahead.get(model);
    return ahead !== undefined && Math.abs(now - ahead.began) <= this.#options.timeoutMs;
  }

  #leaseOf({ leaseMs }: HeldPointer): number {
    return Math.min(leaseMs, this.#options.leaseLimitMs);
  }

  #leaseLeft(model: string, began: number): number {
    const held = this.#held.get(model);
    return held === undefined ? 0 : began + this.#leaseOf(held) - this.#options.now();
  }

  async #readNow(model: string): Promise<PointerCheck> {
    const before = this.#held.get(model);
    const began = this.#options.now();
    this.#options.onRead?.();
    try {
      const read = await within(
        this.#options.timeoutMs,
        retryOnce(() => this.#read(model, before?.etag)),
        () => new Error(`no answer within ${this.#options.timeoutMs} ms`),
      );
      switch (read.kind) {
        case 'found':
          return this.#current(this.#learn(model, read, began));
        case 'unchanged':
          return this.#current(this.#confirm(model, before, began));
        case 'missing':
          this.#held.delete(model);
          return { kind: 'missing' };
        case 'malformed':
          return this.#fallBack(model, `the pointer is malformed: ${read.reason}`);
      }
    } catch (error) {
      return this.#fallBack(model, `the pointer could not be read: ${errorMessage(error)}`);
    }
  }

  #current(held: HeldPointer): PointerCheck {
    return { kind: 'current', pointer: held.stateAt(this.#options.now()) };
  }

  /** Generations only move forward: a slow read that comes back with an older pointer changes nothing. */
  #learn(
    model: string,
    { pointer, etag, uploaded }: Extract<PointerRead, { readonly kind: 'found' }>,
    began: number,
  ): HeldPointer {
    const known = this.#held.get(model);
    if (known !== undefined && known.generation > pointer.generation) return known;
    const held = new HeldPointer(pointer, etag, uploaded, began);
    if (known !== undefined) held.takeOver(known);
    this.#held.set(model, held);
    if (known === undefined || known.generation < held.generation) {
      this.#options.onPointer(model, held.latest, known?.latest);
    }
    return held;
  }

  #confirm(model: string, confirmed: HeldPointer | undefined, began: number): HeldPointer {
    const known = this.#held.get(model) ?? confirmed;
    if (known === undefined) throw new Error('storage confirmed a pointer that was never read');
    if (known.etag === confirmed?.etag) known.confirm(began);
    return known;
  }

  #fallBack(model: string, reason: string): PointerCheck {
    const pointer = this.known(model);
    return pointer === undefined ? { kind: 'unreadable', reason } : { kind: 'stale', pointer, reason };
  }
}

/**
 * Waits for what another request began, for so many milliseconds at most. The timer is this request's own: the runtime
 * takes one that waits for nothing but the promise of another for hung, and answers 500 in its place.
 */
async function settledWithin(milliseconds: number, done: Promise<unknown>): Promise<void> {
  await within(milliseconds, done, () => new Error('it takes too long')).catch(() => undefined);
}
