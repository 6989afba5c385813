import type { LeftOut } from '../../model/content.ts';
import type { ImageInput } from '../../model/image_input.ts';
import type { Signature } from '../../model/signature.ts';
import type { NamedTensors } from '../../model/tensor.ts';
import { andThen, type ValueOrPromise } from '../../runtime/value_or_promise.ts';
import type { ExecutionResult, ServableView } from '../api.ts';

/** The arguments and the result of a servable's execution. The tensors are not modified any more. */
export interface Execution {
  readonly signature: string;
  readonly inputs: NamedTensors;
  readonly result: ExecutionResult;
}

/** A servable that records its last execution. */
export class ObservedServable implements ServableView {
  readonly model: string;
  readonly version: string;
  readonly signatures: Readonly<Record<string, Signature>>;
  readonly leftOut: LeftOut | undefined;
  readonly image: ImageInput | undefined;
  readonly #servable: ServableView;
  /** Undefined if a computation ended or was refused without an execution. */
  execution: Execution | undefined;

  constructor(servable: ServableView) {
    this.model = servable.model;
    this.version = servable.version;
    this.signatures = servable.signatures;
    this.leftOut = servable.leftOut;
    this.image = servable.image;
    this.#servable = servable;
  }

  execute(
    signature: Signature,
    inputs: NamedTensors,
    heapGrowthBytes?: number,
  ): ValueOrPromise<ExecutionResult> {
    const name = Object.keys(this.signatures).find((key) => this.signatures[key] === signature) ?? '';
    const note = (result: ExecutionResult): ExecutionResult => {
      this.execution = { signature: name, inputs, result };
      return result;
    };
    return andThen(this.#servable.execute(signature, inputs, heapGrowthBytes), note);
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
