import type { Pointer, Trial } from '../../registry/pointer/pointer.ts';
import type { RequestScope, ServingTarget } from '../api.ts';
import type { CanaryClient } from '../rollout/canary_watch.ts';
import type { Execution } from '../rollout/observed_servable.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { routingFraction } from '../rollout/routing.ts';
import type { Split } from './resolution.ts';

/**
 * A request with its place in the rollouts of its model. Whether it belongs to the canary's share and to the shadow's is
 * drawn once, so that a repeated computation is routed as the first one was, under the same pointer.
 */
export class RoutedRequest implements Split {
  readonly target: ServingTarget;
  readonly scope: RequestScope;
  /** The generation that the client has seen: it is answered by no older one. */
  readonly minimumGeneration: number | undefined;
  /** True once the pointer was read after the request began: what it says then is final. */
  isConfirmed = false;
  /** Undefined where nothing is rolled out, or the request names what is to answer. */
  readonly #rollout: Rollout | undefined;
  #fraction: number | undefined;
  #sample: number | undefined;

  constructor(target: ServingTarget, scope: RequestScope, rollout: Rollout | undefined) {
    this.target = target;
    this.scope = scope;
    this.minimumGeneration = scope.minimumGeneration;
    this.#rollout = target.selector.kind === 'current' ? rollout : undefined;
  }

  /** The canary, if this request belongs to its share. */
  canaryOf({ canary }: Pointer): Trial | undefined {
    const rollout = this.#rollout;
    if (rollout === undefined || canary === undefined) return undefined;
    if (rollout.watch.isAborted(this.target.model, canary)) return undefined;
    this.#fraction ??= this.#draw(rollout);
    return this.#fraction * 100 < canary.percent ? canary : undefined;
  }

  /** Without a key the draw is by chance. */
  #draw(rollout: Rollout): number {
    const key = this.scope.routingKey?.();
    return key === undefined ? rollout.random() : routingFraction(this.target.model, key);
  }

  /** The shadow, if it is to repeat what the current version computes for this request. */
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

  /** @param broke whether it took the whole runtime along */
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

  /** The answer counts: candidates may be loaded, and the shadow may repeat what was executed. */
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
