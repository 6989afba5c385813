import type { Pointer, Trial } from '../../registry/pointer/pointer.ts';
import type { AnsweredBy, NotServed, RequestScope, ServeOutcome, ServingTarget } from '../api.ts';
import { CanaryFailure } from '../rollout/rollout.ts';
import { reasonOf } from '../servables/load_outcome.ts';
import type { ServableManager } from '../servables/servable_manager.ts';
import { answeredBy, type Resolution, resolve } from './resolution.ts';
import type { Compute, PendingRequest } from './serve_request.ts';
import type { VersionsByNumber } from './versions_by_number.ts';

/** What happens to requests, for metrics. */
export interface ServingEvents {
  speculation(outcome: 'confirmed' | 'repeated'): void;
  fallback(model: string, wanted: string, answeredBy: string): void;
  stalePointer(model: string): void;
}

/** An answer that was computed before it was known whether it counts. */
export interface Speculation<Answer> {
  /** Under the pointer in hand. */
  readonly resolution: Resolution;
  /** What computed: another than wanted where that cannot be loaded. */
  readonly version: string;
  readonly answer: Answer | Promise<Answer>;
  readonly fallback: AnsweredBy['fallback'];
}

/** Serves requests whose version is resolved: by that version, or by what may stand in for it. */
export class ResolvedServing {
  readonly #manager: ServableManager;
  readonly #onLoadFailure: 'previous' | 'error';
  readonly #events: ServingEvents;
  readonly #byNumber: VersionsByNumber;
  /** Per model, the last version that answered a request for the current one here. */
  readonly #lastServed = new Map<string, { version: string; generation: number }>();

  constructor(
    manager: ServableManager,
    onLoadFailure: 'previous' | 'error',
    events: ServingEvents,
    byNumber: VersionsByNumber,
  ) {
    this.#manager = manager;
    this.#onLoadFailure = onLoadFailure;
    this.#events = events;
    this.#byNumber = byNumber;
  }

  /** Synchronous where the version is in memory and the computation is. */
  serve<Answer>(
    request: PendingRequest<Answer>,
    resolution: Resolution | NotServed,
  ): ServeOutcome<Answer> | Promise<ServeOutcome<Answer>> {
    if (resolution.kind !== 'resolved') return resolution;
    const { version, canary } = resolution;
    if (canary !== undefined) return this.#serveCanary(request, resolution, canary, undefined);
    const ready = this.#manager.ready(request.target.model, version);
    if (ready === undefined) return this.#serveAbsent(request, resolution);
    const answer = ready.use(request.computation(resolution, version));
    return answer instanceof Promise
      ? answer.then((settled) => this.#answered(request, resolution, version, undefined, settled))
      : this.#answered(request, resolution, version, undefined, answer);
  }

  /** Computes with what is in memory under the pointer in hand, if anything is. Never throws. */
  speculate<Answer>(request: PendingRequest<Answer>, pointer: Pointer): Speculation<Answer> | undefined {
    const { target } = request;
    const { model } = target;
    const resolution = resolve(target, { kind: 'current', pointer }, this.#byNumber, request);
    if (resolution.kind !== 'resolved') return undefined;
    const wanted = resolution.version;
    const isCanary = resolution.canary !== undefined;
    let version: string | undefined = wanted;
    let servable = this.#manager.ready(model, wanted);
    let fallback: AnsweredBy['fallback'];
    if (servable === undefined && !isCanary && this.#fallsBack(target)) {
      const failure = this.#manager.failure(model, wanted);
      if (failure === undefined) return undefined;
      fallback = { wanted, reason: failure.reason };
      version = this.#standIns(model, resolution).find((standIn) => this.#manager.isReady(model, standIn));
      servable = version === undefined ? undefined : this.#manager.ready(model, version);
    }
    if (servable === undefined || version === undefined) return undefined;
    let answer: Answer | Promise<Answer>;
    try {
      answer = servable.use(isCanary ? request.byCanary() : request.computation(resolution, version));
    } catch (error) {
      answer = Promise.reject(error);
    }
    // It may never be asked for; then nobody would hear of its rejection.
    if (answer instanceof Promise) answer.catch(() => undefined);
    return { resolution, version, answer, fallback };
  }

  /** Answers with a speculation that a check of the pointer has confirmed, by what it found. */
  confirmed<Answer>(
    request: PendingRequest<Answer>,
    resolution: Resolution,
    speculation: Speculation<Answer>,
  ): ServeOutcome<Answer> | Promise<ServeOutcome<Answer>> {
    const { version, fallback, answer } = speculation;
    if (resolution.canary !== undefined) {
      return this.#serveCanary(request, resolution, resolution.canary, speculation);
    }
    if (fallback !== undefined) this.#retryIfDue(request.target.model, fallback.wanted, request.scope);
    return answer instanceof Promise
      ? answer.then((settled) => this.#answered(request, resolution, version, fallback, settled))
      : this.#answered(request, resolution, version, fallback, answer);
  }

  /** Serves what is not in memory: loads it, or has another version stand in. */
  async #serveAbsent<Answer>(
    request: PendingRequest<Answer>,
    resolution: Resolution,
  ): Promise<ServeOutcome<Answer>> {
    const { target, compute, scope } = request;
    const { model } = target;
    const { version, named } = resolution;
    const fallsBack = this.#fallsBack(target);
    let reason = fallsBack ? this.#manager.failure(model, version)?.reason : undefined;
    if (reason === undefined) {
      const computation = afterLoad(request.computation(resolution, version), scope);
      const asked = target.selector.kind !== 'current';
      const used = await this.#manager.use({ model, version, named, asked }, computation, scope);
      if (used.kind === 'used') return this.#answered(request, resolution, version, undefined, used.answer);
      if (used.kind === 'missing' && !named) return { kind: 'unknown version', version };
      reason = reasonOf(used);
    } else {
      this.#retryIfDue(model, version, scope);
    }
    for (const standIn of fallsBack ? this.#standIns(model, resolution) : []) {
      const used = await this.#manager.use({ model, version: standIn, named: true }, compute, scope);
      if (used.kind !== 'used') continue;
      return this.#answered(request, resolution, standIn, { wanted: version, reason }, used.answer);
    }
    return { kind: 'unavailable', version, reason };
  }

  /**
   * Answers a request of the canary's share, by the current version where the canary cannot: no request fails
   * because of a canary. `speculation` is what it has computed already.
   */
  async #serveCanary<Answer>(
    request: PendingRequest<Answer>,
    resolution: Resolution,
    canary: Trial,
    speculation: Speculation<Answer> | undefined,
  ): Promise<ServeOutcome<Answer>> {
    const { target, compute, scope, trial } = request;
    const { model } = target;
    const { version } = canary;
    let reason: string;
    let instead = compute;
    try {
      const used =
        speculation === undefined
          ? await this.#manager.use({ model, version, named: true, beside: true }, request.byCanary(), scope)
          : { kind: 'used' as const, answer: await speculation.answer };
      if (used.kind === 'used') {
        trial?.answeredByCanary(canary);
        return this.#answered(request, resolution, version, undefined, used.answer);
      }
      reason = reasonOf(used);
    } catch (error) {
      if (!(error instanceof CanaryFailure) || trial === undefined) throw error;
      reason = error.message;
      instead = trial.inPlaceOf(canary, error, compute);
    }
    const current = resolution.pointer?.current ?? version;
    const outcome = await this.serve(request.with(instead), {
      ...resolution,
      version: current,
      canary: undefined,
    });
    if (outcome.kind !== 'served') return outcome;
    this.#events.fallback(model, version, outcome.by.version);
    return { ...outcome, by: { ...outcome.by, fallback: { wanted: version, reason } } };
  }

  /** A client that asks for a certain version or label is not given another. */
  #fallsBack({ selector }: ServingTarget): boolean {
    return selector.kind === 'current' && this.#onLoadFailure === 'previous';
  }

