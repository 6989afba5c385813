import type { Pointer, Trial } from '../../registry/pointer/pointer.ts';
import type { RequestScope, ServingTarget } from '../api.ts';
import type { CanaryClient } from '../rollout/canary_watch.ts';
import type { Execution } from '../rollout/observed_servable.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { routingFraction } from '../rollout/routing_fraction.ts';
import type { Split } from './resolution.ts';

/**
 * A request with its place in the canary's and the shadow's shares. Each place is drawn once, so that under the same
 * pointer a repeated computation is routed as the first one.
 */
export class RoutedRequest implements Split {
  readonly target: ServingTarget;
  readonly scope: RequestScope;
  /** The generation that the client has seen. No older one may answer. */
  readonly minimumGeneration: number | undefined;
  /** True once the pointer was read after the request began. That read is final. */
  isConfirmed = false;
  /** Undefined without a rollout, or if the request names a version or a label. */
  readonly #rollout: Rollout | undefined;
  #fraction: number | undefined;
  #sample: number | undefined;

  constructor(target: ServingTarget, scope: RequestScope, rollout: Rollout | undefined) {
    this.target = target;
    this.scope = scope;
    this.minimumGeneration = scope.minimumGeneration;
    this.#rollout = target.selector.kind === 'current' ? rollout : undefined;
  }

  /** Returns the canary if this request belongs to its share. */
  canaryOf({ canary }: Pointer): Trial | undefined {
    const rollout = this.#rollout;
    if (rollout === undefined || canary === undefined) return undefined;
    if (rollout.watch.isAborted(this.target.model, canary)) return undefined;
    this.#fraction ??= this.#draw(rollout);
    return this.#fraction * 100 < canary.percent ? canary : undefined;
  }

  /** Returns the request's position from 0 to 1: by its routing key, or at random without one. */
  #draw(rollout: Rollout): number {
    const key = this.scope.routingKey?.();
    return key === undefined ? rollout.random() : routingFraction(this.target.model, key);
  }

  /** Returns the shadow if it must repeat this request's computation. */
  shadowOf({ shadow }: Pointer): Trial | undefined {
    const rollout = this.#rollout;
    if (rollout === undefined || shadow === undefined) return undefined;
    if (rollout.shadows.isStopped(this.target.model, shadow)) return undefined;
    this.#sample ??= rollout.random();
    return this.#sample * 100 < shadow.percent ? shadow : undefined;
  }

  canaryAnswered(canary: Trial): void {
    const { model } = this.target;
    this.#rollout?.events.canary(model, canary.version, 'answered');
    this.#rollout?.watch.answered(model, canary, this.#client());
  }

  /** @param broke true if the failure broke the whole runtime */
  canaryFailed(canary: Trial, reason: string, broke: boolean): void {
    const { model } = this.target;
    this.#rollout?.events.canary(model, canary.version, 'failed');
    this.#rollout?.watch.failed(model, canary, this.#client(), reason, broke);
  }

  #client(): CanaryClient {
    const key = this.scope.routingKey?.();
    return {
      network: this.scope.network?.() ?? '',
      key: key === undefined ? undefined : routingFraction(this.target.model, key),
    };
  }

  /** Called when the answer counts: starts loading candidates, and lets the shadow repeat the execution. */
  answered(pointer: Pointer | undefined, shadow: Trial | undefined, live: Execution | undefined): void {
    const rollout = this.#rollout;
    if (rollout === undefined || pointer === undefined || !hasCandidates(pointer)) return;
    rollout.candidates.load(this.target.model, pointer, this.scope);
    if (shadow !== undefined && live !== undefined) {
      rollout.shadows.run(this.target.model, shadow, live, this.scope);
    }
  }
}

function hasCandidates({ next, canary, shadow }: Pointer): boolean {
  return next !== undefined || canary !== undefined || shadow !== undefined;
}
