import '@tensorflow/tfjs-backend-cpu';
import { enableProdMode, GraphModel, type io, type Tensor, tensor } from '@tensorflow/tfjs';
import type { Graph } from '../../../import/graph/graph.ts';
import { graphDefinition, initializerDefinition } from '../../../import/tfjs/writer/graph_json.ts';
import { initializerSignature, signatureDefinition } from '../../../import/tfjs/writer/signature_json.ts';
import { needsAsynchronousExecution } from '../../../worker/runtime/loading/graph_operations.ts';

enableProdMode();

export interface PlainTensor {
  readonly shape: readonly number[];
  readonly values: readonly (number | string | boolean)[];
}

/** Runs a graph in plain tfjs as the server does: by the tensors of one signature's inputs and outputs. */
export async function runGraph(
  graph: Graph,
  signatureName: string,
  inputs: Readonly<Record<string, PlainTensor>>,
): Promise<Record<string, PlainTensor>> {
  const signature = graph.signatures[signatureName];
  if (signature === undefined) throw new Error(`there is no signature ${signatureName}`);
  const model = new GraphModel<io.IOHandler>({ load: async () => artifacts(graph) });
  await model.load();
  const feeds: Record<string, Tensor> = {};
  for (const [name, { dtype, name: node }] of Object.entries(signature.inputs)) {
    const input = inputs[name];
    if (input === undefined) throw new Error(`there is no input ${name}`);
    feeds[node] = tensor([...input.values] as number[], [...input.shape], dtype);
  }
  const outputs = Object.entries(signature.outputs);
  const names = outputs.map(([, { name }]) => name);
  const results = needsAsynchronousExecution({ node: graph.nodes })
    ? await model.executeAsync(feeds, names)
    : model.execute(feeds, names);
  const tensors = Array.isArray(results) ? results : [results];
  return Object.fromEntries(
    outputs.map(([name], index) => {
      const result = tensors[index];
      return [name, { shape: result?.shape ?? [], values: [...(result?.dataSync() ?? [])] }];
    }),
  );
}

async function artifacts(graph: Graph): Promise<io.ModelArtifacts> {
  const weights = [...graph.weights];
  const parts = await Promise.all(weights.map(([, weight]) => weight.read()));
  const { initializer, producer } = graph;
  return {
    modelTopology: graphDefinition(graph),
    signature: signatureDefinition(graph),
    weightSpecs: weights.map(([name, { dtype, shape }]) => ({ name, dtype, shape: [...shape] })),
    weightData: new Uint8Array(Buffer.concat(parts)).buffer,
    ...(initializer
      ? {
          modelInitializer: initializerDefinition(initializer, producer),
          initializerSignature: initializerSignature(initializer),
        }
      : {}),
  };
}
