import type { ServableManager } from '../servables/servable_manager.ts';
import { type CanaryAbort, type CanaryLimits, CanaryWatch } from './canary_watch.ts';
import { CandidateLoader } from './candidate_loader.ts';
import { type ShadowEvents, ShadowRunner } from './shadow_runner.ts';

/** Events of canaries and shadows, for metrics and log. */
export interface RolloutEvents extends ShadowEvents {
  /** `failed`: the current version had to answer instead, and succeeded. */
  canary(model: string, version: string, outcome: 'answered' | 'failed'): void;
  canaryAborted(model: string, abort: CanaryAbort): void;
}

export interface RolloutOptions {
  readonly canary: CanaryLimits;
  readonly now: () => number;
  /** Returns a number from 0 to 1, for requests without a routing key. */
  readonly random: () => number;
  readonly afterAnswer: () => Promise<unknown>;
  readonly events: RolloutEvents;
}

/** The rollout state of one isolate: candidates, canaries and shadows. */
export class Rollout {
  readonly candidates: CandidateLoader;
  readonly shadows: ShadowRunner;
  readonly watch: CanaryWatch;
  readonly events: RolloutEvents;
  readonly random: () => number;

  constructor(manager: ServableManager, options: RolloutOptions) {
    const { now, events } = options;
    this.events = events;
    this.random = options.random;
    this.candidates = new CandidateLoader(manager, now, options.afterAnswer);
    this.shadows = new ShadowRunner(manager, { now, afterAnswer: options.afterAnswer, events });
    this.watch = new CanaryWatch(options.canary, (model, abort) => events.canaryAborted(model, abort));
  }
}
