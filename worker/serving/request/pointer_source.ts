import type { Pointer } from '../../registry/pointer/pointer.ts';
import { type PointerRead, readPointer } from '../../registry/pointer/pointer_store.ts';
import { type PointerReplica, readReplicatedPointer } from '../../registry/replica/pointer_replica.ts';
import { describeError } from '../../registry/storage/describe_error.ts';
import type { ObjectStore } from '../../registry/storage/object_store.ts';
import { within } from '../../registry/storage/time_limit.ts';
import { retryOnce } from '../loading/retry_once.ts';

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
  readonly maxAgeMs: number;
  readonly timeoutMs: number;
  readonly now: () => number;
  /** Called when a newer pointer was seen; `before` is undefined for the first. */
  readonly onPointer: (model: string, pointer: Pointer, before: Pointer | undefined) => void;
}

interface KnownPointer {
  readonly pointer: Pointer;
  readonly etag: string;
  /** When the read that confirmed it began: it was current then or later. */
  readonly confirmedAt: number;
}

/** Says which version of a model should be served, from the pointers in the bucket or their replica. */
export class PointerSource {
  readonly #read: PointerReader;
  readonly #options: PointerSourceOptions;
  readonly #known = new Map<string, KnownPointer>();

  constructor(read: PointerReader, options: PointerSourceOptions) {
    this.#read = read;
    this.#options = options;
  }

  /** The pointer in hand, without any I/O. */
  known(model: string): Pointer | undefined {
    return this.#known.get(model)?.pointer;
  }

  /** The pointer in hand if it was confirmed so recently that it need not be checked. */
  fresh(model: string): Pointer | undefined {
    const known = this.#known.get(model);
    if (known === undefined) return undefined;
    return this.#options.now() - known.confirmedAt < this.#options.maxAgeMs ? known.pointer : undefined;
  }

  /**
   * Asks storage for the pointer as it is now. Every caller's read begins when it calls: a read that was under
   * way before could miss a flip acknowledged in between. Never rejects.
   */
  async check(model: string): Promise<PointerCheck> {
    const before = this.#known.get(model);
    const began = this.#options.now();
    try {
      const read = await within(
        this.#options.timeoutMs,
        retryOnce(() => this.#read(model, before?.etag)),
        () => new Error(`no answer within ${this.#options.timeoutMs} ms`),
      );
      switch (read.kind) {
        case 'found':
          return { kind: 'current', pointer: this.#learn(model, read.pointer, read.etag, began) };
        case 'unchanged':
          return { kind: 'current', pointer: this.#confirm(model, before, began) };
        case 'missing':
          this.#known.delete(model);
          return { kind: 'missing' };
        case 'malformed':
          return this.#fallBack(model, `the pointer is malformed: ${read.reason}`);
      }
    } catch (error) {
      return this.#fallBack(model, `the pointer could not be read: ${describeError(error)}`);
    }
  }

  /** Generations only move forward: a slow read that comes back with an older pointer changes nothing. */
  #learn(model: string, pointer: Pointer, etag: string, began: number): Pointer {
    const known = this.#known.get(model);
    if (known !== undefined && known.pointer.generation > pointer.generation) return known.pointer;
    this.#known.set(model, { pointer, etag, confirmedAt: began });
    if (known === undefined || known.pointer.generation < pointer.generation) {
      this.#options.onPointer(model, pointer, known?.pointer);
    }
    return pointer;
  }

  #confirm(model: string, confirmed: KnownPointer | undefined, began: number): Pointer {
    const known = this.#known.get(model) ?? confirmed;
    if (known === undefined) throw new Error('storage confirmed a pointer that was never read');
    if (known.etag === confirmed?.etag && known.confirmedAt < began) {
      this.#known.set(model, { ...known, confirmedAt: began });
    }
    return known.pointer;
  }

  #fallBack(model: string, reason: string): PointerCheck {
    const known = this.#known.get(model);
    return known === undefined
      ? { kind: 'unreadable', reason }
      : { kind: 'stale', pointer: known.pointer, reason };
  }
}
