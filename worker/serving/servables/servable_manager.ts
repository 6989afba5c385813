import { errorMessage } from '../../registry/storage/error_message.ts';
import type { ObjectStore } from '../../registry/storage/object_store.ts';
import type { Manifest } from '../../registry/version/manifest.ts';
import type { PublicKey } from '../../registry/version/manifest_signature.ts';
import { memoryNeed } from '../../registry/version/memory_need.ts';
import { readTrustedManifest, type TrustedManifestRead } from '../../registry/version/version_store.ts';
import type { RequestScope, VersionStatus } from '../api.ts';
import { retryOnce } from '../loading/retry_once.ts';
import { type FailedOutcome, isIgnorableWhenEvicting, type LoadOutcome, reasonOf } from './load_outcome.ts';
import { AbandonedError, LoadTask } from './load_task.ts';
import { MemoryAdmission, type MemoryAdmissionOptions } from './memory_admission.ts';
import type { Servable } from './servable.ts';
import type { Failed, Loading, Ready } from './servable_entry.ts';
import { ServableTable } from './servable_table.ts';

export type AcquireOutcome = { readonly kind: 'acquired'; readonly servable: Servable } | FailedOutcome;

/** A version to use or load. */
export interface WantedVersion {
  readonly model: string;
  readonly version: string;
  /** True if a pointer names it. */
  readonly fromPointer: boolean;
  /** It is only a candidate: it is loaded only if it fits next to the serving versions, and never evicts them. */
  readonly keepServing?: boolean;
  /**
   * A client requested it by number or label: it may evict versions that serve other clients only if it serves some itself.
   */
  readonly asked?: boolean;
}

export interface ServableManagerOptions extends MemoryAdmissionOptions {
  /** One of these keys must have signed every loaded version. An empty list requires no signature. */
  readonly publicKeys?: readonly PublicKey[];
  readonly load: (manifest: Manifest, task: LoadTask) => Promise<Servable>;
  readonly events: ServableEvents;
}

/** Events of servables, for metrics and log. */
interface ServableEvents {
  loaded(model: string, version: string, milliseconds: number): void;
  loadFailed(model: string, version: string, reason: string, retryInMs: number): void;
  unloaded(model: string, version: string): void;
}

/** A load without progress for this long is taken over. Milliseconds. */
const STALL_MS = 10_000;
/** The interval at which a request checks the progress of another's load. Milliseconds. */
const WATCH_MS = 1_000;
/** The most attempts to acquire a servable that is evicted before each acquisition. */
const ACQUIRE_ATTEMPTS = 10;

/** Loads and unloads servables within the memory budget. Concurrent requests for a version share one load. */
export class ServableManager {
  readonly #store: ObjectStore;
  readonly #options: ServableManagerOptions;
  readonly #entries = new ServableTable();
  readonly #admission: MemoryAdmission;
  #uses = 0;

  constructor(store: ObjectStore, options: ServableManagerOptions) {
    this.#store = store;
    this.#options = options;
    this.#admission = new MemoryAdmission(this.#entries, options);
  }

  /** Returns the servable if it is in memory. The caller must acquire it synchronously, before it can be evicted. */
  ready(model: string, version: string): Servable | undefined {
    const entry = this.#entries.get(model, version);
    if (entry?.kind !== 'ready') return undefined;
    entry.lastUsed = ++this.#uses;
    return entry.servable;
  }

  /** True if the version is in memory. Unlike `ready`, the check does not count as a use. */
  isReady(model: string, version: string): boolean {
    return this.#entries.get(model, version)?.kind === 'ready';
  }

  /** True if the version is in memory or loading. */
  isPresent(model: string, version: string): boolean {
    const kind = this.#entries.get(model, version)?.kind;
    return kind === 'ready' || kind === 'loading';
  }

  /**
   * Returns the failure of the version's last load, if no later load succeeded, and if a retry is due. A lack of memory
   * next to the serving versions is a failure only for candidates.
   */
  failure(
    model: string,
    version: string,
    { keepServing = false } = {},
  ): { reason: string; retryDue: boolean } | undefined {
    const entry = this.#entries.get(model, version);
    const failed = entry?.kind === 'loading' ? entry.after : entry;
    if (failed?.kind !== 'failed') return undefined;
    const { outcome, retryAt } = failed;
    if (isIgnorableWhenEvicting(outcome, keepServing)) return undefined;
    return {
      reason: reasonOf(outcome),
      retryDue: entry?.kind === 'failed' && this.#options.now() >= retryAt,
    };
  }

  /**
   * Acquires a version, after loading it if necessary. Its servable must be released. After a failure the version is
   * not loaded again until its backoff is over. `missing` counts as a failure only for a version that the pointer
   * names, since a version that a client requests may be published at any time.
   */
  async acquire(version: WantedVersion, scope: RequestScope): Promise<AcquireOutcome> {
    for (let attempt = 0; attempt < ACQUIRE_ATTEMPTS; attempt++) {
      const servable = this.ready(version.model, version.version);
      if (servable !== undefined) {
        servable.acquire();
        return { kind: 'acquired', servable };
      }
      const entry = this.#entries.get(version.model, version.version);
      const keepServing = this.#spares(version);
      if (
        entry?.kind === 'failed' &&
        this.#options.now() < entry.retryAt &&
        !isIgnorableWhenEvicting(entry.outcome, keepServing)
      ) {
        return entry.outcome;
      }
      const loading = entry?.kind === 'loading' ? entry : this.#start(version, scope, entry);
      // A request of a canary must not delay all others.
      if (version.keepServing !== true) loading.task.hurry();
      const outcome = await this.#finished(version, loading);
      if (outcome === undefined || outcome.kind === 'loaded' || outcome.kind === 'abandoned') continue;
      if (!isIgnorableWhenEvicting(outcome, keepServing)) return outcome;
    }
    return { kind: 'failed', reason: 'the memory budget is too small for the concurrent requests' };
  }

