import type { Signature } from '../../model/signature.ts';
import type { NamedTensors } from '../../model/tensor.ts';
import type { ExecutionResult, ServableView } from '../api.ts';

/** What a computation had a servable execute, and what came of it. The tensors are not written to any more. */
export interface Execution {
  readonly signature: string;
  readonly inputs: NamedTensors;
  readonly result: ExecutionResult;
}

/** A servable that remembers what it executed last. */
export class ObservedServable implements ServableView {
  readonly model: string;
  readonly version: string;
  readonly signatures: Readonly<Record<string, Signature>>;
  readonly #servable: ServableView;
  /** Undefined where a computation came to its end, or to a refusal, without executing anything. */
  execution: Execution | undefined;

  constructor(servable: ServableView) {
    this.model = servable.model;
    this.version = servable.version;
    this.signatures = servable.signatures;
    this.#servable = servable;
  }

  execute(
    signature: Signature,
    inputs: NamedTensors,
    heapGrowthBytes?: number,
  ): ExecutionResult | Promise<ExecutionResult> {
    const name = Object.keys(this.signatures).find((key) => this.signatures[key] === signature) ?? '';
    const note = (result: ExecutionResult): ExecutionResult => {
      this.execution = { signature: name, inputs, result };
      return result;
    };
    const result = this.#servable.execute(signature, inputs, heapGrowthBytes);
    return result instanceof Promise ? result.then(note) : note(result);
  }
}

/** Why an execution's outputs are not to be answered with; undefined where they are sound. */
export function faultOf(execution: Execution | undefined): string | undefined {
  if (execution === undefined) return 'it refused the request';
  const { result } = execution;
  if (result.kind === 'failed') return `it could not compute the inputs: ${result.reason}`;
  for (const [name, { dtype, values }] of result.outputs) {
    if (dtype === 'float32' && !values.every(Number.isFinite)) {
      return `its output ${name} holds numbers that are not finite`;
    }
  }
  return undefined;
}
