import type { LeftOut, ModelContent } from '../../model/content.ts';
import type { ImageInput } from '../../model/image_input.ts';
import type { Signature } from '../../model/signature.ts';
import type { NamedTensors } from '../../model/tensor.ts';
import type { Manifest } from '../../registry/version/manifest.ts';
import { allowHeapGrowth } from '../../runtime/backend/backend.ts';
import { BrokenRuntimeError } from '../../runtime/backend/execution.ts';
import {
  ExecutionError,
  type LoadedModel,
  OutOfMemoryError,
  type Pause,
  type PlanState,
} from '../../runtime/loaded_model.ts';
import type { ProvenPlan } from '../../runtime/plan/prepared/proven_plan.ts';
import type { ValueOrPromise } from '../../runtime/value_or_promise.ts';
import type { ExecutionResult, ServableView } from '../api.ts';
import { SignatureNames } from './signature_names.ts';
import { rangeFault } from './value_ranges.ts';

/** A loaded version, ready to compute. It is freed only when it is not in use. */
export class Servable implements ServableView {
  readonly model: string;
  readonly version: string;
  readonly signatures: Readonly<Record<string, Signature>>;
  readonly leftOut: LeftOut | undefined;
  readonly image: ImageInput | undefined;
  readonly format: ModelContent['format'];
  readonly #loaded: LoadedModel;
  /** Why the guessed request of its warmup failed, if it did. */
  cold: string | undefined;
  readonly #names = new Map<Signature, SignatureNames>();
  #users = 0;

  constructor(manifest: Manifest, loaded: LoadedModel) {
    this.model = manifest.model;
    this.version = manifest.version;
    this.signatures = manifest.content.signatures;
    this.leftOut = manifest.content.leftOut;
    this.image = manifest.content.image;
    this.format = manifest.content.format;
    this.#loaded = loaded;
  }

  get inUse(): boolean {
    return this.#users > 0;
  }

  /** Begins a use. The servable is not freed before the matching `release`. */
  acquire(): void {
    this.#users++;
  }

  /** Ends a use. */
  release(): void {
    this.#users--;
  }

  /** @param pause called between the parts of a computation that no request waits for */
  execute(
    signature: Signature,
    inputs: NamedTensors,
    heapGrowthBytes?: number,
    pause?: Pause,
  ): ValueOrPromise<ExecutionResult> {
    const names = this.#namesOf(signature);
    const fault = rangeFault(names.ranges, inputs);
    if (fault !== undefined) return { kind: 'failed', reason: fault };
    const lift = heapGrowthBytes === undefined ? undefined : allowHeapGrowth(heapGrowthBytes);
    let isPending = false;
    try {
      const computed = this.#loaded.execute(names.graphInputs(inputs), names.graphOutputs, pause);
      if (!(computed instanceof Promise)) return names.resultOf(computed);
      isPending = true;
      const result = computed.then((values) => names.resultOf(values)).catch(failed);
      return lift === undefined ? result : result.finally(lift);
    } catch (error) {
      return failed(error);
    } finally {
      if (!isPending) lift?.();
    }
  }

  /**
   * Does for the first request of this shape what it need not do itself.
   *
   * @returns undefined if these inputs need not be computed for that
   */
  async prepare(
    signature: Signature,
    inputs: NamedTensors,
    pause?: Pause,
  ): Promise<ExecutionResult | undefined> {
    const names = this.#namesOf(signature);
    const fault = rangeFault(names.ranges, inputs);
    if (fault !== undefined) return { kind: 'failed', reason: fault };
    try {
      const computed = await this.#loaded.prepare(names.graphInputs(inputs), names.graphOutputs, pause);
      return computed && names.resultOf(computed);
    } catch (error) {
      return failed(error);
    }
  }

  #namesOf(signature: Signature): SignatureNames {
    const known = this.#names.get(signature);
    if (known !== undefined) return known;
    const names = new SignatureNames(signature);
    this.#names.set(signature, names);
    return names;
  }

  planState(): PlanState {
    return this.#loaded.planState();
  }

  planProofs(): readonly ProvenPlan[] {
    return this.#loaded.planProofs();
  }

  dispose(): void {
    if (this.inUse) throw new Error(`${this.model} ${this.version} is in use`);
    this.#loaded.dispose();
  }
}

function failed(error: unknown): ExecutionResult {
  if (!(error instanceof ExecutionError)) throw error;
  return {
    kind: 'failed',
    reason: error.message,
    isFatal: error instanceof BrokenRuntimeError || error instanceof OutOfMemoryError,
  };
}
