import type { Signature } from '../../model/signature.ts';
import type { NamedTensors } from '../../model/tensor.ts';
import { andThen, type ValueOrPromise } from '../../runtime/value_or_promise.ts';
import type { ExecutionResult, ServableView } from '../../serving/api.ts';
import type { Phases } from '../../serving/request/phases.ts';
import { WrappedServable } from '../../serving/servables/wrapped_servable.ts';

/** A servable whose executions are measured. What follows an execution is the encoding of its outputs. */
class MeasuredServable extends WrappedServable {
  readonly #phases: Phases;
  #encoding: number | undefined;

  constructor(servable: ServableView, phases: Phases) {
    super(servable);
    this.#phases = phases;
  }

  override execute(
    signature: Signature,
    inputs: NamedTensors,
    heapGrowthBytes?: number,
  ): ValueOrPromise<ExecutionResult> {
    const phases = this.#phases;
    const began = phases.begin('compute');
    return andThen(this.servable.execute(signature, inputs, heapGrowthBytes), (result) => {
      phases.end('compute', began);
      this.#encoding = phases.begin('encode');
      return result;
    });
  }

  encoded(): void {
    if (this.#encoding !== undefined) this.#phases.end('encode', this.#encoding);
  }
}

/** Returns a computation that also measures how long it executes and encodes. */
export function measured<Computed>(
  compute: (servable: ServableView) => ValueOrPromise<Computed>,
  phases: Phases,
): (servable: ServableView) => ValueOrPromise<Computed> {
  return (servable) => {
    const view = new MeasuredServable(servable, phases);
    return andThen(compute(view), (computed) => {
      view.encoded();
      return computed;
    });
  };
}
