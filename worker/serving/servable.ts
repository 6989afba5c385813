import type { Manifest, ModelContent } from '../registry/manifest.ts';
import type { Signature } from '../registry/signature.ts';
import { ExecutionError, type LoadedModel, type PlanState } from '../runtime/loaded_model.ts';
import type { NamedTensors, TensorValue } from '../runtime/tensor.ts';
import type { ExecutionResult, ServableView } from './serving.ts';

/** A loaded version, ready to compute. It is freed only when nobody uses it any more. */
export class Servable implements ServableView {
  readonly model: string;
  readonly version: string;
  readonly signatures: Readonly<Record<string, Signature>>;
  readonly format: ModelContent['format'];
  readonly #loaded: LoadedModel;
  #users = 0;

  constructor(manifest: Manifest, loaded: LoadedModel) {
    this.model = manifest.model;
    this.version = manifest.version;
    this.signatures = manifest.content.signatures;
    this.format = manifest.content.format;
    this.#loaded = loaded;
  }

  get inUse(): boolean {
    return this.#users > 0;
  }

  /** Uses the servable for one computation; it is not freed before that is done. */
  async use<Answer>(computation: (servable: ServableView) => Answer | Promise<Answer>): Promise<Answer> {
    this.#users++;
    try {
      return await computation(this);
    } finally {
      this.#users--;
    }
  }

  execute(signature: Signature, inputs: NamedTensors): ExecutionResult | Promise<ExecutionResult> {
    const graphInputs = new Map<string, TensorValue>();
    for (const [name, value] of inputs) graphInputs.set(signature.inputs[name]?.name ?? name, value);
    const outputs = Object.entries(signature.outputs);
    try {
      const computed = this.#loaded.execute(
        graphInputs,
        outputs.map(([, { name }]) => name),
      );
      return computed instanceof Promise
        ? computed.then((values) => publicOutputs(outputs, values)).catch(failed)
        : publicOutputs(outputs, computed);
    } catch (error) {
      return failed(error);
    }
  }

  planState(): PlanState {
    return this.#loaded.planState();
  }

  dispose(): void {
    if (this.inUse) throw new Error(`${this.model} ${this.version} is in use`);
    this.#loaded.dispose();
  }
}

function publicOutputs(
  outputs: readonly (readonly [string, { readonly name: string }])[],
  values: NamedTensors,
): ExecutionResult {
  const named = new Map<string, TensorValue>();
  for (const [alias, { name }] of outputs) {
    const value = values.get(name);
    if (value === undefined) return { kind: 'failed', reason: `the model gave no output ${alias}` };
    named.set(alias, value);
  }
  return { kind: 'computed', outputs: named };
}

function failed(error: unknown): ExecutionResult {
  if (error instanceof ExecutionError) return { kind: 'failed', reason: error.message };
  throw error;
}
