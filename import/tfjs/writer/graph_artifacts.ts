import type { io } from '@tensorflow/tfjs-core';
import type { Graph } from '../../graph/graph.ts';
import { graphDefinition, initializerDefinition } from './graph_json.ts';
import { initializerSignature, signatureDefinition } from './signature_json.ts';

/** Returns a graph with the values of its weights as tfjs loads it from memory. */
export async function graphArtifacts(graph: Graph): Promise<io.ModelArtifacts> {
  const { initializer, producer, weights } = graph;
  const pieces: Uint8Array[] = [];
  const specs: io.WeightsManifestEntry[] = [];
  for (const [name, { dtype, shape, read }] of weights) {
    pieces.push(await read());
    specs.push({ name, dtype, shape: [...shape] });
  }
  return {
    modelTopology: graphDefinition(graph),
    signature: signatureDefinition(graph),
    weightSpecs: specs,
    weightData: new Uint8Array(Buffer.concat(pieces)).buffer,
    ...(initializer === undefined
      ? {}
      : {
          modelInitializer: initializerDefinition(initializer, producer),
          initializerSignature: initializerSignature(initializer),
        }),
  };
}
