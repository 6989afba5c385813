import { describeError } from '../../registry/storage/describe_error.ts';
import type { ObjectStore } from '../../registry/storage/object_store.ts';
import type { Manifest } from '../../registry/version/manifest.ts';
import type { PublicKey } from '../../registry/version/manifest_signature.ts';
import { memoryNeed } from '../../registry/version/memory_need.ts';
import { readTrustedManifest, type TrustedManifestRead } from '../../registry/version/version_store.ts';
import type { RequestScope, VersionStatus } from '../api.ts';
import { retryOnce } from '../loading/retry_once.ts';
import { type FailedOutcome, isOvercome, type LoadOutcome, reasonOf } from './load_outcome.ts';
import { AbandonedError, LoadControl } from './load_task.ts';
import { ServableRoom, type ServableRoomOptions } from './memory_admission.ts';
import type { Servable } from './servable.ts';
import type { Failed, Loading, Ready } from './servable_entry.ts';
import { ServableEntries } from './servable_table.ts';

export type AcquireOutcome = { readonly kind: 'acquired'; readonly servable: Servable } | FailedOutcome;

/** A version to be used or loaded. */
export interface WantedVersion {
  readonly model: string;
  readonly version: string;
  /** Whether a pointer names it. */
  readonly named: boolean;
  /** It is only a candidate: it is loaded where there is room beside what serves, and never in its place. */
  readonly beside?: boolean;
  /** A client asked for it by its number or a label: it takes no place of what serves others, unless it serves itself. */
  readonly asked?: boolean;
}

export interface ServableManagerOptions extends ServableRoomOptions {
  /** One of them must have signed whatever is loaded; none: nothing has to be signed. */
  readonly publicKeys?: readonly PublicKey[];
  readonly load: (manifest: Manifest, control: LoadControl) => Promise<Servable>;
  readonly events: ServableEvents;
}

/** What happens to servables, for metrics and the log. */
interface ServableEvents {
  loaded(model: string, version: string, milliseconds: number): void;
  loadFailed(model: string, version: string, reason: string, retryInMs: number): void;
  unloaded(model: string, version: string): void;
}

/** A load that shows no sign of life for this long is taken over. Milliseconds. */
const STALL_MS = 10_000;
/** How often a request that waits for another's load looks whether that still lives. Milliseconds. */
const WATCH_MS = 1_000;
/** How often a request tries to acquire a servable that is evicted each time before it can. */
const ACQUIRE_ATTEMPTS = 10;

/** Loads and unloads servables within the memory budget; one load per version, however many want it. */
export class ServableManager {
  readonly #store: ObjectStore;
  readonly #options: ServableManagerOptions;
  readonly #entries = new ServableEntries();
  readonly #room: ServableRoom;
  #uses = 0;

  constructor(store: ObjectStore, options: ServableManagerOptions) {
    this.#store = store;
    this.#options = options;
    this.#room = new ServableRoom(this.#entries, options);
  }

  /** The servable if it is in memory. To be used it is acquired at once, before anything can evict it. */
  ready(model: string, version: string): Servable | undefined {
    const entry = this.#entries.get(model, version);
    if (entry?.kind !== 'ready') return undefined;
    entry.lastUsed = ++this.#uses;
    return entry.servable;
  }

  /** Whether it is in memory; unlike `ready`, asking is no use of it. */
  isReady(model: string, version: string): boolean {
    return this.#entries.get(model, version)?.kind === 'ready';
  }

  /** Whether it is in memory or about to be. */
  isPresent(model: string, version: string): boolean {
    const kind = this.#entries.get(model, version)?.kind;
    return kind === 'ready' || kind === 'loading';
  }

  /**
   * Why the last load of this version failed, if no later one has succeeded; and whether to try again now. That
   * there was no room beside what serves is a failure to none but candidates.
   */
  failure(
    model: string,
    version: string,
    { beside = false } = {},
  ): { reason: string; retryDue: boolean } | undefined {
    const entry = this.#entries.get(model, version);
    const failed = entry?.kind === 'loading' ? entry.after : entry;
    if (failed?.kind !== 'failed') return undefined;
    const { outcome, retryAt } = failed;
    if (isOvercome(outcome, beside)) return undefined;
    return {
      reason: reasonOf(outcome),
      retryDue: entry?.kind === 'failed' && this.#options.now() >= retryAt,
    };
  }

  /**
   * Acquires a version, loading it first where it is not in memory; its servable has to be released. A version whose
   * last load failed is left alone until its backoff is over; `missing` counts as a failure only for a version that the
   * pointer names, since one that a client made up may be published at any time.
   */
  async acquire(version: WantedVersion, scope: RequestScope): Promise<AcquireOutcome> {
    for (let attempt = 0; attempt < ACQUIRE_ATTEMPTS; attempt++) {
      const servable = this.ready(version.model, version.version);
      if (servable !== undefined) {
        servable.acquire();
        return { kind: 'acquired', servable };
      }
      const entry = this.#entries.get(version.model, version.version);
      const beside = this.#spares(version);
      if (
        entry?.kind === 'failed' &&
        this.#options.now() < entry.retryAt &&
        !isOvercome(entry.outcome, beside)
      ) {
        return entry.outcome;
      }
      const loading = entry?.kind === 'loading' ? entry : this.#start(version, scope, entry);
      const outcome = await this.#finished(version, loading);
      if (outcome === undefined || outcome.kind === 'loaded' || outcome.kind === 'abandoned') continue;
      if (!isOvercome(outcome, beside)) return outcome;
    }
    return { kind: 'failed', reason: 'the memory budget is too small for what is asked for at once' };
  }

