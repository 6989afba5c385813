import type { Blob, ModelContent } from '../../worker/model/content.ts';
import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';
import { isJsonObject } from '../../worker/model/json_object.ts';
import { type ModelJson, ModelJsonSchema, type WeightGroup } from '../../worker/model/model_json.ts';
import type { Signature } from '../../worker/model/signature.ts';
import { withClasses } from '../files/classes.ts';
import { findModelJson } from '../files/find_model_json.ts';
import type { ImageFile } from '../files/image_file.ts';
import { readJson, validate } from '../files/json_files.ts';
import { describeBlob, findModelFile, type ModelFile } from '../files/model_files.ts';
import { readSidecarFiles } from '../files/sidecar_files.ts';
import { measureWeightGroup, repeatedWeight } from '../files/weights.ts';
import { type SourceFormat, SUPPORTED_FORMATS } from '../formats.ts';
import { findCycle } from '../graph/find_cycle.ts';
import { graphSignatures } from '../graph/graph_signature.ts';
import { readInitializerNodes, readTopology } from '../graph/graph_topology.ts';
import { leftOutSignatures } from '../graph/named_signatures.ts';
import { type Imported, type ImportProblem, malformed, read, unsupported } from '../import_result.ts';
import { rescaledInput } from '../keras/rescaled_input.ts';
import { layersSignature } from './layers_model.ts';

/** The content of a version made from a model directory. */
export type ModelImport =
  | {
      readonly kind: 'read';
      /** The format of the source. */
      readonly sourceFormat: SourceFormat;
      readonly content: ModelContent;
      /** The absolute paths of the blobs' files by the blobs' paths. */
      readonly files: ReadonlyMap<string, string>;
    }
  | ImportProblem;

/**
 * Reads a tfjs GraphModel or LayersModel: a directory with model.json, a directory with another JSON file that has a
 * topology, or that file itself. It reads all files of weights once for their digests.
 *
 * @param options.examplesIn the directory of the examples, if it is not the model's own
 * @param options.sourceFormat the format from which the model was converted, if it was
 * @param options.image how an image becomes the input, as that format states it
 * @throws only for faults of the file system
 */
export async function readTfjsDirectory(
  path: string,
  options: {
    readonly examplesIn?: string;
    readonly sourceFormat?: SourceFormat;
    readonly image?: ImageFile;
  } = {},
): Promise<ModelImport> {
  const found = await findModelJson(path);
  if (found.kind !== 'read') return found;
  const { directory, topology } = found.value;
  const json = await readModelJson(topology);
  if (json.kind !== 'read') return json;
  const model = await readModel(directory, topology, json.value);
  if (model.kind !== 'read') return { ...model, message: `${topology.absolutePath}: ${model.message}` };
  const { format, weightBytes, signatures, shards } = model.value;
  const leftOut = leftOutSignatures(json.value.userDefinedMetadata);
  const { modelTopology } = json.value;
  const image =
    options.image ??
    (format === 'tfjs-layers-model' ? rescaledInput(modelTopology.model_config ?? modelTopology) : undefined);
  const sidecars = await readSidecarFiles(options.examplesIn ?? directory, signatures, image);
  if (sidecars.kind !== 'read') return sidecars;
  const blobs: Blob[] = [];
  for (const file of [topology, ...shards]) blobs.push(await describeBlob(file));
  return {
    kind: 'read',
    sourceFormat: options.sourceFormat ?? format,
    content: {
      format,
      topology: topology.path,
      blobs,
      weightBytes,
      ...sidecars.value,
      ...(leftOut === undefined ? {} : { leftOut }),
    },
    files: new Map([topology, ...shards].map((file) => [file.path, file.absolutePath])),
  };
}

interface ReadModel {
  readonly format: ModelContent['format'];
  readonly weightBytes: number;
  readonly signatures: Record<string, Signature>;
  readonly shards: readonly ModelFile[];
}

async function readModel(
  directory: string,
  topology: ModelFile,
  json: ModelJson,
): Promise<Imported<ReadModel>> {
  const format = modelFormat(json);
  if (format.kind !== 'read') return format;
  const groups = json.weightsManifest;
  const weights = await readWeights(directory, topology, groups);
  if (weights.kind !== 'read') return weights;
  const signatures =
    format.value === 'tfjs-graph-model'
      ? readGraphSignatures(json, groups)
      : onlySignature(
          await layersSignature(
            json.modelTopology,
            groups.flatMap((group) => group.weights),
          ),
        );
  if (signatures.kind !== 'read') return signatures;
  const classified: Record<string, Signature> = {};
  for (const [name, signature] of Object.entries(signatures.value)) {
    const named = withClasses(signature, json.userDefinedMetadata ?? undefined);
    if (named.kind !== 'read') return named;
    classified[name] = named.value;
  }
  return read({ format: format.value, signatures: classified, ...weights.value });
}

function onlySignature(signature: Imported<Signature>): Imported<Record<string, Signature>> {
  return signature.kind === 'read' ? read({ [DEFAULT_SIGNATURE]: signature.value }) : signature;
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
        `${stated === undefined ? 'no known format' : `format "${stated}"`}. ${SUPPORTED_FORMATS}`,
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

function readGraphSignatures(
  json: ModelJson,
  groups: readonly WeightGroup[],
): Imported<Record<string, Signature>> {
  const names = new Set(groups.flatMap(({ weights }) => weights.map(({ name }) => name)));
  const topology = readTopology(json.modelTopology, names);
  if (topology.kind !== 'read') return { ...topology, message: `modelTopology: ${topology.message}` };
  const cycle = findCycle(topology.value.nodes.values());
  if (cycle !== undefined) return malformed(`modelTopology: node "${cycle}" is computed from itself`);
  const initializer = readInitializerNodes(json, names);
  return initializer.kind === 'read' ? graphSignatures(json, topology.value.nodes) : initializer;
}

async function readModelJson(file: ModelFile): Promise<Imported<ModelJson>> {
  const json = await readJson(file);
  if (json.kind !== 'read') return json;
  // The caller may name any JSON file, for example package.json.
  if (!isJsonObject(json.value) || json.value.modelTopology === undefined) {
    return malformed(`${file.absolutePath}: this is not a tfjs model: it has no modelTopology`);
  }
  return validate(file, json.value, ModelJsonSchema);
}
