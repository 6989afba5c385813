import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ModelJson, WeightSpec } from '../../model/model_json.ts';
import type { NamedTensors } from '../../model/tensor.ts';
import { currentRuntime } from '../backend/backend.ts';
import { BrokenRuntimeError, execute as inRuntime } from '../backend/execution.ts';
import { ExecutionError, type LoadedModel } from '../loaded_model.ts';
import { type LayoutOf, preparedMatrices } from '../plan/prepared/prepared_matrices.ts';
import type { PublishedPlan } from '../plan/prepared/published_plan.ts';
import { type Computation, type Executor, synchronousComputation } from '../plan/record/record_plan.ts';
import { PlannedModel, type PlannedModelOptions } from '../plan/run/planned_model.ts';
import { createWeightSink } from '../weights/create_weight_sink.ts';
import { layerMatrices } from '../weights/layer_matrices.ts';
import { matrixLayout } from '../weights/matrix_role.ts';
import { type DeclaredWeights, WeightAllowance } from '../weights/weight_allowance.ts';
import { streamWeights, type WeightFiles } from '../weights/weight_stream.ts';
import { LayersOfWeights } from './layers_of_weights.ts';

/**
 * Loads a tfjs LayersModel into the existing backend. Each weight replaces the zeros of its variable. With a prepared plan, the
 * layers are made when a request needs them.
 */
export async function loadLayersModel(
  json: ModelJson,
  files: WeightFiles & { readonly declared?: DeclaredWeights },
  plans: PlannedModelOptions,
  published: readonly PublishedPlan[],
): Promise<LoadedModel> {
  const runtime = currentRuntime();
  const layers = new LayersOfWeights(runtime.backend, json);
  const prepared = published.flatMap(({ file }) => file ?? []);
  const isPrepared = prepared.length > 0;
  if (!isPrepared) layers.make();
  const layoutOf = isPrepared ? preparedMatrices(prepared) : predictedMatrices(json);
  const allowance = files.declared && new WeightAllowance(files.declared.most);
  const createSink = (spec: WeightSpec) =>
    createWeightSink(
      runtime.kernels,
      spec,
      layoutOf(spec),
      spec.group === 'optimizer' ? undefined : allowance,
    );
  files.onAbandon(() => layers.dispose());
  const weights = new Map<string, TensorInfo>();
  try {
    await streamWeights(createSink, json.weightsManifest, files, (spec, weight) => {
      if (spec.group === 'optimizer') weight.dispose();
      else {
        weights.set(spec.name, { dataId: weight.dataId, shape: weight.shape, dtype: weight.dtype });
        layers.add(spec.name, weight);
      }
    });
    if (!isPrepared) layers.complete();
  } catch (error) {
    layers.dispose();
    throw error;
  }
  const execute: Executor = (inputs, outputs) => apply(layers.complete(), inputs, outputs);
  // A state must not become one that nothing computed. Layers with a state have no plans that are prepared.
  const isStateful = !isPrepared && layers.complete().stateful;
  const computation = withLayers(
    layers,
    synchronousComputation(runtime, execute, isStateful ? [] : [execute]),
  );
  const planned = new PlannedModel(runtime, computation, weights, plans, published);
  return {
    execute: (inputs, outputs, pause) => planned.execute(inputs, outputs, pause),
    prepare: (inputs, outputs, pause) => planned.prepare(inputs, outputs, pause),
    planState: () => planned.state(),
    planProofs: () => planned.proofs(),
    dispose: () => {
      planned.dispose();
      layers.dispose();
    },
  };
}

/** Makes the layers before a computation, so that no recording has the calls that make them. */
function withLayers(layers: LayersOfWeights, { compute, record, outline }: Computation): Computation {
  const complete = () => inRuntime(() => layers.complete());
  return {
    compute: (inputs, names) => {
      complete();
      return compute(inputs, names);
    },
    record: (inputs, names) => {
      complete();
      return record(inputs, names);
    },
    ...(outline && {
      outline: (inputs: NamedTensors, names: readonly string[]) => {
        try {
          complete();
        } catch (error) {
          if (!(error instanceof ExecutionError) || error instanceof BrokenRuntimeError) throw error;
          return { kind: 'obstacle' as const, reason: error.message };
        }
        return outline(inputs, names);
      },
    }),
  };
}

function predictedMatrices({ modelTopology }: ModelJson): LayoutOf {
  const isMatrix = layerMatrices(modelTopology);
  return (spec) => (isMatrix(spec.name) ? matrixLayout(spec, 'filter') : undefined);
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