  /** Loads a version for later requests. */
  preload(model: string, version: string, scope: RequestScope, { keepServing = false } = {}): void {
    const entry = this.#entries.get(model, version);
    if (entry?.kind === 'loading' || entry?.kind === 'ready') return;
    this.#start({ model, version, fromPointer: true, keepServing }, scope, entry);
  }

  /** Reads a version's manifest, if its signature is trusted. */
  readManifest(model: string, version: string): Promise<TrustedManifestRead> {
    return readTrustedManifest(this.#store, model, version, this.#options.publicKeys ?? []);
  }

  /** Returns the states of a model's versions in this isolate. */
  states(model: string): VersionStatus[] {
    return this.#entries.states(model);
  }

  /** Returns the estimated memory of loaded and loading versions. */
  usage(): { servables: number; bytes: number } {
    return this.#admission.usage();
  }

  /** Returns the servables in memory. */
  servables(): Servable[] {
    return this.#entries.servables();
  }

  /**
   * Drops every servable without freeing it, since its heap does not exist any more. Loads in progress start again for
   * the requests that wait for them.
   */
  forget(): void {
    for (const { model, version, entry } of this.#entries.all()) {
      if (entry.kind === 'ready') this.#entries.delete(model, version);
      if (entry.kind === 'loading') entry.task.abandon();
    }
  }

  /** True if a version must not evict serving versions. */
  #spares({ model, version, keepServing = false, asked = false }: WantedVersion): boolean {
    return keepServing || (asked && this.#options.serves?.(model, version) !== true);
  }

  #start(version: WantedVersion, scope: RequestScope, after: Ready | Failed | undefined): Loading {
    const task = new LoadTask(this.#options.now, (promise) => scope.waitUntil(promise), {
      pauses: version.keepServing === true,
    });
    const { promise, resolve } = Promise.withResolvers<LoadOutcome>();
    const loading: Loading = {
      kind: 'loading',
      task,
      outcome: promise,
      bytes: 0,
      after: after?.kind === 'failed' ? after : undefined,
      keepServing: version.keepServing === true,
      asked: version.asked === true && this.#spares(version),
    };
    this.#entries.set(version.model, version.version, loading);
    const run = this.#load(version.model, version.version, loading).then((outcome) => {
      this.#settle(version, loading, outcome);
      resolve(outcome);
    });
    // All requests that wait for the load need it, so that it must outlive the request that began it.
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
      loading.task.alive();
      const bytes = memoryNeed(read.manifest);
      const refusal = await this.#admission.admit(loading, bytes);
      if (refusal !== undefined) return refusal;
      return { kind: 'loaded', servable: await this.#options.load(read.manifest, loading.task) };
    } catch (error) {
      if (error instanceof AbandonedError) return { kind: 'abandoned' };
      return { kind: 'failed', reason: errorMessage(error) };
    }
  }

  #settle({ model, version, fromPointer }: WantedVersion, loading: Loading, outcome: LoadOutcome): void {
    if (this.#entries.get(model, version) !== loading) {
      // Another request took the load over, so that this result is not used.
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
      events.loaded(model, version, now() - loading.task.began);
    } else if (outcome.kind === 'abandoned' || (outcome.kind === 'missing' && !fromPointer)) {
      this.#entries.delete(model, version);
    } else {
      const failures = (loading.after?.failures ?? 0) + 1;
      const retryInMs = backoff(failures);
      this.#entries.set(model, version, { kind: 'failed', outcome, failures, retryAt: now() + retryInMs });
      events.loadFailed(model, version, reasonOf(outcome), retryInMs);
    }
  }

  /** Waits for a load. Resolves to undefined if the load was abandoned for lack of progress. */
  async #finished({ model, version }: WantedVersion, loading: Loading): Promise<LoadOutcome | undefined> {
    for (;;) {
      const watch = sleep(WATCH_MS);
      const outcome = await Promise.race([loading.outcome, watch.done]);
      watch.cancel();
      if (outcome !== undefined) return outcome;
      if (loading.task.silentFor() < STALL_MS) continue;
      if (this.#entries.get(model, version) === loading) {
        this.#entries.delete(model, version);
        loading.task.abandon();
      }
      return undefined;
    }
  }
}

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** Returns the time before the next attempt after the n-th failure in a row, in milliseconds. */
function backoff(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
}

/** Resolves after the time, or never if canceled. */
function sleep(milliseconds: number): { readonly done: Promise<undefined>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), milliseconds);
  return { done: promise, cancel: () => clearTimeout(timer) };
}
