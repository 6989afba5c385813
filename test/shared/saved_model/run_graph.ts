import '@tensorflow/tfjs-backend-cpu';
import { GraphModel, type io, type Tensor, tensor } from '@tensorflow/tfjs';
import type { Graph, GraphSignature, Weight } from '../../../import/graph/graph.ts';

export interface PlainTensor {
  readonly shape: readonly number[];
  readonly values: readonly (number | string | boolean)[];
}

/** Runs a graph with plain tfjs: the signature's inputs by their public names, and its outputs so. */
export async function runGraph(
  graph: Graph,
  signatureName: string,
  inputs: Readonly<Record<string, PlainTensor>>,
): Promise<Record<string, PlainTensor>> {
  const signature = graph.signatures[signatureName];
  if (signature === undefined) throw new Error(`there is no signature ${signatureName}`);
  const model = await loadGraph(graph);
  const feeds: Record<string, Tensor> = {};
  for (const [name, { dtype, name: node }] of Object.entries(signature.inputs)) {
    const input = inputs[name];
    if (input === undefined) throw new Error(`there is no input ${name}`);
    feeds[node] = tensor([...input.values] as number[], [...input.shape], dtype);
  }
  const outputs = Object.entries(signature.outputs);
  const results = await model.executeAsync(
    feeds,
    outputs.map(([, { name }]) => name),
  );
  const tensors = Array.isArray(results) ? results : [results];
  return Object.fromEntries(
    outputs.map(([name], index) => {
      const result = tensors[index];
      return [name, { shape: result?.shape ?? [], values: [...(result?.dataSync() ?? [])] }];
    }),
  );
}

async function loadGraph(graph: Graph): Promise<GraphModel<io.IOHandler>> {
  const weights = [...graph.weights];
  const parts = await Promise.all(weights.map(([, weight]) => weight.read()));
  const { initializer } = graph;
  const artifacts: io.ModelArtifacts = {
    modelTopology: {
      node: graph.nodes,
      library: {
        function: graph.functions.map(({ name, inputs, outputs, nodes, results }) => ({
          signature: { name, inputArg: inputs, outputArg: outputs },
          nodeDef: nodes,
          ret: results,
        })),
      },
      versions: { producer: graph.producer },
    },
    weightSpecs: weights.map(([name, { dtype, shape }]: [string, Weight]) => ({
      name,
      dtype,
      shape: [...shape],
    })),
    weightData: new Uint8Array(Buffer.concat(parts)).buffer,
    ...(initializer
      ? {
          modelInitializer: { node: initializer.nodes, versions: { producer: graph.producer } },
          initializerSignature: { outputs: {} },
        }
      : {}),
  };
  const model = new GraphModel<io.IOHandler>({ load: async () => artifacts });
  await model.load();
  return model;
}

export type { GraphSignature };
