import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { LayersModel, Sequential } from '@tensorflow/tfjs-layers';
import { deserialize } from '@tensorflow/tfjs-layers/dist/layers/serialization.js';
import { convertPythonicToTs } from '@tensorflow/tfjs-layers/dist/utils/serialization_utils.js';
import * as v from 'valibot';
import { execute } from './execution.ts';
import { ExecutionError, type LoadedModel } from './loaded_model.ts';
import { JsonObjectSchema, type ModelJson } from './model_json.ts';
import type { NamedTensors } from './tensor.ts';
import { toTensor, toTensorValue } from './tensor_transfer.ts';
import { streamWeights, type WeightFiles } from './weights/weight_stream.ts';

/** Loads a tfjs LayersModel. Each weight takes the place of its variable's zeros as soon as it is whole. */
export async function loadLayersModel(
  backend: BackendWasm,
  json: ModelJson,
  files: WeightFiles,
): Promise<LoadedModel> {
  const model = createModel(json);
  let disposed = false;
  const disposeModel = () => {
    if (!disposed) model.dispose();
    disposed = true;
  };
  files.onAbandon(disposeModel);
  try {
    const assigned = new Set<string>();
    await streamWeights(backend, json.weightsManifest, files, (spec, weight) => {
      if (spec.group !== 'optimizer') assignWeight(model, spec.name, weight, assigned);
      weight.dispose();
    });
    if (assigned.size !== model.weights.length) {
      const missing = model.weights
        .map(({ originalName }) => originalName)
        .filter((name) => !assigned.has(name));
      throw new Error(`the files hold no weight for ${missing.join(', ')}`);
    }
  } catch (error) {
    disposeModel();
    throw error;
  }
  return {
    execute: (inputs, outputs) => compute(model, inputs, outputs),
    dispose: disposeModel,
  };
}

/** What the topology is: the configuration itself, or a Keras file's top, with what training needs beside it. */
const ConfiguredTopologySchema = v.object({ model_config: JsonObjectSchema });

/** The model with zeros for weights: its own initialisers would be computed only to be overwritten. */
function createModel({ modelTopology }: ModelJson): LayersModel {
  const configuration = v.is(ConfiguredTopologySchema, modelTopology)
    ? modelTopology.model_config
    : modelTopology;
  const converted = v.parse(JsonObjectSchema, convertPythonicToTs(configuration));
  const model: unknown = deserialize(converted, {}, true);
  if (!(model instanceof LayersModel)) throw new Error('the topology describes a layer, not a model');
  // A Sequential model knows its inputs and outputs by name only once it is built.
  if (model instanceof Sequential) model.build();
  return model;
}

/** Lets the variable of this name take over the weight's memory, by tfjs's own rules for names. */
function assignWeight(model: LayersModel, name: string, weight: Tensor, assigned: Set<string>): void {
  model.loadWeights({ [name]: weight }, false);
  const variable = model.weights.find((candidate) => candidate.read().dataId === weight.dataId);
  if (variable === undefined) throw new Error(`no layer has a weight ${name}`);
  assigned.add(variable.originalName);
}

function compute(model: LayersModel, inputs: NamedTensors, outputs: readonly string[]): NamedTensors {
  return execute(() => {
    const values = new Map<string, ReturnType<typeof toTensorValue>>();
    tidy(() => {
      const tensors = model.inputNames.map((name) => {
        const value = inputs.get(name);
        if (value === undefined) throw new ExecutionError(`the model needs an input ${name}`);
        return toTensor(value);
      });
      const results = model.apply(tensors, { training: false });
      const list = Array.isArray(results) ? results : [results];
      for (const name of outputs) {
        const result = list[model.outputNames.indexOf(name)];
        if (result === undefined || !('dataId' in result)) {
          throw new ExecutionError(`the model gave no output ${name}`);
        }
        values.set(name, toTensorValue(result));
      }
    });
    return values;
  });
}
