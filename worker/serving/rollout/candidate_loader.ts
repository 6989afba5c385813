import type { Pointer, StagedVersion, Trial } from '../../registry/pointer/pointer.ts';
import type { RequestScope } from '../api.ts';
import type { ServableManager } from '../servables/servable_manager.ts';

/** A candidate that was evicted is not reloaded earlier than this. Milliseconds. */
const RELOAD_MS = 60_000;

/**
 * Loads staged versions and rollout candidates for later requests, without evicting serving versions. A candidate that
 * cannot be loaded or does not fit is not tried again for a while. Requests do not wait for it.
 */
export class CandidateLoader {
  readonly #manager: ServableManager;
  readonly #now: () => number;
  readonly #afterAnswer: () => Promise<unknown>;
  /** The times at which loads began under the newest generation of each model, by version. */
  readonly #begun = new Map<string, { generation: number; at: Map<string, number> }>();

  constructor(manager: ServableManager, now: () => number, afterAnswer: () => Promise<unknown>) {
    this.#manager = manager;
    this.#now = now;
    this.#afterAnswer = afterAnswer;
  }

  /**
   * Starts loading the candidates of a pointer unless they are loaded or loading. Without candidates it does nothing.
   */
  load(model: string, pointer: Pointer, scope: RequestScope): void {
    const { next, canary, shadow, generation } = pointer;
    if (next === undefined && canary === undefined && shadow === undefined) return;
    for (const candidate of [next, canary, shadow]) this.#load(model, candidate, generation, scope);
  }

  #load(
    model: string,
    candidate: StagedVersion | Trial | undefined,
    generation: number,
    scope: RequestScope,
  ): void {
    if (candidate === undefined) return;
    const { version } = candidate;
    if (this.#manager.isPresent(model, version)) return;
    const failure = this.#manager.failure(model, version, { keepServing: true });
    if (failure !== undefined && !failure.retryDue) return;
    const begun = this.#begunUnder(model, generation);
    const last = begun.get(version);
    if (failure === undefined && last !== undefined && this.#now() - last < RELOAD_MS) return;
    begun.set(version, this.#now());
    const loading = this.#afterAnswer().then(() =>
      this.#manager.preload(model, version, scope, { keepServing: true }),
    );
    scope.waitUntil(loading);
  }

  #begunUnder(model: string, generation: number): Map<string, number> {
    const known = this.#begun.get(model);
    if (known !== undefined && known.generation >= generation) return known.at;
    const at = new Map<string, number>();
    this.#begun.set(model, { generation, at });
    return at;
  }
}
