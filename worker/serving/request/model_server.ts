import { isName } from '../../model/names.ts';
import type { Pointer } from '../../registry/pointer/pointer.ts';
import type { ObjectStore } from '../../registry/storage/object_store.ts';
import { listModels, listVersions } from '../../registry/version/version_store.ts';
import type {
  DescribeOutcome,
  NotServed,
  RequestScope,
  ServeOutcome,
  Serving,
  ServingTarget,
  StatusOutcome,
} from '../api.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { ServableManager } from '../servables/servable_manager.ts';
import { describeVersion, versionStates } from './describe_version.ts';
import type { PointerSource } from './pointer_source.ts';
import { answeredBy, type Resolution, resolve, sameVersion } from './resolution.ts';
import { type Compute, PendingRequest } from './serve_request.ts';
import { ResolvedServing, type ServingEvents } from './version_server.ts';
import { isAnsweredByNumber, settleByNumber, type VersionsByNumber } from './versions_by_number.ts';

export interface ModelServerOptions {
  readonly onLoadFailure: 'previous' | 'error';
  readonly events: ServingEvents;
  /** Which versions clients may ask for by number; any, where this is left out. */
  readonly versionsByNumber?: VersionsByNumber;
  /** Where versions are staged and tried out; without it nothing is. */
  readonly rollout?: Rollout;
}

/** One isolate's serving: every request resolves its version once and is computed wholly by it. */
export class ModelServer implements Serving {
  readonly #store: ObjectStore;
  readonly #source: PointerSource;
  readonly #manager: ServableManager;
  readonly #options: ModelServerOptions;
  readonly #byNumber: VersionsByNumber;
  readonly #resolved: ResolvedServing;

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
    this.#resolved = new ResolvedServing(manager, options.onLoadFailure, options.events, this.#byNumber);
  }

  serve<Answer>(
    target: ServingTarget,
    compute: Compute<Answer>,
    scope: RequestScope,
  ): ServeOutcome<Answer> | Promise<ServeOutcome<Answer>> {
    if (!isName(target.model)) return { kind: 'unknown model' };
    const request = new PendingRequest(target, compute, scope, this.#options.rollout);
    const fresh = this.#source.fresh(target.model);
    return fresh === undefined ? this.#serveChecked(request) : this.#serveFresh(request, fresh);
  }

  /** Serves by a pointer that need not be checked; at once, where nothing has to be waited for. */
  #serveFresh<Answer>(
    request: PendingRequest<Answer>,
    pointer: Pointer,
  ): ServeOutcome<Answer> | Promise<ServeOutcome<Answer>> {
    const resolution = resolve(request.target, { kind: 'current', pointer }, this.#byNumber, request);
    const outcome = this.#resolved.serve(request, resolution);
    return outcome instanceof Promise || isInDoubt(outcome)
      ? this.#serveInDoubt(request, resolution, outcome)
      : outcome;
  }

  /** What cannot be found or loaded may have been pruned since: before that counts, the pointer is asked. */
  async #serveInDoubt<Answer>(
    request: PendingRequest<Answer>,
    resolution: Resolution | NotServed,
    answering: ServeOutcome<Answer> | Promise<ServeOutcome<Answer>>,
  ): Promise<ServeOutcome<Answer>> {
    const outcome = await answering;
    if (!isInDoubt(outcome)) return outcome;
    const { target } = request;
    const checked = resolve(target, await this.#source.check(target.model), this.#byNumber, request);
    if (checked.kind === 'not by number') return settleByNumber(this.#store, target.model, checked);
    return sameVersion(resolution, checked) ? outcome : this.#resolved.serve(request, checked);
  }

  /**
   * The check is I/O and the computation is not: while the one is on its way, the other is done with the version
   * in hand. Its answer counts only if the check confirms that version.
   */
  async #serveChecked<Answer>(request: PendingRequest<Answer>): Promise<ServeOutcome<Answer>> {
    const { target, scope } = request;
    const { events } = this.#options;
    const { phases } = scope;
    const began = phases?.now() ?? 0;
    const checking = this.#source.check(target.model);
    const known = this.#source.known(target.model);
    const speculation = known && this.#resolved.speculate(request, known);
    const resolution = resolve(target, await checking, this.#byNumber, request);
    phases?.end('pointer', began);
    if (resolution.kind === 'not by number') return settleByNumber(this.#store, target.model, resolution);
    if (speculation === undefined) return this.#resolved.serve(request, resolution);
    if (resolution.kind !== 'resolved' || !sameVersion(resolution, speculation.resolution)) {
      events.speculation('repeated');
      return this.#resolved.serve(request, resolution);
    }
    events.speculation('confirmed');
    return this.#resolved.confirmed(request, resolution, speculation);
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
    const used = await this.#manager.use(
      { model, version, named, asked: selector.kind !== 'current' },
      () => undefined,
      scope,
    );
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

  async #resolve(target: ServingTarget): Promise<Resolution | NotServed> {
    if (!isName(target.model)) return { kind: 'unknown model' };
    const pointer = this.#source.fresh(target.model);
    const fresh = pointer && resolve(target, { kind: 'current', pointer }, this.#byNumber);
    // What is refused may have come since.
    if (fresh?.kind === 'resolved') return fresh;
    const checked = resolve(target, await this.#source.check(target.model), this.#byNumber);
    return checked.kind === 'not by number' ? settleByNumber(this.#store, target.model, checked) : checked;
  }
}

function isInDoubt<Answer>(outcome: ServeOutcome<Answer>): boolean {
  return outcome.kind !== 'served' || outcome.by.fallback !== undefined;
}
