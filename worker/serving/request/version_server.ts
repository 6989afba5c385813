import type { Trial } from '../../registry/pointer/pointer.ts';
import { errorMessage } from '../../registry/storage/error_message.ts';
import type { AnsweredBy, NotServed, RequestScope, ServingTarget } from '../api.ts';
import { faultOf, ObservedServable } from '../rollout/observed_servable.ts';
import { reasonOf } from '../servables/load_outcome.ts';
import type { Servable } from '../servables/servable.ts';
import type { ServableManager } from '../servables/servable_manager.ts';
import { answeredBy, type Resolution } from './resolution.ts';
import type { RoutedRequest } from './routed_request.ts';

/** What happens to requests, for metrics. */
export interface ServingEvents {
  speculation(outcome: 'confirmed' | 'repeated'): void;
  fallback(model: string, wanted: string, answeredBy: string): void;
  stalePointer(model: string): void;
}

/** Why the current version answers a request of the canary's share. */
interface InPlaceOfCanary {
  readonly canary: Trial;
  readonly reason: string;
  /** Undefined where the canary was not in memory: that is no failure of its answers. */
  readonly failure: { readonly broke: boolean } | undefined;
}

/** A version that is in use for one computation, whose answer may count. */
export interface Attempt {
  readonly kind: 'attempt';
  /** In use from here on: it has to be released. */
  readonly servable: Servable;
  readonly resolution: Resolution;
  /** The version that the resolution names cannot be served; this one takes its place. */
  readonly fallback: AnsweredBy['fallback'];
  /** What it executed is looked at where a canary or a shadow depends on it. */
  readonly observed: ObservedServable | undefined;
  readonly shadow: Trial | undefined;
  readonly inPlaceOf: InPlaceOfCanary | undefined;
}

export type Settled = { readonly kind: 'counts'; readonly by: AnsweredBy } | Attempt | NotServed;

/** Finds the version that computes a request whose version is resolved, and judges what became of it. */
export class VersionServer {
  readonly #manager: ServableManager;
  readonly #onLoadFailure: 'previous' | 'error';
  readonly #events: ServingEvents;
  /** Per model, the last version that answered a request for the current one here. */
  readonly #lastServed = new Map<string, { version: string; generation: number }>();

  constructor(manager: ServableManager, onLoadFailure: 'previous' | 'error', events: ServingEvents) {
    this.#manager = manager;
    this.#onLoadFailure = onLoadFailure;
    this.#events = events;
  }

  /** What is in memory and may compute at once: the version itself, or a fallback version if it cannot be loaded. */
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

  /** The version, loaded first where it is not in memory, or what takes its place. */
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
    const { version, named } = resolution;
    const fallsBack = this.#fallsBack(target);
    let reason = fallsBack ? this.#manager.failure(model, version)?.reason : undefined;
    if (reason === undefined) {
      const began = scope.phases?.now() ?? 0;
      const asked = target.selector.kind !== 'current';
      const acquired = await this.#manager.acquire({ model, version, fromPointer: named, asked }, scope);
      if (acquired.kind === 'acquired') {
        scope.phases?.end('load', began);
        return this.#attemptOf(request, resolution, acquired.servable, { inPlaceOf });
      }
      if (acquired.kind === 'missing' && !named) return { kind: 'unknown version', version };
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

  /** A request of the canary's share is answered by the current version where the canary cannot. */
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
   * Judges an attempt that has computed: its answer counts, or the current version takes the place of a canary that did
   * not answer well. No request fails because of a canary.
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
    // The failure is the canary's only if this version is sound: where both fail, the request is at fault.
    if (inPlaceOf?.failure !== undefined && reason === undefined) {
      request.canaryFailed(inPlaceOf.canary, inPlaceOf.reason, inPlaceOf.failure.broke);
    }
    return { kind: 'counts', by: this.#answered(request, attempt) };
  }

  /**
   * Finds the version that computes in place of one whose computation threw: the current one, for a canary.
   *
   * @throws what the computation threw, if that was no canary's
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
    // A canary is no fallback version.
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

  /** A client that asks for a certain version or label is not given another. */
  #fallsBack({ selector }: ServingTarget): boolean {
    return selector.kind === 'current' && this.#onLoadFailure === 'previous';
  }

  /** The versions that may answer for one that cannot: the last one that served in this isolate, then `previous`. */
  #fallbackVersions(model: string, { version, pointer }: Resolution): string[] {
    const candidates = new Set<string>();
    for (const candidate of [this.#lastServed.get(model)?.version, pointer?.previous]) {
      if (typeof candidate === 'string') candidates.add(candidate);
    }
    return [...candidates].filter(
      (candidate) => candidate !== version && !pointer?.retired.includes(candidate),
    );
  }

  /** Loads a version anew for later requests, if its last load failed and its backoff is over. */
  retryIfDue(model: string, version: string, scope: RequestScope): void {
    if (this.#manager.failure(model, version)?.retryDue) this.#manager.preload(model, version, scope);
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
