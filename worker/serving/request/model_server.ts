import { isName } from '../../model/names.ts';
import type { ObjectStore } from '../../registry/storage/object_store.ts';
import { listModels, listVersions } from '../../registry/version/version_store.ts';
import type {
  Acquired,
  Alternatives,
  DescribeOutcome,
  NotServed,
  RequestScope,
  ServableHandle,
  Serving,
  ServingTarget,
  StatusOutcome,
} from '../api.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { ServableManager } from '../servables/servable_manager.ts';
import { describeVersion, versionStates } from './describe_version.ts';
import type { PointerCheck, PointerSource } from './pointer_source.ts';
import { RecentModels } from './recent_models.ts';
import { answeredBy, type Resolution, resolve, type Split, sameVersion } from './resolution.ts';
import { RoutedRequest } from './routed_request.ts';
import { type Attempt, type ServingEvents, VersionServer } from './version_server.ts';
import {
  isAnsweredByNumber,
  settleByNumber,
  type VersionsByNumber,
  versionsByNumber,
} from './versions_by_number.ts';

export interface ModelServerOptions {
  readonly onLoadFailure: 'previous' | 'error';
  /** What to do if the lease has run out and the pointer cannot be read. Default: `answer`. */
  readonly onStalePointer?: 'answer' | 'refuse';
  readonly events: ServingEvents;
  /** The versions that clients may request by number. Default: any. */
  readonly versionsByNumber?: VersionsByNumber;
  /** Loads staged versions and runs canaries and shadows. Without it, requests use neither. */
  readonly rollout?: Rollout;
}

