import type { Signature } from '../../model/signature.ts';
import type { NamedTensors, TensorValue } from '../../model/tensor.ts';
import type { ExecutionResult } from '../api.ts';
import { type InputRange, inputRanges } from './value_ranges.ts';

/**
 * Maps a signature's public names to the graph's names. The mapping is computed once, and with it what inputs take. Most signatures use the graph's
 * own names, and their tensors are then passed on unchanged.
 */
export class SignatureNames {
  /** The outputs' names in the graph, in the signature's order. */
  readonly graphOutputs: readonly string[];
  /** The inputs that do not take all values. */
  readonly ranges: readonly InputRange[];
  readonly #publicOutputs: readonly string[];
  readonly #graphInputs: ReadonlyMap<string, string>;
  readonly #renamesInputs: boolean;
  readonly #renamesOutputs: boolean;

  constructor(signature: Signature) {
    const { inputs, outputs } = signature;
    this.ranges = inputRanges(signature);
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

  /** Returns a model's outputs under public names. */
  resultOf(values: NamedTensors): ExecutionResult {
    if (!this.#renamesOutputs && values.size === this.graphOutputs.length && this.#hasAll(values)) {
      return { kind: 'computed', outputs: values };
    }
    const outputs = new Map<string, TensorValue>();
    for (const [index, alias] of this.#publicOutputs.entries()) {
      const value = values.get(this.graphOutputs[index] ?? '');
      if (value === undefined) return { kind: 'failed', reason: `the model returned no output ${alias}` };
      outputs.set(alias, value);
    }
    return { kind: 'computed', outputs };
  }

  #hasAll(values: NamedTensors): boolean {
    for (const name of this.graphOutputs) if (!values.has(name)) return false;
    return true;
  }
}
