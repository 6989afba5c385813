import { readdir } from 'node:fs/promises';
import * as v from 'valibot';
import { withClasses } from './classes.ts';
import {
  GoldenFileSchema,
  goldenExamples,
  WarmupFileSchema,
  warmupRequests,
  zeroRequests,
} from './examples.ts';
import { findModelJson, GOLDEN_FILE, SUPPORTED_FORMATS, WARMUP_FILE } from './find_model_json.ts';
import { graphSignature } from './graph_signature.ts';
import { readGraph } from './graph_topology.ts';
import { type Imported, type ImportProblem, malformed, read, unsupported } from './imported.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import { layersSignature } from './layers_model.ts';
import { type Blob, DEFAULT_SIGNATURE, type ModelContent, type Signature } from './model_content.ts';
import { describeBlob, findModelFile, type ModelFile, readText } from './model_files.ts';
import { type ModelJson, ModelJsonSchema, type WeightGroup } from './model_json.ts';
import { describeIssue } from './schema_problem.ts';
import { measureWeightGroup, repeatedWeight } from './weights.ts';

/** What a version made of a model directory would consist of. */
export type ModelImport =
  | {
      readonly kind: 'read';
      readonly content: ModelContent;
      /** Where the bytes of every blob are: absolute paths by the blobs' paths. */
      readonly files: ReadonlyMap<string, string>;
    }
  | ImportProblem;

/**
 * Reads a tfjs GraphModel or LayersModel: a directory with model.json, one with a JSON file of another name
 * that has a topology, or that file itself. Reads all files of weights once, for their digests.
 *
 * @throws only for faults of the file system
 */
export async function readTfjsDirectory(path: string): Promise<ModelImport> {
  const found = await findModelJson(path);
  if (found.kind !== 'read') return found;
  const { directory, topology } = found.value;
  const json = await readModelJson(topology);
  if (json.kind !== 'read') return json;
  const model = await readModel(directory, topology, json.value);
  if (model.kind !== 'read') return { ...model, message: `${topology.absolutePath}: ${model.message}` };
  const { format, weightBytes, signature, shards } = model.value;
  const signatures = { [DEFAULT_SIGNATURE]: signature };
  const warmup = await readBeside(directory, WARMUP_FILE, WarmupFileSchema, (file) =>
    warmupRequests(file, signatures),
  );
  if (warmup.kind !== 'read') return warmup;
  const golden = await readBeside(directory, GOLDEN_FILE, GoldenFileSchema, (file) =>
    goldenExamples(file, signatures),
  );
  if (golden.kind !== 'read') return golden;
  const blobs: Blob[] = [];
  for (const file of [topology, ...shards]) blobs.push(await describeBlob(file));
  return {
    kind: 'read',
    content: {
      format,
      topology: topology.path,
      signatures,
      blobs,
      weightBytes,
      warmup: warmup.value ?? zeroRequests(signatures),
      golden: golden.value ?? [],
    },
    files: new Map([topology, ...shards].map((file) => [file.path, file.absolutePath])),
  };
}

interface ReadModel {
  readonly format: ModelContent['format'];
  readonly weightBytes: number;
  readonly signature: Signature;
  readonly shards: readonly ModelFile[];
}

async function readModel(
  directory: string,
  topology: ModelFile,
  json: ModelJson,
): Promise<Imported<ReadModel>> {
  const format = modelFormat(json);
  if (format.kind !== 'read') return format;
  const groups = json.weightsManifest ?? [];
  const weights = await readWeights(directory, topology, groups);
  if (weights.kind !== 'read') return weights;
  const signature =
    format.value === 'tfjs-graph-model'
      ? readGraphSignature(json, groups)
      : await layersSignature(
          json.modelTopology,
          groups.flatMap((group) => group.weights),
        );
  if (signature.kind !== 'read') return signature;
  const classified = withClasses(signature.value, json.userDefinedMetadata ?? undefined);
  if (classified.kind !== 'read') return classified;
  return read({ format: format.value, signature: classified.value, ...weights.value });
}

function modelFormat({ format, modelTopology }: ModelJson): Imported<ModelContent['format']> {
  const isGraph = Array.isArray(modelTopology.node);
  const isLayers =
    isJsonObject(modelTopology.model_config) ||
    (typeof modelTopology.class_name === 'string' && modelTopology.config !== undefined);
  const stated = format ?? (isGraph ? 'graph-model' : isLayers ? 'layers-model' : undefined);
  switch (stated) {
    case 'graph-model':
      return isGraph ? read('tfjs-graph-model') : malformed('modelTopology.node: a graph model has nodes');
    case 'layers-model':
      return isLayers
        ? read('tfjs-layers-model')
        : malformed('modelTopology: a layers model has a configuration');
    default:
      return unsupported(
        `${stated === undefined ? 'no known format' : `format "${stated}"`}. Supported: ${SUPPORTED_FORMATS}`,
      );
  }
}