  /** What may answer for a version that cannot: what served last in this isolate, then `previous`. */
  #standIns(model: string, { version, pointer }: Resolution): string[] {
    const candidates = new Set<string>();
    for (const candidate of [this.#lastServed.get(model)?.version, pointer?.previous]) {
      if (typeof candidate === 'string') candidates.add(candidate);
    }
    return [...candidates].filter(
      (candidate) => candidate !== version && !pointer?.retired.includes(candidate),
    );
  }

  #retryIfDue(model: string, version: string, scope: RequestScope): void {
    if (this.#manager.failure(model, version)?.retryDue) this.#manager.preload(model, version, scope);
  }

  #answered<Answer>(
    request: PendingRequest<Answer>,
    resolution: Resolution,
    version: string,
    fallback: AnsweredBy['fallback'],
    answer: Answer,
  ): ServeOutcome<Answer> {
    const { model, selector } = request.target;
    // A canary stands in for nothing.
    if (selector.kind === 'current' && resolution.canary === undefined) {
      this.#remember(model, version, resolution.generation);
    }
    if (fallback !== undefined) this.#events.fallback(model, fallback.wanted, version);
    if (resolution.stale !== undefined) this.#events.stalePointer(model);
    request.answered(resolution.pointer);
    const by = answeredBy(resolution, version);
    return { kind: 'served', answer, by: fallback === undefined ? by : { ...by, fallback } };
  }

  /** A slow request of an older generation must not bring back what newer ones have left behind. */
  #remember(model: string, version: string, generation: number): void {
    const last = this.#lastServed.get(model);
    if (last === undefined) this.#lastServed.set(model, { version, generation });
    else if (generation >= last.generation) {
      last.version = version;
      last.generation = generation;
    }
  }
}

/** Notes how long it took until the computation could begin. */
function afterLoad<Answer>(compute: Compute<Answer>, { phases }: RequestScope): Compute<Answer> {
  if (phases === undefined) return compute;
  const began = phases.now();
  let hasBegun = false;
  return (servable) => {
    if (!hasBegun) phases.end('load', began);
    hasBegun = true;
    return compute(servable);
  };
}
