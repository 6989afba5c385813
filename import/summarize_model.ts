import * as v from 'valibot';
import type { LeftOut, ModelContent } from '../worker/model/content.ts';
import { isJsonObject, type JsonObject } from '../worker/model/json_object.ts';
import { type ModelJson, ModelJsonSchema } from '../worker/model/model_json.ts';
import type { Signature } from '../worker/model/signature.ts';
import { elementCount } from '../worker/model/tensor.ts';
import type { SourceFormat } from './formats.ts';

/** What a model consists of, for people who want to know before they publish it. */
export interface ModelSummary {
  readonly sourceFormat: SourceFormat;
  /** What it is served as. */
  readonly format: ModelContent['format'];
  readonly signatures: Readonly<Record<string, Signature>>;
  /** Signatures that it would not be served with, and why. */
  readonly leftOut: LeftOut;
  /** How often each operation, or kind of layer, stands in it; most frequent first. */
  readonly operations: readonly { readonly name: string; readonly count: number }[];
  /** Of all weights that are served. */
  readonly parameters: number;
  /** Of all weights as they lie in memory. */
  readonly weightBytes: number;
  /** Of all files. */
  readonly fileBytes: number;
}

/** Sums up a model that was read. @param json the content of its topology's file */
export function summarizeModel(
  sourceFormat: SourceFormat,
  content: ModelContent,
  json: unknown,
): ModelSummary {
  const model = v.parse(ModelJsonSchema, json);
  const counts = new Map<string, number>();
  for (const name of content.format === 'tfjs-graph-model' ? graphOperations(model) : layerKinds(model)) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return {
    sourceFormat,
    format: content.format,
    signatures: content.signatures,
    leftOut: content.leftOut ?? {},
    operations: [...counts]
      .map(([name, count]) => ({ name, count }))
      .sort((one, other) => other.count - one.count || (one.name < other.name ? -1 : 1)),
    parameters: countParameters(model),
    weightBytes: content.weightBytes,
    fileBytes: content.blobs.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function countParameters({ weightsManifest }: ModelJson): number {
  return weightsManifest
    .flatMap(({ weights }) => weights)
    .filter(({ group, dtype }) => group !== 'optimizer' && dtype !== 'string')
    .reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

/** Of the graph and of the functions that it calls. */
function graphOperations({ modelTopology }: ModelJson): string[] {
  const library = isJsonObject(modelTopology.library) ? modelTopology.library.function : undefined;
  const functions: readonly unknown[] = Array.isArray(library) ? library : [];
  const lists = [
    modelTopology.node,
    ...functions.map((member) => (isJsonObject(member) ? member.nodeDef : undefined)),
  ];
  // Constants are the weights, which are counted as such.
  return objects(lists.flat()).flatMap(({ op }) => (typeof op === 'string' && op !== 'Const' ? [op] : []));
}

/** Of the model and of the models and wrapped layers in it, but not of the models themselves. */
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
