import '@tensorflow/tfjs-backend-cpu';
import { GraphModel } from '@tensorflow/tfjs-converter';
import {
  dispose,
  enableProdMode,
  type io,
  type NamedTensorMap,
  setBackend,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { Graph, Weight } from '../../../../import/graph/graph.ts';
import { graphDefinition, initializerDefinition } from '../../../../import/tfjs/writer/graph_json.ts';
import { initializerSignature, signatureDefinition } from '../../../../import/tfjs/writer/signature_json.ts';
import { needsAsynchronousExecution } from '../../../../worker/runtime/loading/graph_operations.ts';

enableProdMode();

/** The outputs of all signatures, by the names of their tensors. */
export async function runGraph(
  graph: Graph,
  inputs: NamedTensorMap,
  backend = 'cpu',
): Promise<Map<string, Tensor>> {
  await setBackend(backend);
  const model = new GraphModel<io.IOHandlerSync>({ load: await loader(graph) });
  model.load();
  const names = Object.values(graph.signatures).flatMap(({ outputs }) =>
    Object.values(outputs).map(({ name }) => name),
  );
  const results = needsAsynchronousExecution({ node: graph.nodes })
    ? await model.executeAsync({ ...inputs }, names)
    : model.execute({ ...inputs }, names);
  model.dispose();
  return new Map(
    (Array.isArray(results) ? results : [results]).map((tensor, index) => [names[index] ?? '', tensor]),
  );
}

async function loader(graph: Graph): Promise<() => io.ModelArtifacts> {
  const weights: [string, Weight][] = [...graph.weights];
  const bytes: Uint8Array[] = [];
  for (const [, weight] of weights) bytes.push(await weight.read());
  const artifacts: io.ModelArtifacts = {
    modelTopology: JSON.parse(JSON.stringify(graphDefinition(graph))),
    weightSpecs: weights.map(([name, { dtype, shape }]) => ({ name, dtype, shape: [...shape] })),
    weightData: new Uint8Array(Buffer.concat(bytes)).buffer,
    signature: JSON.parse(JSON.stringify(signatureDefinition(graph))),
    ...(graph.initializer === undefined
      ? {}
      : {
          modelInitializer: initializerDefinition(graph.initializer, graph.producer),
          initializerSignature: JSON.parse(JSON.stringify(initializerSignature(graph.initializer))),
        }),
  };
  return () => artifacts;
}

/**
 * The largest difference between what two graphs give, as a part of the largest value of each output.
 * Infinite where shapes or types differ.
 */
export async function largestDifference(
  first: Graph,
  second: Graph,
  inputs: NamedTensorMap,
  backend = 'cpu',
): Promise<number> {
  const [expected, found] = [await runGraph(first, inputs, backend), await runGraph(second, inputs, backend)];
  let largest = 0;
  for (const [name, tensor] of expected) {
    const other = found.get(name);
    if (other === undefined || String(other.shape) !== String(tensor.shape) || other.dtype !== tensor.dtype) {
      return Number.POSITIVE_INFINITY;
    }
    largest = Math.max(largest, difference(tensor.dataSync(), other.dataSync()));
  }
  dispose([...expected.values(), ...found.values()]);
  return largest;
}

function difference(expected: ArrayLike<number>, found: ArrayLike<number>): number {
  let [scale, largest] = [1e-3, 0];
  for (let index = 0; index < expected.length; index++) {
    const [left, right] = [expected[index] ?? Number.NaN, found[index] ?? Number.NaN];
    if (Object.is(left, right) || left === right) continue;
    if (!Number.isFinite(left) || !Number.isFinite(right)) return Number.POSITIVE_INFINITY;
    scale = Math.max(scale, Math.abs(left));
    largest = Math.max(largest, Math.abs(left - right));
  }
  return largest / scale;
}
