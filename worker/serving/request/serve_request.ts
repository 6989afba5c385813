import type { Pointer, Trial } from '../../registry/pointer/pointer.ts';
import type { RequestScope, ServableView, ServingTarget } from '../api.ts';
import type { RequestTrial, Rollout } from '../rollout/rollout.ts';
import type { Resolution, Split } from './resolution.ts';

export type Compute<Answer> = (servable: ServableView) => Answer | Promise<Answer>;

/** A request on its way to an answer: what it is for, and its part in trials where a pointer has any. */
export class PendingRequest<Answer> implements Split {
  readonly target: ServingTarget;
  readonly compute: Compute<Answer>;
  readonly scope: RequestScope;
  /** Undefined where nothing is tried out, or the request names what is to answer. */
  readonly #rollout: Rollout | undefined;
  #trial: RequestTrial | undefined;

  constructor(
    target: ServingTarget,
    compute: Compute<Answer>,
    scope: RequestScope,
    rollout: Rollout | undefined,
  ) {
    this.target = target;
    this.compute = compute;
    this.scope = scope;
    this.#rollout = target.selector.kind === 'current' ? rollout : undefined;
  }

  /** The same request with another computation; what was drawn for it stays drawn. */
  with(compute: Compute<Answer>): PendingRequest<Answer> {
    const request = new PendingRequest(this.target, compute, this.scope, this.#rollout);
    request.#trial = this.#trial;
    return request;
  }

  /** Its part in trials, made when it is first asked for: most pointers have none. */
  get trial(): RequestTrial | undefined {
    this.#trial ??= this.#rollout?.begin(this.target.model, this.scope);
    return this.#trial;
  }

  canaryOf(pointer: Pointer): Trial | undefined {
    return pointer.canary === undefined ? undefined : this.trial?.canaryOf(pointer);
  }

  /** What a version is to compute. A stand-in's answer is nothing to compare a shadow with. */
  computation({ pointer }: Resolution, version: string): Compute<Answer> {
    if (pointer?.current !== version) return this.compute;
    const trial = pointer.shadow === undefined ? this.#trial : this.trial;
    return trial === undefined ? this.compute : trial.byCurrent(pointer, this.compute);
  }

  byCanary(): Compute<Answer> {
    return this.trial?.byCanary(this.compute) ?? this.compute;
  }

  /** The answer counts: what follows it may begin. */
  answered(pointer: Pointer | undefined): void {
    const trial = pointer !== undefined && hasCandidates(pointer) ? this.trial : this.#trial;
    trial?.answered(pointer);
  }
}

function hasCandidates({ next, canary, shadow }: Pointer): boolean {
  return next !== undefined || canary !== undefined || shadow !== undefined;
}
