import type { Pointer, Trial } from '../../registry/pointer/pointer.ts';
import { describeError } from '../../registry/storage/describe_error.ts';
import type { RequestScope, ServableView } from '../api.ts';
import type { Split } from '../request/resolution.ts';
import type { ServableManager } from '../servables/servable_manager.ts';
import { type CanaryAbort, type CanaryClient, type CanaryLimits, CanaryWatch } from './canary_watch.ts';
import { CandidateLoader } from './candidate_loader.ts';
import { type Execution, faultOf, ObservedServable } from './observed_servable.ts';
import { routingFraction } from './routing.ts';
import { type ShadowEvents, ShadowRunner } from './shadow_runner.ts';

/** What happens to versions on trial, for metrics and the log. */
export interface RolloutEvents extends ShadowEvents {
  /** `failed`: the current version had to answer in its place, and could. */
  canary(model: string, version: string, outcome: 'answered' | 'failed'): void;
  canaryAborted(model: string, abort: CanaryAbort): void;
}

export interface RolloutOptions {
  readonly canary: CanaryLimits;
  readonly now: () => number;
  /** From 0 to 1, for what is not sticky. */
  readonly random: () => number;
  readonly afterAnswer: () => Promise<unknown>;
  readonly events: RolloutEvents;
}

type Compute<Answer> = (servable: ServableView) => Answer | Promise<Answer>;

/** The answer of a canary that is not to be given. */
export class CanaryFailure extends Error {
  /** It took the whole runtime along. */
  readonly broke: boolean;

  constructor(reason: string, broke: boolean) {
    super(reason);
    this.broke = broke;
  }
}

/** Everything of one isolate that has to do with versions which are not current yet. */
export class Rollout {
  readonly candidates: CandidateLoader;
  readonly shadows: ShadowRunner;
  readonly watch: CanaryWatch;
  readonly events: RolloutEvents;
  readonly random: () => number;
  readonly #manager: ServableManager;

  constructor(manager: ServableManager, options: RolloutOptions) {
    const { now, events } = options;
    this.#manager = manager;
    this.events = events;
    this.random = options.random;
    this.candidates = new CandidateLoader(manager, now, options.afterAnswer);
    this.shadows = new ShadowRunner(manager, { now, afterAnswer: options.afterAnswer, events });
    this.watch = new CanaryWatch(options.canary, (model, abort) => events.canaryAborted(model, abort));
  }

  /** What one request for whichever version is current has to do with them. */
  begin(model: string, scope: RequestScope): RequestTrial {
    return new RequestTrial(this, model, scope);
  }

  /** Whether a version that has just executed is still there; in use, only a broken runtime takes it. */
  survived(model: string, version: string): boolean {
    return this.#manager.isReady(model, version);
  }
}

/**
 * One request's part in trials. What is drawn is drawn once, so that speculating, checking and computing again
 * come to the same under the same pointer.
 */
export class RequestTrial implements Split {
  readonly #rollout: Rollout;
  readonly #model: string;
  readonly #scope: RequestScope;
  #fraction: number | undefined;
  #sample: number | undefined;
  #toShadow: { readonly shadow: Trial; readonly live: Execution } | undefined;

  constructor(rollout: Rollout, model: string, scope: RequestScope) {
    this.#rollout = rollout;
    this.#model = model;
    this.#scope = scope;
  }

  canaryOf({ canary }: Pointer): Trial | undefined {
    if (canary === undefined || this.#rollout.watch.isAborted(this.#model, canary)) return undefined;
    this.#fraction ??= this.#draw();
    return this.#fraction * 100 < canary.percent ? canary : undefined;
  }

  /** Without a key the draw is by chance. */
  #draw(): number {
    const key = this.#scope.routingKey?.();
    return key === undefined ? this.#rollout.random() : routingFraction(this.#model, key);
  }

  /**
   * A computation by the canary: what it throws, refuses, or answers with numbers that are not finite, ends in a
   * CanaryFailure.
   */
  byCanary<Answer>(compute: Compute<Answer>): Compute<Answer> {
    return async (servable) => {
      const observed = new ObservedServable(servable);
      const broke = () => !this.#rollout.survived(servable.model, servable.version);
      let answer: Answer;
      try {
        answer = await compute(observed);
      } catch (error) {
        throw new CanaryFailure(describeError(error), broke());
      }
      const fault = faultOf(observed.execution);
      if (fault !== undefined) throw new CanaryFailure(fault, broke());
      return answer;
    };
  }

  /**
   * A computation by the current version in place of a canary that failed. The failure counts as the canary's
   * only if this one is sound: where both fail, the request is at fault, also where it broke the runtime.
   */
  inPlaceOf<Answer>(canary: Trial, failure: CanaryFailure, compute: Compute<Answer>): Compute<Answer> {
    return async (servable) => {
      const observed = new ObservedServable(servable);
      const answer = await compute(observed);
      if (faultOf(observed.execution) === undefined) this.#failed(canary, failure);
      return answer;
    };
  }

  #failed(canary: Trial, { message, broke }: CanaryFailure): void {
    const { events, watch } = this.#rollout;
    events.canary(this.#model, canary.version, 'failed');
    watch.failed(this.#model, canary, this.#client(), message, broke);
  }

  answeredByCanary(canary: Trial): void {
    const { events, watch } = this.#rollout;
    events.canary(this.#model, canary.version, 'answered');
    watch.answered(this.#model, canary, this.#client());
  }

  #client(): CanaryClient {
    const routingKey = this.#scope.routingKey?.();
    return {
      network: this.#scope.network?.() ?? '',
      key: routingKey === undefined ? undefined : routingFraction(this.#model, routingKey),
    };
  }

  /** A computation by the current version, remembered where the shadow is to repeat it. */
  byCurrent<Answer>(pointer: Pointer | undefined, compute: Compute<Answer>): Compute<Answer> {
    this.#toShadow = undefined;
    const shadow = pointer?.shadow;
    if (shadow === undefined || this.#rollout.shadows.isStopped(this.#model, shadow)) return compute;
    this.#sample ??= this.#rollout.random();
    if (this.#sample * 100 >= shadow.percent) return compute;
    return async (servable) => {
      const observed = new ObservedServable(servable);
      const answer = await compute(observed);
      const { execution } = observed;
      if (execution !== undefined) this.#toShadow = { shadow, live: execution };
      return answer;
    };
  }

  /** The answer counts: what follows it may begin. */
  answered(pointer: Pointer | undefined): void {
    if (pointer !== undefined) this.#rollout.candidates.load(this.#model, pointer, this.#scope);
    if (this.#toShadow === undefined) return;
    const { shadow, live } = this.#toShadow;
    this.#toShadow = undefined;
    this.#rollout.shadows.run(this.#model, shadow, live, this.#scope);
  }
}
