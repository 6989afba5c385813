import * as v from 'valibot';
import type { LeftOut, ModelContent } from '../worker/model/content.ts';
import type { ImageInput } from '../worker/model/image_input.ts';
import { isJsonObject, type JsonObject } from '../worker/model/json_object.ts';
import { type ModelJson, ModelJsonSchema } from '../worker/model/model_json.ts';
import type { Signature } from '../worker/model/signature.ts';
import { elementCount } from '../worker/model/tensor.ts';
import type { SourceFormat } from './formats.ts';

/** A summary of a model, for people who inspect it before they publish it. */
export interface ModelSummary {
  readonly sourceFormat: SourceFormat;
  /** The format in which it is served. */
  readonly format: ModelContent['format'];
  readonly signatures: Readonly<Record<string, Signature>>;
  /** The signatures that would not be served, and why. */
  readonly leftOut: LeftOut;
  /** How a request that is an image becomes an input; absent where none does. */
  readonly image?: ImageInput;
  /** How often each operation, or kind of layer, stands in it; most frequent first. */
  readonly operations: readonly { readonly name: string; readonly count: number }[];
  /** The number of values of all served weights. */
  readonly parameters: number;
  /** The bytes of all weights in memory. */
  readonly weightBytes: number;
  /** The bytes of all files. */
  readonly fileBytes: number;
}

/**
 * Summarizes a model that was read.
 *
 * @param json the content of its topology's file
 */
export function summarizeModel(
  sourceFormat: SourceFormat,
  content: ModelContent,
  json: unknown,
): ModelSummary {
  return {
    sourceFormat,
    format: content.format,
    signatures: content.signatures,
    leftOut: content.leftOut ?? {},
    ...(content.image === undefined ? {} : { image: content.image }),
    ...summarizeTopology(content.format, json),
    weightBytes: content.weightBytes,
    fileBytes: content.blobs.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Summarizes the file of a model's topology. */
export function summarizeTopology(
  format: ModelContent['format'],
  json: unknown,
): Pick<ModelSummary, 'operations' | 'parameters'> {
  const model = v.parse(ModelJsonSchema, json);
  const counts = new Map<string, number>();
  for (const name of format === 'tfjs-graph-model' ? graphOperations(model) : layerKinds(model)) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return {
    operations: [...counts]
      .map(([name, count]) => ({ name, count }))
      .sort((one, other) => other.count - one.count || (one.name < other.name ? -1 : 1)),
    parameters: countParameters(model),
  };
}

function countParameters({ weightsManifest }: ModelJson): number {
  return weightsManifest
    .flatMap(({ weights }) => weights)
    .filter(({ group, dtype }) => group !== 'optimizer' && dtype !== 'string')
    .reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

/** Returns the operations of the graph and of its functions. */
function graphOperations({ modelTopology }: ModelJson): string[] {
  const library = isJsonObject(modelTopology.library) ? modelTopology.library.function : undefined;
  const functions: readonly unknown[] = Array.isArray(library) ? library : [];
  const lists = [
    modelTopology.node,
    ...functions.map((member) => (isJsonObject(member) ? member.nodeDef : undefined)),
  ];
  // Constants are omitted, since they count as weights.
  return objects(lists.flat()).flatMap(({ op }) => (typeof op === 'string' && op !== 'Const' ? [op] : []));
}

/**
 * Returns the kinds of the layers of a model, of its nested models and of its wrapped layers, but not the nested models
 * themselves.
 */
function layerKinds({ modelTopology }: ModelJson): string[] {
  const kinds: string[] = [];
  const pending: JsonObject[] = [
    isJsonObject(modelTopology.model_config) ? modelTopology.model_config : modelTopology,
  ];
  for (let layer = pending.pop(); layer !== undefined; layer = pending.pop()) {
    const { config } = layer;
    const inner = Array.isArray(config) ? config : isJsonObject(config) ? config.layers : undefined;
    if (Array.isArray(inner)) pending.push(...objects(inner));
    else if (typeof layer.class_name === 'string') {
      kinds.push(layer.class_name);
      if (isJsonObject(config)) pending.push(...objects([config.layer, config.cell]));
    }
  }
  return kinds;
}

function objects(values: readonly unknown[]): JsonObject[] {
  return values.filter(isJsonObject);
}