async function readWeights(
  directory: string,
  topology: ModelFile,
  groups: readonly WeightGroup[],
): Promise<Imported<Pick<ReadModel, 'weightBytes' | 'shards'>>> {
  const repeated = repeatedWeight(groups);
  if (repeated !== undefined) return malformed(`weightsManifest: there are two weights "${repeated}"`);
  const shards = new Map<string, ModelFile>();
  let weightBytes = 0;
  for (const [index, group] of groups.entries()) {
    const place = `weightsManifest[${index}]`;
    let fileBytes = 0;
    for (const [position, path] of group.paths.entries()) {
      const file =
        path === topology.path ? malformed('is the topology itself') : await findModelFile(directory, path);
      if (file.kind !== 'read') return { ...file, message: `${place}.paths[${position}]: ${file.message}` };
      shards.set(path, file.value);
      fileBytes += file.value.bytes;
    }
    const measured = measureWeightGroup(group, fileBytes);
    if (measured.kind !== 'read') return { ...measured, message: `${place}: ${measured.message}` };
    weightBytes += measured.value;
  }
  return read({ weightBytes, shards: [...shards.values()] });
}

function readGraphSignature(json: ModelJson, groups: readonly WeightGroup[]): Imported<Signature> {
  const names = new Set(groups.flatMap(({ weights }) => weights.map(({ name }) => name)));
  const nodes = readGraph(json.modelTopology, names);
  if (nodes.kind !== 'read') return { ...nodes, message: `modelTopology: ${nodes.message}` };
  const initializer = json.modelInitializer;
  if (initializer?.node !== undefined && initializer.node !== null) {
    const checked = readGraph({ versions: {}, ...initializer }, names);
    if (checked.kind !== 'read') return { ...checked, message: `modelInitializer: ${checked.message}` };
  }
  return graphSignature(nodes.value, signatureDefinition(json));
}

/** The one in the metadata wins, as in tfjs-converter's GraphModel. */
function signatureDefinition({ userDefinedMetadata, signature }: ModelJson): JsonObject | undefined {
  const inMetadata = userDefinedMetadata?.signature;
  return isJsonObject(inMetadata) ? inMetadata : (signature ?? undefined);
}

/** A file that may lie beside the model; undefined where there is none. */
async function readBeside<Schema extends v.GenericSchema, T>(
  directory: string,
  name: string,
  schema: Schema,
  interpret: (file: v.InferOutput<Schema>) => Imported<T>,
): Promise<Imported<T | undefined>> {
  if (!(await readdir(directory)).includes(name)) return read(undefined);
  const file = await findModelFile(directory, name);
  if (file.kind !== 'read') return { ...file, message: `${directory}: ${file.message}` };
  const json = await readJson(file.value);
  const document = json.kind === 'read' ? validate(file.value, json.value, schema) : json;
  if (document.kind !== 'read') return document;
  const interpreted = interpret(document.value);
  return interpreted.kind === 'read'
    ? interpreted
    : { ...interpreted, message: `${file.value.absolutePath}: ${interpreted.message}` };
}

async function readModelJson(file: ModelFile): Promise<Imported<ModelJson>> {
  const json = await readJson(file);
  if (json.kind !== 'read') return json;
  // Any JSON file can be given by its name, package.json for one.
  if (!isJsonObject(json.value) || json.value.modelTopology === undefined) {
    return malformed(`${file.absolutePath}: this is not a tfjs model: it has no modelTopology`);
  }
  return validate(file, json.value, ModelJsonSchema);
}

async function readJson(file: ModelFile): Promise<Imported<unknown>> {
  const text = await readText(file);
  try {
    return read(JSON.parse(text));
  } catch {
    return malformed(`${file.absolutePath}: is not JSON`);
  }
}

function validate<Schema extends v.GenericSchema>(
  file: ModelFile,
  json: unknown,
  schema: Schema,
): Imported<v.InferOutput<Schema>> {
  const parsed = v.safeParse(schema, json);
  return parsed.success
    ? read(parsed.output)
    : malformed(`${file.absolutePath}: ${describeIssue(parsed.issues[0])}`);
}
