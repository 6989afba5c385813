import { isName } from '../registry/names.ts';
import type { ObjectStore } from '../registry/object_store.ts';
import type { Trial } from '../registry/pointer.ts';
import { listModels, listVersions } from '../registry/version_store.ts';
import { describeVersion, versionStates } from './describe_version.ts';
import { reasonOf } from './load_outcome.ts';
import type { PointerSource } from './pointer_source.ts';
import { answeredBy, type Resolution, resolve, sameVersion } from './resolution.ts';
import { CanaryFailure, type RequestTrial, type Rollout } from './rollout.ts';
import type { ServableManager } from './servable_manager.ts';
import type {
  AnsweredBy,
  DescribeOutcome,
  NotServed,
  RequestScope,
  ServableView,
  ServeOutcome,
  Serving,
  ServingTarget,
  StatusOutcome,
} from './serving.ts';

export interface ModelServerOptions {
  readonly onLoadFailure: 'previous' | 'error';
  readonly events: ServingEvents;
  /** Where versions are staged and tried out; without it nothing is. */
  readonly rollout?: Rollout;
}

/** What happens to requests, for metrics. */
export interface ServingEvents {
  speculation(outcome: 'confirmed' | 'repeated'): void;
  fallback(model: string, wanted: string, answeredBy: string): void;
  stalePointer(model: string): void;
}

/** One isolate's serving: every request resolves its version once and is computed wholly by it. */
export class ModelServer implements Serving {
  readonly #store: ObjectStore;
  readonly #source: PointerSource;
  readonly #manager: ServableManager;
  readonly #options: ModelServerOptions;
  /** Per model, the last version that answered a request for the current one here. */
  readonly #lastServed = new Map<string, { version: string; generation: number }>();

  constructor(
    store: ObjectStore,
    source: PointerSource,
    manager: ServableManager,
    options: ModelServerOptions,
  ) {
    this.#store = store;
    this.#source = source;
    this.#manager = manager;
    this.#options = options;
  }

