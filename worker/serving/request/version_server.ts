import type { Trial } from '../../registry/pointer/pointer.ts';
import { errorMessage } from '../../registry/storage/error_message.ts';
import type { AnsweredBy, NotServed, RequestScope, ServingTarget } from '../api.ts';
import { faultOf, ObservedServable } from '../rollout/observed_servable.ts';
import { reasonOf } from '../servables/load_outcome.ts';
import type { Servable } from '../servables/servable.ts';
import type { ServableManager } from '../servables/servable_manager.ts';
import { answeredBy, type Resolution } from './resolution.ts';
import type { RoutedRequest } from './routed_request.ts';

/** Events of requests, for metrics. */
export interface ServingEvents {
  speculation(outcome: 'confirmed' | 'repeated'): void;
  fallback(model: string, wanted: string, answeredBy: string): void;
  stalePointer(model: string): void;
}

/** Why the current version answers a request of the canary's share. */
interface InPlaceOfCanary {
  readonly canary: Trial;
  readonly reason: string;
  /** Undefined if the canary was not in memory, which does not count as a failed answer. */
  readonly failure: { readonly broke: boolean } | undefined;
}

/** A version in use for one computation, whose answer may count. */
export interface Attempt {
  readonly kind: 'attempt';
  /** Already acquired: it must be released. */
  readonly servable: Servable;
  readonly resolution: Resolution;
  /** The version that the resolution names cannot be served; this one takes its place. */
  readonly fallback: AnsweredBy['fallback'];
  /** Records the execution, if a canary or a shadow depends on it. */
  readonly observed: ObservedServable | undefined;
  readonly shadow: Trial | undefined;
  readonly inPlaceOf: InPlaceOfCanary | undefined;
}

export type Settled = { readonly kind: 'counts'; readonly by: AnsweredBy } | Attempt | NotServed;

/** Finds the servable that computes a resolved request, and judges its answer. */
export class VersionServer {
  readonly #manager: ServableManager;
  readonly #onLoadFailure: 'previous' | 'error';
  readonly #events: ServingEvents;
  /** The last version that answered a request for the current version in this isolate, by model. */
  readonly #lastServed = new Map<string, { version: string; generation: number }>();

  constructor(manager: ServableManager, onLoadFailure: 'previous' | 'error', events: ServingEvents) {
    this.#manager = manager;
    this.#onLoadFailure = onLoadFailure;
    this.#events = events;
  }

