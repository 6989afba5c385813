import type { Signature } from '../../model/signature.ts';
import type { NamedTensors, TensorValue } from '../../model/tensor.ts';
import type { ExecutionResult } from '../api.ts';

/**
 * What a signature's tensors are called in public and in the graph. Found out once: most signatures give them the
 * graph's own names, and their tensors are then passed on as they are.
 */
export class SignatureNames {
  /** The outputs' names in the graph, in the signature's order. */
  readonly graphOutputs: readonly string[];
  readonly #publicOutputs: readonly string[];
  readonly #graphInputs: ReadonlyMap<string, string>;
  readonly #renamesInputs: boolean;
  readonly #renamesOutputs: boolean;

  constructor({ inputs, outputs }: Signature) {
    this.#graphInputs = new Map(Object.entries(inputs).map(([alias, { name }]) => [alias, name]));
    this.#publicOutputs = Object.keys(outputs);
    this.graphOutputs = Object.values(outputs).map(({ name }) => name);
    this.#renamesInputs = [...this.#graphInputs].some(([alias, name]) => alias !== name);
    this.#renamesOutputs = this.#publicOutputs.some((alias, index) => alias !== this.graphOutputs[index]);
  }

  graphInputs(inputs: NamedTensors): NamedTensors {
    if (!this.#renamesInputs) return inputs;
    const renamed = new Map<string, TensorValue>();
    for (const [alias, value] of inputs) renamed.set(this.#graphInputs.get(alias) ?? alias, value);
    return renamed;
  }

  /** What a model computed, under public names. */
  resultOf(values: NamedTensors): ExecutionResult {
    if (!this.#renamesOutputs && values.size === this.graphOutputs.length && this.#hasAll(values)) {
      return { kind: 'computed', outputs: values };
    }
    const outputs = new Map<string, TensorValue>();
    for (const [index, alias] of this.#publicOutputs.entries()) {
      const value = values.get(this.graphOutputs[index] ?? '');
      if (value === undefined) return { kind: 'failed', reason: `the model gave no output ${alias}` };
      outputs.set(alias, value);
    }
    return { kind: 'computed', outputs };
  }

  #hasAll(values: NamedTensors): boolean {
    for (const name of this.graphOutputs) if (!values.has(name)) return false;
    return true;
  }
}
