import { readFile } from 'node:fs/promises';
import { findModelFile, readText } from '../files/model_files.ts';
import type { Graph } from '../graph/graph.ts';
import { type Imported, malformed, read, unsupported } from '../import_result.ts';
import { decodeGraph } from './graph_def/decode_graph.ts';
import type { SourceGraph, SourceNode } from './graph_def/source_graph.ts';
import { isTable } from './graph_def/table_lookups.ts';
import {
  assetFiles,
  chooseMetaGraph,
  initializerName,
  inSavedModel,
  SAVED_MODEL_FILE,
} from './meta_graph.ts';
import type { MetaGraphMessage } from './protobuf/saved_model_messages.ts';
import type { Variables } from './resolve_variables.ts';
import { assignedVariables, filledTables, runNodes } from './restored_variables.ts';
import { servingGraph } from './serving_graph.ts';
import { openBundle } from './tensor_bundle/bundle.ts';
import { isVariable } from './variable_operations.ts';

export interface ReadSavedModel {
  readonly graph: Graph;
  /** Differences from the SavedModel, as sentences for the publisher. */
  readonly notes: readonly string[];
}

/** The limit of protocol buffers. Bytes. */
const LARGEST_FILE = 2 ** 31 - 1;
/** The most bytes of a file with a table's entries. */
const LARGEST_ASSET = 2 ** 27;
const VARIABLES = 'variables/variables';

/**
 * Reads a SavedModel directory of TensorFlow 1 or 2. Variables' values are read on demand. Their checksums are verified
 * then, and a weight's `read` throws a WeightError if one is wrong.
 */
export async function readSavedModel(directory: string): Promise<Imported<ReadSavedModel>> {
  const imported = await readDirectory(directory);
  return imported.kind === 'read' ? imported : { ...imported, message: `${directory}: ${imported.message}` };
}

async function readDirectory(directory: string): Promise<Imported<ReadSavedModel>> {
  const file = await findModelFile(directory, SAVED_MODEL_FILE);
  if (file.kind !== 'read') return file;
  if (file.value.bytes > LARGEST_FILE) return unsupported(`${SAVED_MODEL_FILE}: is larger than 2 GB`);
  const meta = chooseMetaGraph(await readFile(file.value.absolutePath));
  if (meta.kind !== 'read') return meta;
  const graph = sourceGraph(meta.value);
  if (graph.kind !== 'read') return graph;
  const initializer = nodesOf(graph.value, initializerName(meta.value));
  if (initializer.kind !== 'read') return initializer;
  const variables = await readVariables(directory, meta.value, graph.value, initializer.value);
  if (variables.kind !== 'read') return variables;
  const assets = assetFiles(meta.value);
  if (assets.kind !== 'read') return assets;
  return servingGraph({
    meta: meta.value,
    graph: graph.value,
    variables: variables.value,
    initializer: initializer.value,
    readAsset: (node) => readAsset(directory, assets.value.get(node), node),
  });
}

function sourceGraph({ graphDef, metaInfoDef }: MetaGraphMessage): Imported<SourceGraph> {
  if (graphDef === null) return malformed(`${SAVED_MODEL_FILE}: there is no graph in it`);
  return decodeGraph(graphDef, metaInfoDef?.strippedOpList?.op ?? [], SAVED_MODEL_FILE);
}

/** Returns the nodes that run when a node runs, or an empty list without a name. */
function nodesOf(graph: SourceGraph, name: string | undefined): Imported<SourceNode[]> {
  if (name === undefined || name === '') return read([]);
  return inSavedModel(runNodes(graph, name));
}

async function readVariables(
  directory: string,
  { saverDef }: MetaGraphMessage,
  graph: SourceGraph,
  initializer: readonly SourceNode[],
): Promise<Imported<Variables>> {
  const functionNodes = [...graph.functions.values()].flatMap(({ nodes }) => nodes);
  const isRestored = (node: SourceNode): boolean => isVariable(node) || isTable(node.op);
  if (!graph.nodes.some(isRestored) && !functionNodes.some(isRestored))
    return read({ values: new Map(), tables: new Map(), bundle: undefined });
  const restorer = nodesOf(graph, saverDef?.restoreOpName);
  if (restorer.kind !== 'read') return restorer;
  const restored = inSavedModel(await assignedVariables(restorer.value));
  if (restored.kind !== 'read') return restored;
  const initialized = inSavedModel(await assignedVariables(initializer));
  if (initialized.kind !== 'read') return initialized;
  // The initialization follows the restoration.
  const values = new Map([...restored.value, ...initialized.value]);
  const tables = inSavedModel(await filledTables(restorer.value));
  if (tables.kind !== 'read') return tables;
  const all = [
    ...values.values(),
    ...[...tables.value.values()].flatMap((table) => [table.keys, table.values]),
  ];
  if (!all.some(({ kind }) => kind === 'restored'))
    return read({ values, tables: tables.value, bundle: undefined });
  const bundle = await openBundle(directory, VARIABLES);
  return bundle.kind === 'read' ? read({ values, tables: tables.value, bundle: bundle.value }) : bundle;
}

async function readAsset(
  directory: string,
  file: string | undefined,
  node: string,
): Promise<Imported<string>> {
  if (file === undefined) return unsupported(`the file at "${node}" is not among the model's assets`);
  const found = await findModelFile(directory, `assets/${file}`);
  if (found.kind !== 'read') return found;
  if (found.value.bytes > LARGEST_ASSET) return unsupported(`"${found.value.path}" is larger than 128 MB`);
  return read(await readText(found.value));
}
