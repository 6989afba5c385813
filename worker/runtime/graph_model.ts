import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import { GraphModel } from '@tensorflow/tfjs-converter';
import { GraphExecutor } from '@tensorflow/tfjs-converter/dist/executor/graph_executor.js';
import type { io, NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { currentRuntime } from './backend.ts';
import { executeAsynchronously } from './execution.ts';
import { needsAsynchronousExecution } from './graph_operations.ts';
import { ExecutionError, type LoadedModel } from './loaded_model.ts';
import type { ModelJson } from './model_json.ts';
import { PlannedModel } from './plan/planned_model.ts';
import type { NamedTensors } from './tensor.ts';
import { toTensor, toTensorValue } from './tensor_transfer.ts';
import { streamWeights, type WeightFiles } from './weights/weight_stream.ts';

/** Loads a tfjs GraphModel, its weights streamed into the heap. */
export async function loadGraphModel(
  backend: BackendWasm,
  json: ModelJson,
  files: WeightFiles,
  onUnplanned: (reason: string) => void,
): Promise<LoadedModel> {
  const model = createModel(json);
  const weights = new Map<string, Tensor[]>();
  const disposeWeights = () => {
    for (const [weight] of weights.values()) weight?.dispose();
    weights.clear();
  };
  files.onAbandon(disposeWeights);
  try {
    await streamWeights(backend, json.weightsManifest, files, ({ name }, weight) => {
      weights.set(name, [weight]);
    });
    attachWeights(model, Object.fromEntries(weights));
  } catch (error) {
    disposeWeights();
    throw error;
  }
  if (needsAsynchronousExecution(json.modelTopology)) {
    return {
      execute: (inputs, outputs) => computeAsynchronously(model, inputs, outputs),
      planState: () => ({ kind: 'not planned', reason: 'it has control flow' }),
      dispose: () => model.dispose(),
    };
  }
  const planned = new PlannedModel(
    currentRuntime(),
    (inputs, outputs) => [model.execute(Object.fromEntries(inputs), [...outputs])].flat(),
    onUnplanned,
  );
  return {
    execute: (inputs, outputs) => planned.execute(inputs, outputs),
    planState: () => planned.state(),
    dispose: () => {
      planned.dispose();
      model.dispose();
    },
  };
}

/** The model without weights: tfjs would decode them from buffers that hold every byte a second time. */
function createModel(json: ModelJson): GraphModel<io.IOHandlerSync> {
  const signature = json.userDefinedMetadata?.signature ?? json.signature;
  const artifacts: io.ModelArtifacts = {
    modelTopology: json.modelTopology,
    weightSpecs: [],
    weightData: new ArrayBuffer(0),
    ...(signature ? { signature } : {}),
    ...(json.modelInitializer ? { modelInitializer: json.modelInitializer } : {}),
    ...(json.initializerSignature ? { initializerSignature: json.initializerSignature } : {}),
  };
  const model = new GraphModel<io.IOHandlerSync>({ load: () => artifacts });
  model.load();
  return model;
}

/** Gives the weights to the executors of the graph and, where it has one, of its initialiser. */
function attachWeights(model: GraphModel<io.IOHandlerSync>, weights: Record<string, Tensor[]>): void {
  for (const member of ['executor', 'initializer']) {
    const executor: unknown = Reflect.get(model, member);
    if (executor instanceof GraphExecutor) executor.weightMap = weights;
    else if (executor !== undefined) throw new Error(`tfjs's GraphModel has another ${member} than expected`);
  }
}

function computeAsynchronously(
  model: GraphModel<io.IOHandlerSync>,
  inputs: NamedTensors,
  outputs: readonly string[],
): Promise<NamedTensors> {
  return executeAsynchronously(async () =>
    readOutputs(outputs, await model.executeAsync(createInputs(inputs), [...outputs])),
  );
}

function createInputs(inputs: NamedTensors): NamedTensorMap {
  return Object.fromEntries([...inputs].map(([name, value]) => [name, toTensor(value)]));
}

function readOutputs(names: readonly string[], results: Tensor | Tensor[]): NamedTensors {
  const tensors = Array.isArray(results) ? results : [results];
  return new Map(
    names.map((name, index) => {
      const result = tensors[index];
      if (result === undefined) throw new ExecutionError(`the model gave no output ${name}`);
      return [name, toTensorValue(result)];
    }),
  );
}
