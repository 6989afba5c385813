import * as v from 'valibot';
import { isJsonObject, type JsonObject, JsonObjectSchema } from '../../worker/model/json_object.ts';
import { type ModelJson, ModelJsonSchema, signatureDefinition } from '../../worker/model/model_json.ts';
import { findModelJson } from '../files/find_model_json.ts';
import { readJson } from '../files/json_files.ts';
import { findModelFile } from '../files/model_files.ts';
import { measureWeightGroup, repeatedWeight } from '../files/weights.ts';
import { type Imported, malformed, read, unsupported } from '../import_result.ts';
import { describeIssue } from '../schema_problem.ts';
import type { Graph, GraphInitializer, Weight } from './graph.ts';
import { graphSignatures } from './graph_signature.ts';
import { readInitializerNodes, readTopology } from './graph_topology.ts';
import { leftOutSignatures } from './named_signatures.ts';
import { groupWeights } from './weight_files.ts';

/** A tfjs GraphModel as a graph, with the other data of its file. */
export interface TfjsGraph {
  readonly graph: Graph;
  readonly generatedBy?: string;
  /** `userDefinedMetadata` without the signatures, which are in the graph. */
  readonly metadata: JsonObject;
}

const FileSchema = v.object({
  ...ModelJsonSchema.entries,
  generatedBy: v.nullish(v.string()),
  initializerSignature: v.nullish(v.object({ outputs: v.nullish(JsonObjectSchema, {}) })),
});

const TableSchema = v.object({ name: v.string(), resourceId: v.union([v.string(), v.number()]) });

/**
 * Reads a tfjs GraphModel: a directory with model.json, or the JSON file itself. Values of weights are read on demand.
 * A LayersModel is `unsupported`, since it is not a graph.
 *
 * @throws only for faults of the file system
 */
export async function readTfjsGraph(path: string): Promise<Imported<TfjsGraph>> {
  const found = await findModelJson(path);
  if (found.kind !== 'read') return found;
  const { directory, topology } = found.value;
  const place = topology.absolutePath;
  const parsed = await readJson(topology);
  if (parsed.kind !== 'read') return parsed;
  const json = parseFile(parsed.value);
  if (json.kind !== 'read') return { ...json, message: `${place}: ${json.message}` };
  const weights = await readWeights(directory, json.value);
  const model = weights.kind === 'read' ? readModel(json.value, weights.value) : weights;
  return model.kind === 'read' ? model : { ...model, message: `${place}: ${model.message}` };
}

function parseFile(json: unknown): Imported<v.InferOutput<typeof FileSchema>> {
  const parsed = v.safeParse(FileSchema, json);
  if (!parsed.success) return malformed(describeIssue(parsed.issues[0]));
  return Array.isArray(parsed.output.modelTopology.node)
    ? read(parsed.output)
    : unsupported('is not a graph model');
}

/** Returns the weights of tfjs's manifest by name. Their values are read on demand. */
export async function readWeights(
  directory: string,
  { weightsManifest }: Pick<ModelJson, 'weightsManifest'>,
): Promise<Imported<Map<string, Weight>>> {
  const groups = weightsManifest;
  const repeated = repeatedWeight(groups);
  if (repeated !== undefined) return malformed(`weightsManifest: there are two weights "${repeated}"`);
  const weights = new Map<string, Weight>();
  for (const [index, group] of groups.entries()) {
    const files = [];
    for (const path of group.paths) {
      const file = await findModelFile(directory, path);
      if (file.kind !== 'read') return file;
      files.push(file.value);
    }
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const measured = measureWeightGroup(group, bytes);
    const members = measured.kind === 'read' ? await groupWeights(group, files) : measured;
    if (members.kind !== 'read')
      return { ...members, message: `weightsManifest[${index}]: ${members.message}` };
    for (const [name, weight] of members.value) weights.set(name, weight);
  }
  return read(weights);
}

function readModel(
  json: v.InferOutput<typeof FileSchema>,
  weights: ReadonlyMap<string, Weight>,
): Imported<TfjsGraph> {
  const names = new Set(weights.keys());
  const topology = readTopology(json.modelTopology, names);
  if (topology.kind !== 'read') return { ...topology, message: `modelTopology: ${topology.message}` };
  const { nodes, functions, producer } = topology.value;
  const signatures = graphSignatures(json, nodes);
  if (signatures.kind !== 'read') return signatures;
  const initializer = readInitializer(json, names);
  if (initializer.kind !== 'read') return initializer;
  const { signature: _one, signatures: _all, leftOut: _others, ...metadata } = json.userDefinedMetadata ?? {};
  const leftOut = leftOutSignatures(json.userDefinedMetadata);
  const { generatedBy } = json;
  return read({
    graph: {
      nodes: [...nodes.values()],
      functions,
      weights,
      signatures: signatures.value,
      ...(leftOut === undefined ? {} : { leftOut }),
      ...(initializer.value === undefined ? {} : { initializer: initializer.value }),
      producer,
    },
    metadata,
    ...(generatedBy == null ? {} : { generatedBy }),
  });
}

function readInitializer(
  json: v.InferOutput<typeof FileSchema>,
  weights: ReadonlySet<string>,
): Imported<GraphInitializer | undefined> {
  const nodes = readInitializerNodes(json, weights);
  if (nodes.kind !== 'read') return nodes;
  if (nodes.value === undefined) return read(undefined);
  const filled = new Map<string, string>();
  for (const output of Object.values(json.initializerSignature?.outputs ?? {})) {
    const table = v.safeParse(TableSchema, output);
    if (!table.success) return malformed(describeIssue(table.issues[0], 'initializerSignature.outputs'));
    filled.set(String(table.output.resourceId), table.output.name);
  }
  const outputs: Record<string, { name: string; resourceId: string }> = {};
  const inputs = signatureDefinition(json)?.inputs;
  for (const input of isJsonObject(inputs) ? Object.values(inputs) : []) {
    const table = v.safeParse(TableSchema, input);
    if (!table.success) continue;
    const resourceId = String(table.output.resourceId);
    const name = filled.get(resourceId);
    if (name !== undefined) outputs[table.output.name] = { name, resourceId };
  }
  const used = new Set(Object.values(outputs).map(({ resourceId }) => resourceId));
  return [...filled.keys()].every((resourceId) => used.has(resourceId))
    ? read({ nodes: [...nodes.value.values()], outputs })
    : unsupported('the initializer makes tables that no input of the signature stands for');
}
