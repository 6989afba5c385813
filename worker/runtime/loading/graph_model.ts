import { GraphModel } from '@tensorflow/tfjs-converter';
import { GraphExecutor } from '@tensorflow/tfjs-converter/dist/executor/graph_executor.js';
import type { io, Tensor } from '@tensorflow/tfjs-core';
import { type GraphTopology, readTopology } from '../../model/graph_topology.ts';
import { type ModelJson, signatureDefinition, type WeightSpec } from '../../model/model_json.ts';
import { currentRuntime, type Runtime } from '../backend/backend.ts';
import { interpretGraph } from '../control_flow/interpret_graph.ts';
import type { LoadedModel } from '../loaded_model.ts';
import { registerOperations } from '../operations/register_operations.ts';
import type { LoadedWeights } from '../plan/prepared/loaded_weights.ts';
import { type LayoutOf, preparedMatrices } from '../plan/prepared/prepared_matrices.ts';
import type { PublishedPlan } from '../plan/prepared/published_plan.ts';
import {
  asynchronousComputation,
  type Computation,
  type Executor,
  synchronousComputation,
} from '../plan/record/record_plan.ts';
import { PlannedModel, type PlannedModelOptions } from '../plan/run/planned_model.ts';
import { createWeightSink } from '../weights/create_weight_sink.ts';
import { graphMatrices } from '../weights/graph_matrices.ts';
import { matrixLayout } from '../weights/matrix_role.ts';
import { type DeclaredWeights, WeightAllowance } from '../weights/weight_allowance.ts';
import { streamWeights, type WeightFiles } from '../weights/weight_stream.ts';
import { directExecutor } from './direct/direct_graph.ts';
import { needsAsynchronousExecution, unknownOperation } from './graph_operations.ts';

/** Loads a tfjs GraphModel into the existing backend. Its weights are streamed into the heap. */
export async function loadGraphModel(
  json: ModelJson,
  files: WeightFiles & { readonly declared?: DeclaredWeights },
  plans: PlannedModelOptions,
  published: readonly PublishedPlan[],
): Promise<LoadedModel> {
  const runtime = currentRuntime();
  const weights = new Map<string, Tensor[]>();
  const directOf = (topology: GraphTopology): Executor | undefined =>
    directExecutor(topology, signatureDefinition(json), (name) => weights.get(name)?.[0]);
  // A version with proofs was rehearsed with its executor, so that this isolate can make it when a request needs it.
  const usable = json.modelInitializer ? [] : published;
  const prepared = usable.flatMap(({ file }) => file ?? []);
  const topology = prepared.length > 0 ? undefined : readTopology(json.modelTopology);
  let direct = topology && usable.length > 0 ? directOf(topology) : undefined;
  // Only a synchronous computation has plans that are prepared.
  const isPrepared = topology === undefined;
  let model = isPrepared || direct !== undefined ? undefined : createModel(json);
  const layoutOf = topology === undefined ? preparedMatrices(prepared) : predictedMatrices(topology);
  const allowance = files.declared && new WeightAllowance(files.declared.most);
  const createSink = (spec: WeightSpec) => createWeightSink(runtime.kernels, spec, layoutOf(spec), allowance);
  const disposeWeights = () => {
    for (const [weight] of weights.values()) weight?.dispose();
    weights.clear();
  };
  files.onAbandon(disposeWeights);
  try {
    await streamWeights(createSink, json.weightsManifest, files, ({ name }, weight) => {
      weights.set(name, [weight]);
    });
    if (model !== undefined) attachWeights(model, Object.fromEntries(weights));
  } catch (error) {
    disposeWeights();
    throw error;
  }
  const completeModel = (): GraphModel<io.IOHandlerSync> => {
    if (model !== undefined) return model;
    model = createModel(json);
    attachWeights(model, Object.fromEntries(weights));
    return model;
  };
  const execute: Executor = (inputs, outputs) =>
    [completeModel().execute(Object.fromEntries(inputs), [...outputs])].flat();
  const outline: Executor = (inputs, outputs) => {
    if (isPrepared) direct ??= directOf(readTopology(json.modelTopology));
    return (direct ?? execute)(inputs, outputs);
  };
  const computation =
    model !== undefined && needsAsynchronousExecution(json.modelTopology)
      ? asynchronously(runtime, model, json)
      : synchronousComputation(runtime, execute, model === undefined ? [outline, execute] : [execute]);
  const planned = new PlannedModel(runtime, computation, loadedWeights(weights), plans, published);
  return {
    execute: (inputs, outputs, pause) => planned.execute(inputs, outputs, pause),
    prepare: (inputs, outputs, pause) => planned.prepare(inputs, outputs, pause),
    planState: () => planned.state(),
    planProofs: () => planned.proofs(),
    dispose: () => {
      planned.dispose();
      if (model === undefined) disposeWeights();
      else model.dispose();
    },
  };
}

