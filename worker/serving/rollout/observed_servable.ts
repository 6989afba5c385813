import type { Signature } from '../../model/signature.ts';
import type { NamedTensors } from '../../model/tensor.ts';
import { andThen, type ValueOrPromise } from '../../runtime/value_or_promise.ts';
import type { ExecutionResult } from '../api.ts';
import { WrappedServable } from '../servables/wrapped_servable.ts';

/** The arguments and the result of a servable's execution. The tensors are not modified any more. */
export interface Execution {
  readonly signature: string;
  readonly inputs: NamedTensors;
  readonly result: ExecutionResult;
}

/** A servable that records its last execution. */
export class ObservedServable extends WrappedServable {
  /** Undefined if a computation ended or was refused without an execution. */
  execution: Execution | undefined;

  override execute(
    signature: Signature,
    inputs: NamedTensors,
    heapGrowthBytes?: number,
  ): ValueOrPromise<ExecutionResult> {
    const name = Object.keys(this.signatures).find((key) => this.signatures[key] === signature) ?? '';
    const note = (result: ExecutionResult): ExecutionResult => {
      this.execution = { signature: name, inputs, result };
      return result;
    };
    return andThen(this.servable.execute(signature, inputs, heapGrowthBytes), note);
  }
}

/** Returns why an execution's outputs must not be used, or undefined if they are valid. */
export function faultOf(execution: Execution | undefined): string | undefined {
  if (execution === undefined) return 'it refused the request';
  const { result } = execution;
  if (result.kind === 'failed') return `it could not compute the inputs: ${result.reason}`;
  for (const [name, { dtype, values }] of result.outputs) {
    if (dtype === 'float32' && !values.every(Number.isFinite)) {
      return `its output ${name} has numbers that are not finite`;
    }
  }
  return undefined;
}
