import type { JsonObject } from '../../../worker/model/json_object.ts';
import { CONVERTED_BY, type WriteModelOptions } from './write_graph_model.ts';
import { type WrittenModel, writeModelJson } from './write_model_json.ts';
import { type NamedWeight, writeWeights } from './write_weights.ts';

/**
 * Writes a tfjs LayersModel to an existing directory: the shards of weights, then model.json.
 *
 * @param topology tfjs's `modelTopology`: an object with Keras's `model_config`
 * @param weights the weights in the order of the files, with tfjs-layers' names
 * @throws if a weight cannot be read, or for faults of the file system
 */
export async function writeLayersModel(
  topology: JsonObject,
  weights: Iterable<NamedWeight> | AsyncIterable<NamedWeight>,
  directory: string,
  options: WriteModelOptions = {},
): Promise<WrittenModel> {
  const json = {
    format: 'layers-model',
    generatedBy: options.generatedBy ?? CONVERTED_BY,
    convertedBy: CONVERTED_BY,
    modelTopology: topology,
    ...(options.metadata === undefined ? {} : { userDefinedMetadata: options.metadata }),
  };
  return writeModelJson(directory, json, await writeWeights(weights, directory, options));
}
