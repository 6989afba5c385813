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
  | { readonly kind: 'fresh'; readonly pointer: Pointer }
  /** The pointer could not be read. This is the last known one. */
  | { readonly kind: 'stale'; readonly pointer: Pointer; readonly reason: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads a model's pointer. Given an etag, reads it only if its etag differs. */
export type PointerReader = (model: string, unlessEtag: string | undefined) => Promise<PointerRead>;

/** Returns a reader of the replica if there is one, and of the bucket otherwise. */
export function pointerReader(store: ObjectStore, replica?: PointerReplica): PointerReader {
  return replica === undefined
    ? (model, unlessEtag) => readPointer(store, model, unlessEtag)
    : (model, unlessEtag) => readReplicatedPointer(store, replica, model, unlessEtag);
}

export interface PointerSourceOptions {
  /**
   * The longest time in milliseconds that an isolate may use a pointer, whatever the pointer says. 0: every request
   * reads it.
   */
  readonly leaseLimitMs: number;
  readonly timeoutMs: number;
  readonly now: () => number;
  /** Resolves after the given time. */
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** Called when a newer pointer was read. `before` is undefined for the first. */
  readonly onPointer: (model: string, pointer: Pointer, before: Pointer | undefined) => void;
  /** Called with every read of storage. */
  readonly onRead?: () => void;
}

/** The requirements of a request on its pointer. */
interface PointerDemand {
  /** The generation that the client has seen. No older one may answer. */
  readonly minimumGeneration?: number | undefined;
}

/** Says which version of a model should be served, from the pointers in the bucket or their replica. */
export class PointerSource {
  readonly #read: PointerReader;
  readonly #options: PointerSourceOptions;
  readonly #held = new Map<string, HeldPointer>();
  /** The reads ahead in progress, by model. */
  readonly #ahead = new Map<string, { readonly began: number; readonly done: Promise<unknown> }>();

  constructor(read: PointerReader, options: PointerSourceOptions) {
    this.#read = read;
    this.#options = options;
  }

  /** Returns the state that is in effect now by the last known pointer, however old it is. Without I/O. */
  known(model: string): Pointer | undefined {
    return this.#held.get(model)?.stateAt(this.#options.now());
  }

  /**
   * Returns the known pointer if its lease permits its use now. The time is that of the request's last I/O: its arrival
   * or the end of its body. The lease counts from the start of the read that confirmed the pointer.
   */
  leased(model: string, { minimumGeneration = 0 }: PointerDemand = {}): Pointer | undefined {
    const held = this.#held.get(model);
    if (held === undefined) return undefined;
    const now = this.#options.now();
    if (held.age(now) >= this.#leaseOf(held)) return undefined;
    const pointer = held.stateAt(now);
    return pointer.generation < minimumGeneration ? undefined : pointer;
  }

  /**
   * Returns, by model, the generation by which this isolate may answer now. A model that it would have to read first is
   * left out. Without I/O.
   */
  generations(): ReadonlyMap<string, number> {
    const generations = new Map<string, number>();
    for (const model of this.#held.keys()) {
      const pointer = this.leased(model);
      if (pointer !== undefined) generations.set(model, pointer.generation);
    }
    return generations;
  }

  /** Starts the next read once half of the lease has passed, so that under traffic no request waits for a read. */
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
   * Returns the pointer that storage holds now. It starts a new read, since a read in progress could miss a change that
   * was acknowledged after that read began. A read ahead suffices only within the lease. Never rejects.
   */
  async check(model: string, demand: PointerDemand = {}): Promise<PointerCheck> {
    const ahead = this.#ahead.get(model);
    const leaseLeft = ahead === undefined ? 0 : this.#leaseLeft(model, ahead.began);
    if (ahead !== undefined && leaseLeft > 0) {
      await settledWithin(Math.min(leaseLeft, this.#options.timeoutMs), ahead.done);
      const pointer = this.leased(model, demand);
      if (pointer !== undefined) return { kind: 'fresh', pointer };
    }
    const check = await this.#readNow(model);
    const { minimumGeneration = 0 } = demand;
    const held = this.#held.get(model);
    if (check.kind !== 'fresh' || held === undefined) return check;
    // The client has seen a change whose moment this isolate's clock has not reached. It is at most the skew away.
    if (check.pointer.generation < minimumGeneration && held.generation >= minimumGeneration) {
      await this.#options.sleep(held.pendingFor(this.#options.now()));
      const newest = this.#held.get(model) ?? held;
      // The clock may have been set back meanwhile.
      if (newest.generation === held.generation) newest.pass();
      return this.#current(newest);
    }
    return check;
  }

  /** A read that exceeds the timeout ended with the request that began it. */
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
    return { kind: 'fresh', pointer: held.stateAt(this.#options.now()) };
  }

  /** Keeps the newer of the known pointer and the one that was read: a slow read may return an older one. */
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
 * Waits for a promise of another request, up to a time limit. The timer belongs to this request: workerd considers a
 * request hung if it waits only for another request's promise, and answers 500.
 */
async function settledWithin(milliseconds: number, done: Promise<unknown>): Promise<void> {
  await within(milliseconds, done, () => new Error('it takes too long')).catch(() => undefined);
}