  async serve<Answer>(
    target: ServingTarget,
    compute: Compute<Answer>,
    scope: RequestScope,
  ): Promise<ServeOutcome<Answer>> {
    if (!isName(target.model)) return { kind: 'unknown model' };
    const { rollout } = this.#options;
    const trial = target.selector.kind === 'current' ? rollout?.begin(target.model, scope) : undefined;
    const request: PendingRequest<Answer> = { target, compute, scope, trial };
    const fresh = this.#source.fresh(target.model);
    if (fresh !== undefined) {
      const resolution = resolve(target, { kind: 'current', pointer: fresh }, trial);
      const outcome = await this.#serveResolved(request, resolution);
      if (outcome.kind === 'served' && outcome.by.fallback === undefined) return outcome;
      // What cannot be found or loaded may have been pruned since: before that counts, the pointer is asked.
      const checked = resolve(target, await this.#source.check(target.model), trial);
      return sameVersion(resolution, checked) ? outcome : this.#serveResolved(request, checked);
    }
    // The check is I/O and the computation is not: while the one is on its way, the other is done with the
    // version in hand. Its answer counts only if the check confirms that version.
    const endCheck = scope.phases?.begin('pointer');
    const checking = this.#source.check(target.model);
    const speculation = this.#speculate(request);
    const resolution = resolve(target, await checking, trial);
    endCheck?.();
    if (speculation === undefined) return this.#serveResolved(request, resolution);
    if (resolution.kind !== 'resolved' || !sameVersion(resolution, speculation.resolution)) {
      this.#options.events.speculation('repeated');
      return this.#serveResolved(request, resolution);
    }
    this.#options.events.speculation('confirmed');
    const { version, answer, fallback } = speculation;
    if (resolution.canary !== undefined)
      return this.#serveCanary(request, resolution, resolution.canary, answer);
    if (fallback !== undefined) this.#retryIfDue(target.model, fallback.wanted, scope);
    return this.#answered(request, resolution, version, fallback, await answer);
  }

  async describe(target: ServingTarget): Promise<DescribeOutcome> {
    const resolution = await this.#resolve(target);
    if (resolution.kind !== 'resolved') return resolution;
    return describeVersion(this.#manager, target.model, resolution);
  }

  async status(target: ServingTarget, scope: RequestScope): Promise<StatusOutcome> {
    const resolution = await this.#resolve(target);
    if (resolution.kind !== 'resolved') return resolution;
    const { version, named, pointer } = resolution;
    const { model, selector } = target;
    // Loading what was asked for makes AVAILABLE true rather than hoped for: clients poll for it.
    const used = await this.#manager.use({ model, version, named }, () => undefined, scope);
    if (used.kind === 'missing' && !named) return { kind: 'unknown version', version };
    if (pointer !== undefined) this.#options.rollout?.candidates.load(model, pointer, scope);
    const states = versionStates(resolution, this.#manager.states(model));
    const versions = states.filter((status) => selector.kind !== 'version' || status.version === version);
    return { kind: 'status', versions, by: answeredBy(resolution, version) };
  }

  models(): Promise<readonly string[] | undefined> {
    return listModels(this.#store).catch(() => undefined);
  }

  async versions(model: string): Promise<readonly string[] | undefined> {
    if (!isName(model)) return [];
    const retired = this.#source.known(model)?.retired ?? [];
    try {
      return (await listVersions(this.#store, model)).filter((version) => !retired.includes(version));
    } catch {
      return undefined;
    }
  }

  async #resolve(target: ServingTarget): Promise<Resolution | NotServed> {
    if (!isName(target.model)) return { kind: 'unknown model' };
    const fresh = this.#source.fresh(target.model);
    return resolve(
      target,
      fresh === undefined ? await this.#source.check(target.model) : { kind: 'current', pointer: fresh },
    );
  }

  /** Computes with what is in memory under the pointer in hand, if anything is. */
  #speculate<Answer>(request: PendingRequest<Answer>): Speculation<Answer> | undefined {
    const { target, trial } = request;
    const { model } = target;
    const pointer = this.#source.known(model);
    if (pointer === undefined) return undefined;
    const resolution = resolve(target, { kind: 'current', pointer }, trial);
    if (resolution.kind !== 'resolved') return undefined;
    const wanted = resolution.version;
    const { canary } = resolution;
    const failure =
      canary === undefined && this.#fallsBack(target) ? this.#manager.failure(model, wanted) : undefined;
    const candidates = failure === undefined ? [wanted] : this.#standIns(model, resolution);
    for (const version of candidates) {
      const servable = this.#manager.ready(model, version);
      if (servable === undefined) continue;
      const answer = servable.use(
        canary === undefined ? this.#computation(request, resolution, version) : byCanary(request),
      );
      // It may never be asked for; then nobody would hear of its rejection.
      answer.catch(() => undefined);
      return { resolution, version, answer, fallback: failure && { wanted, reason: failure.reason } };
    }
    return undefined;
  }

  /** A stand-in's answer is nothing to compare a shadow with. */
  #computation<Answer>(
    { compute, trial }: PendingRequest<Answer>,
    { pointer }: Resolution,
    version: string,
  ): Compute<Answer> {
    if (trial === undefined || pointer?.current !== version) return compute;
    return trial.byCurrent(pointer, compute);
  }

  async #serveResolved<Answer>(
    request: PendingRequest<Answer>,
    resolution: Resolution | NotServed,
  ): Promise<ServeOutcome<Answer>> {
    if (resolution.kind !== 'resolved') return resolution;
    const { target, compute, scope } = request;
    const { model } = target;
    const { version, named, canary } = resolution;
    if (canary !== undefined) return this.#serveCanary(request, resolution, canary, undefined);
    const fallsBack = this.#fallsBack(target);
    let reason = fallsBack ? this.#manager.failure(model, version)?.reason : undefined;
    if (reason === undefined) {
      const ready = this.#manager.ready(model, version);
      const computation = this.#computation(request, resolution, version);
      const used =
        ready === undefined
          ? await this.#manager.use({ model, version, named }, afterLoad(computation, scope), scope)
          : { kind: 'used' as const, answer: await ready.use(computation) };
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
    speculation: Promise<Answer> | undefined,
  ): Promise<ServeOutcome<Answer>> {
    const { target, compute, scope, trial } = request;
    const { model } = target;
    const { version } = canary;
    let reason: string;
    let instead = compute;
    try {
      const used =
        speculation === undefined
          ? await this.#manager.use({ model, version, named: true, beside: true }, byCanary(request), scope)
          : { kind: 'used' as const, answer: await speculation };
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
    const outcome = await this.#serveResolved(
      { ...request, compute: instead },
      { ...resolution, version: current, canary: undefined },
    );
    if (outcome.kind !== 'served') return outcome;
    this.#options.events.fallback(model, version, outcome.by.version);
    return { ...outcome, by: { ...outcome.by, fallback: { wanted: version, reason } } };
  }

  /** A client that asks for a certain version or label is not given another. */
  #fallsBack({ selector }: ServingTarget): boolean {
    return selector.kind === 'current' && this.#options.onLoadFailure === 'previous';
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
    { target, trial }: PendingRequest<Answer>,
    resolution: Resolution,
    version: string,
    fallback: AnsweredBy['fallback'],
    answer: Answer,
  ): ServeOutcome<Answer> {
    const { events } = this.#options;
    const { model, selector } = target;
    // A slow request of an older generation must not bring back what newer ones have left behind, and a canary
    // stands in for nothing.
    if (
      selector.kind === 'current' &&
      resolution.canary === undefined &&
      resolution.generation >= (this.#lastServed.get(model)?.generation ?? 0)
    ) {
      this.#lastServed.set(model, { version, generation: resolution.generation });
    }
    if (fallback !== undefined) events.fallback(model, fallback.wanted, version);
    if (resolution.stale !== undefined) events.stalePointer(model);
    trial?.answered(resolution.pointer);
    return {
      kind: 'served',
      answer,
      by: { ...answeredBy(resolution, version), ...(fallback && { fallback }) },
    };
  }
}

type Compute<Answer> = (servable: ServableView) => Answer | Promise<Answer>;

interface PendingRequest<Answer> {
  readonly target: ServingTarget;
  readonly compute: Compute<Answer>;
  readonly scope: RequestScope;
  /** Of a request that names no version, where versions are tried out. */
  readonly trial: RequestTrial | undefined;
}

function byCanary<Answer>({ trial, compute }: PendingRequest<Answer>): Compute<Answer> {
  return trial === undefined ? compute : trial.byCanary(compute);
}

/** Notes how long it took until the computation could begin. */
function afterLoad<Answer>(compute: Compute<Answer>, { phases }: RequestScope): Compute<Answer> {
  const endLoad = phases?.begin('load');
  return (servable) => {
    endLoad?.();
    return compute(servable);
  };
}

interface Speculation<Answer> {
  /** Under the pointer in hand. */
  readonly resolution: Resolution;
  /** What computed: another than wanted where that cannot be loaded. */
  readonly version: string;
  readonly answer: Promise<Answer>;
  readonly fallback: AnsweredBy['fallback'];
}