  /**
   * Returns a version in memory that may compute at once: the resolved version, or a fallback version if it cannot be
   * loaded.
   */
  attemptReady(request: RoutedRequest, resolution: Resolution | NotServed): Attempt | undefined {
    if (resolution.kind !== 'resolved') return undefined;
    const { model } = request.target;
    const wanted = resolution.version;
    const servable = this.#manager.ready(model, wanted);
    if (servable !== undefined) return this.#use(request, resolution, servable);
    if (resolution.canary !== undefined || !this.#fallsBack(request.target)) return undefined;
    const failure = this.#manager.failure(model, wanted);
    if (failure === undefined) return undefined;
    for (const fallbackVersion of this.#fallbackVersions(model, resolution)) {
      const ready = this.#manager.ready(model, fallbackVersion);
      if (ready === undefined) continue;
      return this.#use(request, resolution, ready, { fallback: { wanted, reason: failure.reason } });
    }
    return undefined;
  }

  /** Acquires the resolved version, after loading it if necessary, or the version that takes its place. */
  async attempt(
    request: RoutedRequest,
    resolution: Resolution | NotServed,
    inPlaceOf?: InPlaceOfCanary,
  ): Promise<Attempt | NotServed> {
    if (resolution.kind !== 'resolved') return resolution;
    const { version, canary } = resolution;
    if (canary !== undefined) return this.#attemptCanary(request, resolution, canary);
    const ready = this.#manager.ready(request.target.model, version);
    if (ready !== undefined) return this.#use(request, resolution, ready, { inPlaceOf });
    return this.#attemptAbsent(request, resolution, inPlaceOf);
  }

  /** Loads a version that is not in memory, or finds a fallback version. */
  async #attemptAbsent(
    request: RoutedRequest,
    resolution: Resolution,
    inPlaceOf: InPlaceOfCanary | undefined,
  ): Promise<Attempt | NotServed> {
    const { target, scope } = request;
    const { model } = target;
    const { version, fromPointer } = resolution;
    const fallsBack = this.#fallsBack(target);
    let reason = fallsBack ? this.#manager.failure(model, version)?.reason : undefined;
    if (reason === undefined) {
      const began = scope.phases?.begin('load') ?? 0;
      const asked = target.selector.kind !== 'current';
      const acquired = await this.#manager.acquire({ model, version, fromPointer, asked }, scope);
      if (acquired.kind === 'acquired') {
        scope.phases?.end('load', began);
        return this.#attemptOf(request, resolution, acquired.servable, { inPlaceOf });
      }
      if (acquired.kind === 'missing' && !fromPointer) return { kind: 'unknown version', version };
      reason = reasonOf(acquired);
    } else {
      this.retryIfDue(model, version, scope);
    }
    for (const fallbackVersion of fallsBack ? this.#fallbackVersions(model, resolution) : []) {
      const acquired = await this.#manager.acquire(
        { model, version: fallbackVersion, fromPointer: true },
        scope,
      );
      if (acquired.kind !== 'acquired') continue;
      const fallback = { wanted: version, reason };
      return this.#attemptOf(request, resolution, acquired.servable, { fallback, inPlaceOf });
    }
    return { kind: 'unavailable', version, reason };
  }

  /** Acquires the canary, or the current version if the canary cannot be loaded. */
  async #attemptCanary(
    request: RoutedRequest,
    resolution: Resolution,
    canary: Trial,
  ): Promise<Attempt | NotServed> {
    const { model } = request.target;
    const wanted = { model, version: canary.version, fromPointer: true, keepServing: true };
    const acquired = await this.#manager.acquire(wanted, request.scope);
    if (acquired.kind === 'acquired') return this.#attemptOf(request, resolution, acquired.servable);
    const inPlaceOf = { canary, reason: reasonOf(acquired), failure: undefined };
    return this.#attemptCurrent(request, resolution, inPlaceOf);
  }

  #attemptCurrent(
    request: RoutedRequest,
    resolution: Resolution,
    inPlaceOf: InPlaceOfCanary,
  ): Promise<Attempt | NotServed> {
    const version = resolution.pointer?.current ?? resolution.version;
    return this.attempt(request, { ...resolution, version, canary: undefined }, inPlaceOf);
  }

  #use(
    request: RoutedRequest,
    resolution: Resolution,
    servable: Servable,
    details?: Partial<Pick<Attempt, 'fallback' | 'inPlaceOf'>>,
  ): Attempt {
    servable.acquire();
    return this.#attemptOf(request, resolution, servable, details);
  }

  #attemptOf(
    request: RoutedRequest,
    resolution: Resolution,
    servable: Servable,
    { fallback, inPlaceOf }: Partial<Pick<Attempt, 'fallback' | 'inPlaceOf'>> = {},
  ): Attempt {
    const { pointer, canary } = resolution;
    // A shadow is compared with the current version's answer only, not with a fallback version's.
    const isCurrent = canary === undefined && pointer?.current === servable.version;
    const shadow = isCurrent ? request.shadowOf(pointer) : undefined;
    const isObserved = canary !== undefined || shadow !== undefined || inPlaceOf?.failure !== undefined;
    const observed = isObserved ? new ObservedServable(servable) : undefined;
    return { kind: 'attempt', servable, resolution, fallback, observed, shadow, inPlaceOf };
  }

  /**
   * Judges an attempt that has computed. Its answer counts, unless it is a canary that failed: then the current version
   * computes. No request fails because of a canary.
   */
  async settle(request: RoutedRequest, attempt: Attempt, broke: boolean): Promise<Settled> {
    const { resolution, observed, inPlaceOf } = attempt;
    const { canary } = resolution;
    const reason = faultOf(observed?.execution);
    if (canary !== undefined) {
      if (reason !== undefined) {
        return this.#attemptCurrent(request, resolution, { canary, reason, failure: { broke } });
      }
      request.canaryAnswered(canary);
    }
    // The failure counts against the canary only if this version succeeds. If both fail, the request is at fault.
    if (inPlaceOf?.failure !== undefined && reason === undefined) {
      request.canaryFailed(inPlaceOf.canary, inPlaceOf.reason, inPlaceOf.failure.broke);
    }
    return { kind: 'counts', by: this.#answered(request, attempt) };
  }

  /**
   * Finds the version that computes after a computation threw: the current version after a canary.
   *
   * @throws the computation's error, if the version was not a canary
   */
  async replace(
    request: RoutedRequest,
    { resolution }: Attempt,
    error: unknown,
    broke: boolean,
  ): Promise<Attempt | NotServed> {
    const { canary } = resolution;
    if (canary === undefined) throw error;
    const reason = errorMessage(error);
    return this.#attemptCurrent(request, resolution, { canary, reason, failure: { broke } });
  }

  #answered(request: RoutedRequest, attempt: Attempt): AnsweredBy {
    const { resolution, fallback, inPlaceOf, shadow, observed } = attempt;
    const { version } = attempt.servable;
    const { model, selector } = request.target;
    // A canary must not become a fallback version.
    if (selector.kind === 'current' && resolution.canary === undefined) {
      this.#remember(model, version, resolution.generation);
    }
    if (fallback !== undefined) this.#events.fallback(model, fallback.wanted, version);
    if (inPlaceOf !== undefined) this.#events.fallback(model, inPlaceOf.canary.version, version);
    if (resolution.stale !== undefined) this.#events.stalePointer(model);
    request.answered(resolution.pointer, shadow, observed?.execution);
    const by = answeredBy(resolution, version);
    if (inPlaceOf !== undefined) {
      return { ...by, fallback: { wanted: inPlaceOf.canary.version, reason: inPlaceOf.reason } };
    }
    return fallback === undefined ? by : { ...by, fallback };
  }

  /** True if another version may answer: not if the client requests a version or a label. */
  #fallsBack({ selector }: ServingTarget): boolean {
    return selector.kind === 'current' && this.#onLoadFailure === 'previous';
  }

  /**
   * Returns the versions that may answer in place of one that cannot: the last one that served in this isolate, then
   * `previous`.
   */
  #fallbackVersions(model: string, { version, pointer }: Resolution): string[] {
    const candidates = new Set<string>();
    for (const candidate of [this.#lastServed.get(model)?.version, pointer?.previous]) {
      if (typeof candidate === 'string') candidates.add(candidate);
    }
    return [...candidates].filter(
      (candidate) => candidate !== version && !pointer?.retired.includes(candidate),
    );
  }

  /** Loads a version again for later requests, if its last load failed and its backoff is over. */
  retryIfDue(model: string, version: string, scope: RequestScope): void {
    if (this.#manager.failure(model, version)?.retryDue) this.#manager.preload(model, version, scope);
  }

  /**
   * Remembers the version unless a newer generation has answered meanwhile: slow requests of older generations must not
   * replace it.
   */
  #remember(model: string, version: string, generation: number): void {
    const last = this.#lastServed.get(model);
    if (last === undefined) this.#lastServed.set(model, { version, generation });
    else if (generation >= last.generation) {
      last.version = version;
      last.generation = generation;
    }
  }
}
