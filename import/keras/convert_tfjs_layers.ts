import * as v from 'valibot';
import { isJsonObject, type JsonObject } from '../../worker/model/json_object.ts';
import { ModelJsonSchema } from '../../worker/model/model_json.ts';
import type { ConvertGraphOptions } from '../convert_graph.ts';
import { findModelJson } from '../files/find_model_json.ts';
import { readJson } from '../files/json_files.ts';
import type { Weight } from '../graph/graph.ts';
import { readWeights } from '../graph/read_tfjs_graph.ts';
import { type Imported, read } from '../import_result.ts';
import { planConversion } from './plan_conversion.ts';
import { findNamedWeights } from './weights/named_weights.ts';
import { writeConverted } from './write_converted.ts';

/**
 * Writes a tfjs LayersModel anew whose configuration Keras 3 wrote, which tfjs-layers does not read, or one that has to become a
 * graph.
 *
 * @param path the model's JSON file
 * @returns whether the directory has the model now: any other model is left where it is
 */
export async function convertTfjsLayers(
  path: string,
  directory: string,
  options: ConvertGraphOptions,
): Promise<Imported<boolean>> {
  const found = await findModelJson(path);
  if (found.kind !== 'read') return read(false);
  const json = await readJson(found.value.topology);
  const parsed = v.safeParse(ModelJsonSchema, json.kind === 'read' ? json.value : undefined);
  if (!parsed.success) return read(false);
  const isGraph = options.integers !== undefined;
  const { modelTopology, userDefinedMetadata } = parsed.output;
  const version = keras3Version(modelTopology) ?? (isGraph ? olderVersion(modelTopology) : undefined);
  if (version === undefined) return read(false);
  const configuration = modelTopology.model_config ?? modelTopology;
  const model = await planConversion(JSON.stringify(configuration), version, isGraph);
  if (model.kind !== 'read') return { ...model, message: `model_config: ${model.message}` };
  const weights = await readWeights(found.value.directory, parsed.output);
  if (weights.kind !== 'read') return weights;
  const paired = findNamedWeights(storedIn(weights.value), model.value.sources, model.value.expected);
  if (paired.kind !== 'read') return paired;
  const file = {
    read: async (name: string) => new Uint8Array((await weights.value.get(name)?.read()) ?? []),
  };
  const classes = userDefinedMetadata?.classes;
  const written = await writeConverted(file, model.value, paired.value, directory, {
    ...options,
    ...(classes === undefined ? {} : { metadata: { classes } }),
  });
  return written.kind === 'read' ? read(true) : written;
}

/** Keras's version, where it is 3 or later. */
function keras3Version({
  keras_version: version,
  model_config: configuration,
}: JsonObject): string | undefined {
  return typeof version === 'string' && Number.parseInt(version, 10) >= 3 && isJsonObject(configuration)
    ? version
    : undefined;
}

/** The version of layers that tfjs-layers reads, which become a graph only to be computed in bytes. */
function olderVersion({
  keras_version: version,
  model_config: configuration,
  class_name: className,
}: JsonObject) {
  if (!isJsonObject(configuration) && typeof className !== 'string') return undefined;
  return typeof version === 'string' ? version : '2';
}

function storedIn(weights: ReadonlyMap<string, Weight>) {
  return [...weights].flatMap(([name, { dtype, shape, byteLength }]) =>
    dtype === 'string' ? [] : [{ path: name, name, dataset: { dtype, shape, byteLength } }],
  );
}