/** Serves the requests of one isolate. One version computes the whole answer of a request. */
export class ModelServer implements Serving {
  readonly #store: ObjectStore;
  readonly #source: PointerSource;
  readonly #manager: ServableManager;
  readonly #options: ModelServerOptions;
  readonly #byNumber: VersionsByNumber;
  readonly #versions: VersionServer;
  readonly #recentModels = new RecentModels(
    () => this.models(),
    () => Date.now(),
  );

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
    this.#byNumber = options.versionsByNumber ?? 'any';
    this.#versions = new VersionServer(manager, options.onLoadFailure, options.events);
  }

  async acquire(target: ServingTarget, scope: RequestScope): Promise<Acquired> {
    if (!isName(target.model)) return { kind: 'unknown model' };
    const request = new RoutedRequest(target, scope, this.#options.rollout);
    const pointer = this.#source.leased(target.model, request);
    this.#source.readAhead(target.model, scope);
    if (pointer === undefined) return this.#acquireWhileChecking(request);
    const resolution = resolve(target, { kind: 'fresh', pointer }, this.#byNumber, request);
    return this.#handle(request, resolution, await this.#versions.attempt(request, resolution));
  }

  /**
   * Computes with the known version while the pointer is read, since the read is I/O and the computation is not. The
   * answer counts only if the read confirms that version.
   */
  async #acquireWhileChecking(request: RoutedRequest): Promise<Acquired> {
    const { target, scope } = request;
    const began = scope.phases?.begin('pointer') ?? 0;
    const checking = this.#source.check(target.model, request);
    request.isConfirmed = true;
    const pointer = this.#source.known(target.model);
    const inHand = pointer && resolve(target, { kind: 'fresh', pointer }, this.#byNumber, request);
    const speculation = inHand && this.#versions.attemptReady(request, inHand);
    const checked = async () => {
      const resolution = this.#resolveChecked(target, await checking, request);
      scope.phases?.end('pointer', began);
      return resolution;
    };
    if (speculation === undefined) return this.#acquireResolved(request, await checked());
    return this.#handleOf(request, speculation, async () =>
      this.#confirm(request, speculation, await checked()),
    );
  }

  /**
   * Compares a speculation with the pointer that was read meanwhile. Its answer counts, or another version computes.
   */
  async #confirm(
    request: RoutedRequest,
    speculation: Attempt,
    checked: Resolution | NotServed,
  ): Promise<Attempt | Acquired> {
    const { events } = this.#options;
    if (checked.kind !== 'resolved' || !sameVersion(speculation.resolution, checked)) {
      if (checked.kind !== 'not by number') events.speculation('repeated');
      return this.#acquireResolved(request, checked);
    }
    events.speculation('confirmed');
    const { fallback } = speculation;
    if (fallback !== undefined) {
      this.#versions.retryIfDue(request.target.model, fallback.wanted, request.scope);
    }
    return { ...speculation, resolution: checked };
  }

  async #acquireResolved(request: RoutedRequest, resolution: Resolution | NotServed): Promise<Acquired> {
    if (resolution.kind === 'not by number') {
      return settleByNumber(this.#store, request.target.model, resolution);
    }
    return this.#handle(request, resolution, await this.#versions.attempt(request, resolution));
  }

  /**
   * Reads the pointer before a failure or a fallback version counts: a newer pointer may name another version, since
   * the one that cannot be found or loaded may have been pruned.
   */
  async #handle(
    request: RoutedRequest,
    resolution: Resolution | NotServed,
    attempt: Attempt | NotServed,
  ): Promise<Acquired> {
    const isAttempt = attempt.kind === 'attempt';
    const isInDoubt = !isAttempt || attempt.fallback !== undefined;
    if (isInDoubt && !request.isConfirmed) {
      request.isConfirmed = true;
      const { target } = request;
      const check = await this.#source.check(target.model, request);
      const checked = this.#resolveChecked(target, check, request);
      if (checked.kind === 'not by number' || !sameVersion(resolution, checked)) {
        if (isAttempt) attempt.servable.release();
        return this.#acquireResolved(request, checked);
      }
    }
    return isAttempt ? this.#handleOf(request, attempt, () => attempt) : attempt;
  }

  /**
   * @param confirm called after the computation: confirms the attempt, or acquires the version that computes instead
   */
  #handleOf(
    request: RoutedRequest,
    attempt: Attempt,
    confirm: () => Attempt | Promise<Attempt | Acquired>,
  ): ServableHandle {
    return {
      kind: 'acquired',
      servable: attempt.observed ?? attempt.servable,
      release: async () => {
        const broke = this.#giveBack(attempt);
        const confirmed = await confirm();
        if (confirmed.kind !== 'attempt') return confirmed;
        const settled = await this.#versions.settle(request, confirmed, broke);
        return settled.kind === 'counts' ? settled : this.#handle(request, confirmed.resolution, settled);
      },
      fail: async (error) => {
        const broke = this.#giveBack(attempt);
        const confirmed = await confirm();
        if (confirmed.kind !== 'attempt') return confirmed;
        const replacement = await this.#versions.replace(request, confirmed, error, broke);
        return this.#handle(request, confirmed.resolution, replacement);
      },
    };
  }

  /** Returns true if the version is no longer in memory: while a version is in use, only a broken runtime removes it. */
  #giveBack({ servable }: Attempt): boolean {
    const broke = !this.#manager.isReady(servable.model, servable.version);
    servable.release();
    return broke;
  }

  async describe(target: ServingTarget): Promise<DescribeOutcome> {
    const resolution = await this.#resolve(target);
    if (resolution.kind !== 'resolved') return resolution;
    return describeVersion(this.#manager, target.model, resolution);
  }

  async status(target: ServingTarget, scope: RequestScope): Promise<StatusOutcome> {
    const resolution = await this.#resolve(target);
    if (resolution.kind !== 'resolved') return resolution;
    const { version, fromPointer, pointer } = resolution;
    const { model, selector } = target;
    // Clients poll for AVAILABLE. Loading the requested version first makes the state true.
    const asked = selector.kind !== 'current';
    const acquired = await this.#manager.acquire({ model, version, fromPointer, asked }, scope);
    if (acquired.kind === 'acquired') acquired.servable.release();
    if (acquired.kind === 'missing' && !fromPointer) return { kind: 'unknown version', version };
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
    const pointer = this.#source.known(model);
    try {
      return (await listVersions(this.#store, model)).filter(
        (version) =>
          pointer?.retired.includes(version) !== true && isAnsweredByNumber(this.#byNumber, pointer, version),
      );
    } catch {
      return undefined;
    }
  }

  async alternatives(model: string, { kind }: NotServed): Promise<Alternatives> {
    const pointer = isName(model) ? this.#source.known(model) : undefined;
    switch (kind) {
      case 'unknown label':
        if (pointer !== undefined) return { what: 'label', names: Object.keys(pointer.labels).sort() };
        break;
      case 'unknown version':
        if (pointer !== undefined)
          return { what: 'version', names: versionsByNumber(this.#byNumber, pointer) };
        break;
      case 'unknown model':
        break;
      default:
        return { what: 'model', names: [] };
    }
    return { what: 'model', names: await this.#recentModels.names() };
  }

  /** An operator may prefer an error to an answer from a pointer that may be old. */
  #resolveChecked(target: ServingTarget, check: PointerCheck, split?: Split): Resolution | NotServed {
    if (check.kind === 'stale' && this.#options.onStalePointer === 'refuse') {
      return { kind: 'unavailable', reason: check.reason };
    }
    return resolve(target, check, this.#byNumber, split);
  }

  async #resolve(target: ServingTarget): Promise<Resolution | NotServed> {
    if (!isName(target.model)) return { kind: 'unknown model' };
    const pointer = this.#source.leased(target.model);
    const leased = pointer && resolve(target, { kind: 'fresh', pointer }, this.#byNumber);
    // A version that is refused under the lease may have been published since.
    if (leased?.kind === 'resolved') return leased;
    const checked = this.#resolveChecked(target, await this.#source.check(target.model));
    return checked.kind === 'not by number' ? settleByNumber(this.#store, target.model, checked) : checked;
  }
}
