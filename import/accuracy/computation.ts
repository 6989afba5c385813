import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { io, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { JsonObject } from '../../worker/model/json_object.ts';
import type { Signature } from '../../worker/model/signature.ts';
import type { NumberTensor } from '../../worker/model/tensor.ts';
import { exampleTensor } from '../examples/example_tensor.ts';
import type { FlatTensor } from '../examples/tensor_json.ts';
import type { Graph } from '../graph/graph.ts';
import { loadTensorFlow } from '../graph/tensorflow.ts';
import { graphArtifacts } from '../tfjs/writer/graph_artifacts.ts';

/** A model that this process can compute with tfjs's CPU backend. */
export interface Computation {
  /** Computes the outputs of a signature by their public names, as flat numbers. */
  run(signature: Signature, inputs: JsonObject): Promise<ReadonlyMap<string, ComputedTensor>>;
  dispose(): void;
}

export interface ComputedTensor {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/**
 * Loads a tfjs model whose files were checked. All of its weights are in memory.
 *
 * @param topology the model's JSON file, next to its weights
 */
export async function openComputation(topology: string): Promise<Computation> {
  const { core, createGraphModel } = await loadTensorFlow();
  await core.setBackend('cpu');
  const artifacts = await readArtifacts(core.io, topology);
  const compute =
    'node' in Object(artifacts.modelTopology)
      ? graphComputation(createGraphModel(artifacts))
      : layersComputation(await loadModel(artifacts));
  return {
    run: async (signature, inputs) => {
      await core.setBackend('cpu');
      const tensors = createInputs(core, signature, inputs);
      const results = await compute.run(
        tensors,
        Object.values(signature.outputs).map(({ name }) => name),
      );
      const computed = Object.keys(signature.outputs).map((name, index): [string, ComputedTensor] => {
        const result = results[index];
        if (result === undefined) throw new Error(`the model gave no output "${name}"`);
        return [name, { shape: result.shape, values: Float64Array.from(result.dataSync()) }];
      });
      core.dispose([...results.filter((result) => result !== undefined), ...Object.values(tensors)]);
      return new Map(computed);
    },
    dispose: compute.dispose,
  };
}

/** A graph that this process can compute with tfjs's CPU backend, with the tensors inside of it. */
export interface GraphComputation {
  /**
   * Computes the first outputs of nodes from the inputs of a signature, and gives each to the reader by the name of the node.
   */
  read(
    signature: Signature,
    inputs: JsonObject,
    nodes: readonly string[],
    reader: (node: string, tensor: ComputedTensor) => void,
  ): Promise<void>;
  dispose(): void;
}

/** Loads a graph. All of its weights are in memory. */
export async function openGraph(graph: Graph): Promise<GraphComputation> {
  const { core, createGraphModel } = await loadTensorFlow();
  await core.setBackend('cpu');
  const model = createGraphModel(await graphArtifacts(graph));
  return {
    read: async (signature, inputs, nodes, reader) => {
      await core.setBackend('cpu');
      const tensors = createInputs(core, signature, inputs);
      const results = [await execute(model, tensors, [...nodes])].flat();
      for (const [index, node] of nodes.entries()) {
        const result = results[index];
        if (result === undefined) throw new Error(`the graph gave no "${node}"`);
        reader(node, { shape: result.shape, values: result.dataSync() });
      }
      core.dispose([...results, ...Object.values(tensors)]);
    },
    dispose: () => model.dispose(),
  };
}

async function loadModel(artifacts: io.ModelArtifacts): Promise<LayersModel> {
  const { loadLayersModel, Sequential } = await import('@tensorflow/tfjs-layers');
  const model = await loadLayersModel({ load: async () => artifacts });
  // A Sequential model has named inputs only after `build`.
  if (model instanceof Sequential) model.build();
  return model;
}

interface NamedComputation {
  /** Computes the tensors `outputs` from tensors by name. */
  run(inputs: Record<string, Tensor>, outputs: readonly string[]): Promise<(Tensor | undefined)[]>;
  dispose(): void;
}

function graphComputation(model: GraphModel<io.IOHandlerSync>): NamedComputation {
  return {
    run: async (inputs, outputs) => {
      const results = await execute(model, inputs, [...outputs]);
      return Array.isArray(results) ? results : [results];
    },
    dispose: () => model.dispose(),
  };
}

async function execute(
  model: GraphModel<io.IOHandlerSync>,
  inputs: Record<string, Tensor>,
  outputs: string[],
): Promise<Tensor | Tensor[]> {
  try {
    return model.execute(inputs, outputs);
  } catch (error) {
    // tfjs's message for a graph with control flow.
    if (!(error instanceof Error) || !error.message.includes('executeAsync')) throw error;
    return model.executeAsync(inputs, outputs);
  }
}

function layersComputation(model: LayersModel): NamedComputation {
  return {
    run: async (inputs, outputs) => {
      const given = model.inputNames.flatMap((name) => inputs[name] ?? []);
      const results = model.predict(given);
      const list = Array.isArray(results) ? results : [results];
      return outputs.map((name) => list[model.outputNames.indexOf(name)]);
    },
    dispose: () => model.dispose(),
  };
}

function createInputs(
  core: typeof import('@tensorflow/tfjs-core'),
  signature: Signature,
  inputs: JsonObject,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(signature.inputs).map(([publicName, info]) => {
      const read = exampleTensor(inputs[publicName], info);
      if (read.kind !== 'read') throw new Error(`input "${publicName}" ${read.message}`);
      return [info.name, createTensor(core, read.value, info.dtype)];
    }),
  );
}

function createTensor(
  core: typeof import('@tensorflow/tfjs-core'),
  { values, shape: given }: FlatTensor | NumberTensor,
  dtype: 'float32' | 'int32' | 'bool' | 'string',
): Tensor {
  const shape = [...given];
  if (!Array.isArray(values)) return core.tensor(values, shape, dtype);
  return dtype === 'string'
    ? core.tensor(values.map(String), shape, 'string')
    : core.tensor(values.map(Number), shape, dtype);
}

async function readArtifacts(
  { getModelArtifactsForJSON }: typeof io,
  topology: string,
): Promise<io.ModelArtifacts> {
  const json: io.ModelJSON = JSON.parse(await readFile(topology, 'utf8'));
  return getModelArtifactsForJSON(json, async (manifest) => {
    const paths = manifest.flatMap((group) => group.paths);
    const files = await Promise.all(paths.map((path) => readFile(join(dirname(topology), path))));
    return [manifest.flatMap(({ weights }) => weights), new Uint8Array(Buffer.concat(files)).buffer];
  });
}
