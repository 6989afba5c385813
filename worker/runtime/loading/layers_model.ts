import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { LayersModel, Sequential } from '@tensorflow/tfjs-layers';
import { deserialize } from '@tensorflow/tfjs-layers/dist/layers/serialization.js';
import { convertPythonicToTs } from '@tensorflow/tfjs-layers/dist/utils/serialization_utils.js';
import * as v from 'valibot';
import { isJsonObject } from '../../model/json_object.ts';
import type { ModelJson, WeightSpec } from '../../model/model_json.ts';
import { currentRuntime } from '../backend/backend.ts';
import { withLazyZeros } from '../backend/lazy_zeros.ts';
import { ExecutionError, type LoadedModel } from '../loaded_model.ts';
import { type Executor, synchronousComputation } from '../plan/record/record_plan.ts';
import { PlannedModel, type PlannedModelOptions } from '../plan/run/planned_model.ts';
import { createWeightSink } from '../weights/create_weight_sink.ts';
import { layerMatrices } from '../weights/layer_matrices.ts';
import { matrixLayout } from '../weights/matrix_role.ts';
import { type DeclaredWeights, WeightAllowance } from '../weights/weight_allowance.ts';
import { streamWeights, type WeightFiles } from '../weights/weight_stream.ts';
import { correctLayerCalls } from './keras_layer_fixes.ts';

/** Loads a tfjs LayersModel into the existing backend. Each complete weight replaces the zeros of its variable. */
export async function loadLayersModel(
  json: ModelJson,
  files: WeightFiles & { readonly declared?: DeclaredWeights },
  plans: PlannedModelOptions,
): Promise<LoadedModel> {
  const runtime = currentRuntime();
  const model = withLazyZeros(runtime.backend, () => createModel(json));
  const isMatrix = layerMatrices(json.modelTopology);
  const allowance = files.declared && new WeightAllowance(files.declared.most);
  const createSink = (spec: WeightSpec) =>
    createWeightSink(
      runtime.kernels,
      spec,
      isMatrix(spec.name) ? matrixLayout(spec, 'filter') : undefined,
      spec.group === 'optimizer' ? undefined : allowance,
    );
  let disposed = false;
  const disposeModel = () => {
    if (!disposed) model.dispose();
    disposed = true;
  };
  files.onAbandon(disposeModel);
  const weights = new Map<string, TensorInfo>();
  try {
    const assigned = new Set<string>();
    await streamWeights(createSink, json.weightsManifest, files, (spec, weight) => {
      if (spec.group !== 'optimizer') {
        assignWeight(model, spec.name, weight, assigned);
        weights.set(spec.name, { dataId: weight.dataId, shape: weight.shape, dtype: weight.dtype });
      }
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
  const execute: Executor = (inputs, outputs) => apply(model, inputs, outputs);
  // A state must not become one that nothing computed.
  const computation = synchronousComputation(runtime, execute, model.stateful ? [] : [execute]);
  const planned = new PlannedModel(runtime, computation, weights, plans);
  return {
    execute: (inputs, outputs, pause) => planned.execute(inputs, outputs, pause),
    prepare: (inputs, outputs, pause) => planned.prepare(inputs, outputs, pause),
    planState: () => planned.state(),
    planProofs: () => planned.proofs(),
    dispose: () => {
      planned.dispose();
      disposeModel();
    },
  };
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

function apply(
  model: LayersModel,
  inputs: ReadonlyMap<string, Tensor>,
  outputs: readonly string[],
): (Tensor | undefined)[] {
  const tensors = model.inputNames.map((name) => {
    const tensor = inputs.get(name);
    if (tensor === undefined) throw new ExecutionError(`the model needs an input ${name}`);
    return tensor;
  });
  const results = [model.apply(tensors, { training: false })].flat();
  return outputs.map((name) => {
    const result = results[model.outputNames.indexOf(name)];
    return result !== undefined && 'dataId' in result ? result : undefined;
  });
}
