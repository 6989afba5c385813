import { isName } from '../registry/names.ts';
import type { ObjectStore } from '../registry/object_store.ts';
import { versionsInUse } from '../registry/pointer.ts';
import { compareVersions } from '../registry/version.ts';
import { listModels, listVersions } from '../registry/version_store.ts';
import { describeError } from './describe_error.ts';
import { reasonOf } from './load_outcome.ts';
import type { PointerSource } from './pointer_source.ts';
import { answeredBy, type Resolution, resolve, sameVersion } from './resolution.ts';
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
  VersionStatus,
} from './serving.ts';

export interface ModelServerOptions {
  readonly onLoadFailure: 'previous' | 'error';
  readonly events: ServingEvents;
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
    const fresh = this.#source.fresh(target.model);
    if (fresh !== undefined) {
      const resolution = resolve(target, { kind: 'current', pointer: fresh });
      const outcome = await this.#serveResolved(target, resolution, compute, scope);
      if (outcome.kind === 'served' && outcome.by.fallback === undefined) return outcome;
      // What cannot be found or loaded may have been pruned since: before that counts, the pointer is asked.
      const checked = resolve(target, await this.#source.check(target.model));
      return sameVersion(resolution, checked)
        ? outcome
        : this.#serveResolved(target, checked, compute, scope);
    }
    // The check is I/O and the computation is not: while the one is on its way, the other is done with the
    // version in hand. Its answer counts only if the check confirms that version.
    const endCheck = scope.phases?.begin('pointer');
    const checking = this.#source.check(target.model);
    const speculation = this.#speculate(target, compute);
    const resolution = resolve(target, await checking);
    endCheck?.();
    if (speculation === undefined) return this.#serveResolved(target, resolution, compute, scope);
    if (resolution.kind !== 'resolved' || resolution.version !== speculation.wanted) {
      this.#options.events.speculation('repeated');
      return this.#serveResolved(target, resolution, compute, scope);
    }
    this.#options.events.speculation('confirmed');
    if (speculation.fallback !== undefined) this.#retryIfDue(target.model, speculation.wanted, scope);
    return this.#answered(
      target,
      resolution,
      speculation.version,
      speculation.fallback,
      await speculation.answer,
    );
  }

  async describe(target: ServingTarget): Promise<DescribeOutcome> {
    const resolution = await this.#resolve(target);
    if (resolution.kind !== 'resolved') return resolution;
    const { version } = resolution;
    const by = answeredBy(resolution, version);
    const ready = this.#manager.ready(target.model, version);
    if (ready !== undefined) {
      return { kind: 'described', format: ready.format, signatures: ready.signatures, by };
    }
    try {
      const read = await this.#manager.readManifest(target.model, version);
      if (read.kind === 'found') {
        const { format, signatures } = read.manifest.content;
        return { kind: 'described', format, signatures, by };
      }
      if (read.kind === 'missing' && !resolution.named) return { kind: 'unknown version', version };
      const reason =
        read.kind === 'missing' ? reasonOf(read) : `its manifest is ${read.kind}: ${read.reason}`;
      return { kind: 'unavailable', version, reason };
    } catch (error) {
      return {
        kind: 'unavailable',
        version,
        reason: `its manifest could not be read: ${describeError(error)}`,
      };
    }
  }

  async status(target: ServingTarget, scope: RequestScope): Promise<StatusOutcome> {
    const resolution = await this.#resolve(target);
    if (resolution.kind !== 'resolved') return resolution;
    const { version, named, pointer } = resolution;
    const { model, selector } = target;
    // Loading what was asked for makes AVAILABLE true rather than hoped for: clients poll for it.
    const used = await this.#manager.use({ model, version, named }, () => undefined, scope);
    if (used.kind === 'missing' && !named) return { kind: 'unknown version', version };
    const states = new Map<string, VersionStatus>();
    for (const named of pointer === undefined ? [version] : versionsInUse(pointer)) {
      states.set(named, { version: named, state: 'START' });
    }
    for (const status of this.#manager.states(model)) states.set(status.version, status);
    const versions = [...states.values()]
      .filter((status) => selector.kind !== 'version' || status.version === version)
      .sort((left, right) => compareVersions(right.version, left.version));
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
  #speculate<Answer>(target: ServingTarget, compute: Compute<Answer>): Speculation<Answer> | undefined {
    const { model } = target;
    const pointer = this.#source.known(model);
    if (pointer === undefined) return undefined;
    const resolution = resolve(target, { kind: 'current', pointer });
    if (resolution.kind !== 'resolved') return undefined;
    const wanted = resolution.version;
    const failure = this.#fallsBack(target) ? this.#manager.failure(model, wanted) : undefined;
    const candidates = failure === undefined ? [wanted] : this.#standIns(model, resolution);
    for (const version of candidates) {
      const servable = this.#manager.ready(model, version);
      if (servable === undefined) continue;
      const answer = servable.use(compute);
      // It may never be asked for; then nobody would hear of its rejection.
      answer.catch(() => undefined);
      return { wanted, version, answer, fallback: failure && { wanted, reason: failure.reason } };
    }
    return undefined;
  }

  async #serveResolved<Answer>(
    target: ServingTarget,
    resolution: Resolution | NotServed,
    compute: Compute<Answer>,
    scope: RequestScope,
  ): Promise<ServeOutcome<Answer>> {
    if (resolution.kind !== 'resolved') return resolution;
    const { model } = target;
    const { version, named } = resolution;
    const fallsBack = this.#fallsBack(target);
    let reason = fallsBack ? this.#manager.failure(model, version)?.reason : undefined;
    if (reason === undefined) {
      const ready = this.#manager.ready(model, version) !== undefined;
      const timed = ready ? compute : afterLoad(compute, scope);
      const used = await this.#manager.use({ model, version, named }, timed, scope);
      if (used.kind === 'used') return this.#answered(target, resolution, version, undefined, used.answer);
      if (used.kind === 'missing' && !named) return { kind: 'unknown version', version };
      reason = reasonOf(used);
    } else {
      this.#retryIfDue(model, version, scope);
    }
    for (const standIn of fallsBack ? this.#standIns(model, resolution) : []) {
      const used = await this.#manager.use({ model, version: standIn, named: true }, compute, scope);
      if (used.kind !== 'used') continue;
      return this.#answered(target, resolution, standIn, { wanted: version, reason }, used.answer);
    }
    return { kind: 'unavailable', version, reason };
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
    { model, selector }: ServingTarget,
    resolution: Resolution,
    version: string,
    fallback: AnsweredBy['fallback'],
    answer: Answer,
  ): ServeOutcome<Answer> {
    const { events } = this.#options;
    // A slow request of an older generation must not bring back what newer ones have left behind.
    if (
      selector.kind === 'current' &&
      resolution.generation >= (this.#lastServed.get(model)?.generation ?? 0)
    ) {
      this.#lastServed.set(model, { version, generation: resolution.generation });
    }
    if (fallback !== undefined) events.fallback(model, fallback.wanted, version);
    if (resolution.stale !== undefined) events.stalePointer(model);
    return {
      kind: 'served',
      answer,
      by: { ...answeredBy(resolution, version), ...(fallback && { fallback }) },
    };
  }
}

type Compute<Answer> = (servable: ServableView) => Answer | Promise<Answer>;

/** Notes how long it took until the computation could begin. */
function afterLoad<Answer>(compute: Compute<Answer>, { phases }: RequestScope): Compute<Answer> {
  const endLoad = phases?.begin('load');
  return (servable) => {
    endLoad?.();
    return compute(servable);
  };
}

interface Speculation<Answer> {
  /** What the pointer in hand means for the target. */
  readonly wanted: string;
  /** What computed: another than wanted where that cannot be loaded. */
  readonly version: string;
  readonly answer: Promise<Answer>;
  readonly fallback: AnsweredBy['fallback'];
}