  /** Loads a version on behalf of later requests. */
  preload(model: string, version: string, scope: RequestScope, { beside = false } = {}): void {
    const entry = this.#entries.get(model, version);
    if (entry?.kind === 'loading' || entry?.kind === 'ready') return;
    this.#start({ model, version, named: true, beside }, scope, entry);
  }

  /** A version's manifest, if it is to be trusted. */
  readManifest(model: string, version: string): Promise<TrustedManifestRead> {
    return readTrustedManifest(this.#store, model, version, this.#options.publicKeys ?? []);
  }

  /** The versions of a model that this isolate has to do with. */
  states(model: string): VersionStatus[] {
    return this.#entries.states(model);
  }

  /** What is in memory or about to be, by the budget's estimate. */
  usage(): { servables: number; bytes: number } {
    return this.#room.usage();
  }

  /** The servables in memory. */
  servables(): Servable[] {
    return this.#entries.servables();
  }

  /**
   * Forgets every servable without freeing it: the heap that they lay in is gone. Loads under way begin anew for
   * those who wait for them.
   */
  forget(): void {
    for (const { model, version, entry } of this.#entries.all()) {
      if (entry.kind === 'ready') this.#entries.delete(model, version);
      if (entry.kind === 'loading') entry.control.abandon();
    }
  }

  /** Whether a version may not take the place of what serves. */
  #spares({ model, version, beside = false, asked = false }: WantedVersion): boolean {
    return beside || (asked && this.#options.serves?.(model, version) !== true);
  }

  #start(version: WantedVersion, scope: RequestScope, after: Ready | Failed | undefined): Loading {
    const control = new LoadControl(this.#options.now, (promise) => scope.waitUntil(promise), {
      pauses: version.beside === true,
    });
    const { promise, resolve } = Promise.withResolvers<LoadOutcome>();
    const loading: Loading = {
      kind: 'loading',
      control,
      outcome: promise,
      bytes: 0,
      after: after?.kind === 'failed' ? after : undefined,
      beside: version.beside === true,
      asked: version.asked === true && this.#spares(version),
    };
    this.#entries.set(version.model, version.version, loading);
    const run = this.#load(version.model, version.version, loading).then((outcome) => {
      this.#settle(version, loading, outcome);
      resolve(outcome);
    });
    // The load belongs to every request that waits for it: it must not die with the one that began it.
    scope.waitUntil(run);
    return loading;
  }

  async #load(model: string, version: string, loading: Loading): Promise<LoadOutcome> {
    try {
      const read = await retryOnce(() => this.readManifest(model, version));
      if (read.kind === 'missing') return read;
      if (read.kind !== 'found') {
        return { kind: 'failed', reason: `its manifest is ${read.kind}: ${read.reason}` };
      }
      loading.control.alive();
      const bytes = memoryNeed(read.manifest);
      const refusal = await this.#room.make(loading, bytes);
      if (refusal !== undefined) return refusal;
      return { kind: 'loaded', servable: await this.#options.load(read.manifest, loading.control) };
    } catch (error) {
      if (error instanceof AbandonedError) return { kind: 'abandoned' };
      return { kind: 'failed', reason: describeError(error) };
    }
  }

  #settle({ model, version, named }: WantedVersion, loading: Loading, outcome: LoadOutcome): void {
    if (this.#entries.get(model, version) !== loading) {
      // Taken over in the meantime: what this one made is nobody's.
      if (outcome.kind === 'loaded') outcome.servable.dispose();
      return;
    }
    const { now, events } = this.#options;
    if (outcome.kind === 'loaded') {
      const { servable } = outcome;
      this.#entries.set(model, version, {
        kind: 'ready',
        servable,
        bytes: loading.bytes,
        lastUsed: ++this.#uses,
      });
      events.loaded(model, version, now() - loading.control.began);
    } else if (outcome.kind === 'abandoned' || (outcome.kind === 'missing' && !named)) {
      this.#entries.delete(model, version);
    } else {
      const failures = (loading.after?.failures ?? 0) + 1;
      const retryInMs = backoff(failures);
      this.#entries.set(model, version, { kind: 'failed', outcome, failures, retryAt: now() + retryInMs });
      events.loadFailed(model, version, reasonOf(outcome), retryInMs);
    }
  }

  /** Waits for a load; undefined when it was given up because nothing came of it. */
  async #finished({ model, version }: WantedVersion, loading: Loading): Promise<LoadOutcome | undefined> {
    for (;;) {
      const watch = sleep(WATCH_MS);
      const outcome = await Promise.race([loading.outcome, watch.done]);
      watch.cancel();
      if (outcome !== undefined) return outcome;
      if (loading.control.silentFor() < STALL_MS) continue;
      if (this.#entries.get(model, version) === loading) {
        this.#entries.delete(model, version);
        loading.control.abandon();
      }
      return undefined;
    }
  }
}

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** How long to leave a version alone after its n-th failure in a row, in milliseconds. */
function backoff(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
}

/** Resolves after this long, unless cancelled: then never. */
function sleep(milliseconds: number): { readonly done: Promise<undefined>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), milliseconds);
  return { done: promise, cancel: () => clearTimeout(timer) };
}
