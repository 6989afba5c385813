import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { Tensor } from '@tensorflow/tfjs-core';
import { LayersModel, Sequential } from '@tensorflow/tfjs-layers';
import { deserialize } from '@tensorflow/tfjs-layers/dist/layers/serialization.js';
import { convertPythonicToTs } from '@tensorflow/tfjs-layers/dist/utils/serialization_utils.js';
import * as v from 'valibot';
import { isJsonObject } from '../../model/json_object.ts';
import type { ModelJson } from '../../model/model_json.ts';
import { withLazyZeros } from '../backend/lazy_zeros.ts';
import { correctLayerCalls } from './keras_layer_fixes.ts';

/** The layers of a model, made before its weights arrive or after, and the weights until there are layers for them. */
export class LayersOfWeights {
  readonly #backend: BackendWasm;
  readonly #json: ModelJson;
  readonly #waiting = new Map<string, Tensor>();
  readonly #assigned = new Set<string>();
  #model: LayersModel | undefined;
  #isComplete = false;
  #isDisposed = false;

  constructor(backend: BackendWasm, json: ModelJson) {
    this.#backend = backend;
    this.#json = json;
  }

  /** @throws Error if the topology describes no model */
  make(): LayersModel {
    this.#model ??= withLazyZeros(this.#backend, () => createModel(this.#json));
    return this.#model;
  }

  /** Takes a weight over. It replaces the zeros of its variable as soon as there are layers. */
  add(name: string, weight: Tensor): void {
    this.#waiting.get(name)?.dispose();
    this.#waiting.set(name, weight);
    if (this.#model !== undefined) this.#assign(this.#model);
  }

  /**
   * Returns the model with all of its weights.
   *
   * @throws Error if the topology describes no model, or if a weight is missing or belongs to no layer
   */
  complete(): LayersModel {
    const model = this.make();
    if (this.#isComplete) return model;
    this.#assign(model);
    if (this.#assigned.size !== model.weights.length) {
      const missing = model.weights
        .map(({ originalName }) => originalName)
        .filter((name) => !this.#assigned.has(name));
      throw new Error(`the files hold no weight for ${missing.join(', ')}`);
    }
    this.#isComplete = true;
    return model;
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const weight of this.#waiting.values()) weight.dispose();
    this.#waiting.clear();
    this.#model?.dispose();
  }

  #assign(model: LayersModel): void {
    for (const [name, weight] of this.#waiting) {
      this.#waiting.delete(name);
      try {
        assignWeight(model, name, weight, this.#assigned);
      } finally {
        weight.dispose();
      }
    }
  }
}

type JsonValue = boolean | number | string | null | JsonValue[] | Configuration;
interface Configuration {
  [key: string]: JsonValue;
}

/** An object from JSON.parse, so that its members are JSON. */
const ConfigurationSchema = v.custom<Configuration>(isJsonObject, 'is not an object');

/**
 * The topology is either the configuration itself, or the root of a Keras file, which also has members for training.
 */
const ConfiguredTopologySchema = v.object({ model_config: ConfigurationSchema });

/** Creates the model with weights of zeros, since the results of its own initializers would be overwritten. */
function createModel({ modelTopology }: ModelJson): LayersModel {
  const configuration = v.is(ConfiguredTopologySchema, modelTopology)
    ? modelTopology.model_config
    : v.parse(ConfigurationSchema, modelTopology);
  const converted = v.parse(ConfigurationSchema, convertPythonicToTs(configuration));
  const model: unknown = deserialize(converted, {}, true);
  if (!(model instanceof LayersModel)) throw new Error('the topology describes a layer, not a model');
  // A Sequential model has named inputs and outputs only after `build`.
  if (model instanceof Sequential) model.build();
  correctLayerCalls(model);
  return model;
}

/** Moves a weight's memory to the variable of its name, by tfjs's own rules for names. */
function assignWeight(model: LayersModel, name: string, weight: Tensor, assigned: Set<string>): void {
  model.loadWeights({ [name]: weight }, false);
  const variable = model.weights.find((candidate) => candidate.read().dataId === weight.dataId);
  if (variable === undefined) throw new Error(`no layer has a weight ${name}`);
  assigned.add(variable.originalName);
}
