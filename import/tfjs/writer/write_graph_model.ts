import type { JsonObject } from '../../../worker/model/json_object.ts';
import type { Graph } from '../../graph/graph.ts';
import { graphDefinition, initializerDefinition } from './graph_json.ts';
import { initializerSignature, signatureDefinition, signatureTable } from './signature_json.ts';
import { type WrittenModel, writeModelJson } from './write_model_json.ts';
import { type NamedWeight, type WriteWeightsOptions, writeWeights } from './write_weights.ts';

export interface WriteModelOptions extends WriteWeightsOptions {
  /** The producer of the model, for `generatedBy`. */
  readonly generatedBy?: string;
  /** The content of `userDefinedMetadata`. */
  readonly metadata?: JsonObject;
}

export const CONVERTED_BY = 'Edge Serving';

/**
 * Writes a graph as a tfjs GraphModel to an existing directory: the shards of weights, then model.json. The same graph
 * produces the same bytes. `userDefinedMetadata.signatures` contains all signatures, and `userDefinedMetadata.leftOut`
 * those that were left out.
 *
 * @throws if a weight cannot be read, or for faults of the file system
 */
export async function writeGraphModel(
  graph: Graph,
  directory: string,
  options: WriteModelOptions = {},
): Promise<WrittenModel> {
  const { initializer, producer, signatures, leftOut = {} } = graph;
  const json = {
    format: 'graph-model',
    generatedBy: options.generatedBy ?? CONVERTED_BY,
    convertedBy: CONVERTED_BY,
    modelTopology: graphDefinition(graph),
    signature: signatureDefinition(graph),
    userDefinedMetadata: {
      ...options.metadata,
      signatures: signatureTable(signatures),
      ...(Object.keys(leftOut).length === 0 ? {} : { leftOut }),
    },
    ...(initializer === undefined
      ? {}
      : {
          modelInitializer: initializerDefinition(initializer, producer),
          initializerSignature: initializerSignature(initializer),
        }),
  };
  return writeModelJson(directory, json, await writeWeights(namedWeights(graph), directory, options));
}

function* namedWeights({ weights }: Graph): Iterable<NamedWeight> {
  for (const [name, weight] of weights) yield { name, weight };
}