function predictedMatrices(topology: GraphTopology): LayoutOf {
  const matrices = graphMatrices(topology);
  return (spec) => {
    const role = matrices.get(spec.name);
    return role && matrixLayout(spec, role);
  };
}

function loadedWeights(weights: ReadonlyMap<string, Tensor[]>): LoadedWeights {
  return {
    get: (name) => weights.get(name)?.[0],
    entries: () =>
      [...weights].flatMap(([name, tensors]) => tensors.map((weight) => [name, weight] as const)),
  };
}

function asynchronously(runtime: Runtime, model: GraphModel<io.IOHandlerSync>, json: ModelJson): Computation {
  interpretGraph(executorOf(model, 'executor'), json.modelTopology);
  return asynchronousComputation(runtime, async (inputs, outputs) =>
    [await model.executeAsync(Object.fromEntries(inputs), [...outputs])].flat(),
  );
}

/**
 * Creates the model without weights, since tfjs would decode them from buffers that contain every byte a second time.
 */
function createModel(json: ModelJson): GraphModel<io.IOHandlerSync> {
  const signature = signatureDefinition(json);
  const artifacts: io.ModelArtifacts = {
    modelTopology: json.modelTopology,
    weightSpecs: [],
    weightData: new ArrayBuffer(0),
    ...(signature === undefined ? {} : { signature }),
    ...(json.modelInitializer ? { modelInitializer: json.modelInitializer } : {}),
    ...(json.initializerSignature ? { initializerSignature: json.initializerSignature } : {}),
  };
  registerOperations();
  const model = new GraphModel<io.IOHandlerSync>({ load: () => artifacts });
  model.load();
  refuseUnknownOperations(model);
  return model;
}

/**
 * Refuses a graph with an operation that this server does not compute. The import would have refused it, but it may
 * have been published for a newer server.
 */
function refuseUnknownOperations(model: GraphModel<io.IOHandlerSync>): void {
  for (const executor of executorsOf(model)) {
    const unknown = unknownOperation(executor);
    if (unknown !== undefined)
      throw new Error(
        `this server does not compute ${unknown.op}, the operation of the node "${unknown.name}"`,
      );
  }
}

/** Returns the executors of the graph and of its initializer, if it has one. */
function executorsOf(model: GraphModel<io.IOHandlerSync>): GraphExecutor[] {
  const graph = executorOf(model, 'executor');
  return Reflect.get(model, 'initializer') === undefined
    ? [graph]
    : [graph, executorOf(model, 'initializer')];
}

function executorOf(model: GraphModel<io.IOHandlerSync>, member: 'executor' | 'initializer'): GraphExecutor {
  const executor: unknown = Reflect.get(model, member);
  if (executor instanceof GraphExecutor) return executor;
  throw new Error(`tfjs's GraphModel has another ${member} than expected`);
}

/** Passes the weights to the executors of the graph and of its initializer, if it has one. */
function attachWeights(model: GraphModel<io.IOHandlerSync>, weights: Record<string, Tensor[]>): void {
  for (const executor of executorsOf(model)) executor.weightMap = weights;
}
