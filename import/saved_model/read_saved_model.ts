import { readFile } from 'node:fs/promises';
import type { Graph, GraphSignature } from '../graph/graph.ts';
import { calledFunctions } from '../graph_def/called_functions.ts';
import { decodeGraph } from '../graph_def/decode_graph.ts';
import { finishGraph, narrowedTypes } from '../graph_def/finish_graph.ts';
import { inlineCalls } from '../graph_def/inline_calls.ts';
import { nodesByName, reach } from '../graph_def/reach.ts';
import type { SourceFunction, SourceGraph, SourceNode } from '../graph_def/source_graph.ts';
import { type Imported, malformed, read, unsupported } from '../imported.ts';
import { findModelFile } from '../model_files.ts';
import type { MetaGraphMessage, SignatureMessage } from '../protobuf/saved_model_messages.ts';
import { type Bundle, openBundle } from '../tensor_bundle/bundle.ts';
import { chooseMetaGraph, initialiserName, publicSignatures, SAVED_MODEL_FILE } from './meta_graph.ts';
import { cutExampleParsers, type ParsedFeature } from './parsed_examples.ts';
import { resolveVariables, type Variables } from './resolve_variables.ts';
import { assignedVariables, type VariableValue } from './restored_variables.ts';
import { readSignature, signatureNodes } from './signatures.ts';
import { changesState, isVariable } from './variable_operations.ts';

export interface ReadSavedModel {
  readonly graph: Graph;
  /** What is not as it was in the SavedModel: sentences for whoever publishes it. */
  readonly notes: readonly string[];
}

/** Bytes; protocol buffers end at 2 GB. */
const LARGEST_FILE = 2 ** 31 - 1;
const VARIABLES = 'variables/variables';

/** Reads a SavedModel directory of TensorFlow 1 or 2. Variables' values stay in their files until asked for. */
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
  const variables = await readVariables(directory, meta.value, graph.value);
  if (variables.kind !== 'read') return variables;
  return readServingGraph(meta.value, graph.value, variables.value);
}

function sourceGraph({ graphDef, metaInfoDef }: MetaGraphMessage): Imported<SourceGraph> {
  if (graphDef === null) return malformed(`${SAVED_MODEL_FILE}: there is no graph in it`);
  return decodeGraph(graphDef, metaInfoDef?.strippedOpList?.op ?? [], SAVED_MODEL_FILE);
}

async function readVariables(
  directory: string,
  meta: MetaGraphMessage,
  graph: SourceGraph,
): Promise<Imported<Variables>> {
  const functionNodes = [...graph.functions.values()].flatMap(({ nodes }) => nodes);
  if (![...graph.nodes, ...functionNodes].some(isVariable))
    return read({ values: new Map(), bundle: undefined });
  const values = new Map<string, VariableValue>();
  const restore = meta.saverDef?.restoreOpName ?? '';
  // What is initialised after it was restored has that value.
  for (const name of [restore, initialiserName(meta) ?? '']) {
    if (name === '') continue;
    const assigned = await assignedVariables(graph, name, SAVED_MODEL_FILE);
    if (assigned.kind !== 'read') return assigned;
    for (const [key, value] of assigned.value) values.set(key, value);
  }
  let bundle: Bundle | undefined;
  if ([...values.values()].some(({ kind }) => kind === 'restored')) {
    const opened = await openBundle(directory, VARIABLES);
    if (opened.kind !== 'read') return opened;
    bundle = opened.value;
  }
  return read({ values, bundle });
}

async function readServingGraph(
  meta: MetaGraphMessage,
  graph: SourceGraph,
  variables: Variables,
): Promise<Imported<ReadSavedModel>> {
  const messages = publicSignatures(meta);
  if (messages.size === 0) return unsupported(`${SAVED_MODEL_FILE}: it has no signature`);
  const inlined = inlineCalls(servingNodes(graph.nodes, messages), graph.functions, SAVED_MODEL_FILE);
  if (inlined.kind !== 'read') return inlined;
  const called = calledFunctions(inlined.value, graph.functions, SAVED_MODEL_FILE);
  if (called.kind !== 'read') return called;
  const stateful = [inlined.value, ...called.value.map(({ nodes }) => nodes)].flat().find(changesState);
  if (stateful !== undefined) {
    return unsupported(
      `${SAVED_MODEL_FILE}: node "${stateful.name}" (${stateful.op}) changes the model while it is served; a version is immutable, and isolates share no state`,
    );
  }
  const resolved = await resolveVariables(inlined.value, variables);
  if (resolved.kind !== 'read') return resolved;
  const functions: SourceFunction[] = [];
  for (const definition of called.value) {
    const nodes = await resolveVariables(definition.nodes, variables);
    if (nodes.kind !== 'read') return nodes;
    functions.push({ ...definition, nodes: nodes.value });
  }
  const cut = await cutExampleParsers(resolved.value);
  if (cut.kind !== 'read') return { ...cut, message: `${SAVED_MODEL_FILE}: ${cut.message}` };
  const notes: string[] = [];
  const signatures = readSignatures(messages, cut.value.nodes, cut.value.features, notes);
  if (signatures.kind !== 'read') return signatures;
  const finished = finishGraph({
    nodes: cut.value.nodes,
    functions,
    signatures: signatures.value,
    producer: graph.producer,
  });
  if (finished.kind !== 'read') return { ...finished, message: `${SAVED_MODEL_FILE}: ${finished.message}` };
  for (const [type, count] of narrowedTypes(finished.value)) {
    notes.push(`${count} tensors of type ${type} are narrowed to what tfjs has in its place`);
  }
  return read({ graph: finished.value, notes });
}

/** The nodes that run when any of the signatures is asked, for the sake of order too. */
function servingNodes(
  nodes: readonly SourceNode[],
  signatures: ReadonlyMap<string, SignatureMessage>,
): SourceNode[] {
  const byName = nodesByName(nodes);
  const reached = new Set<string>();
  for (const message of signatures.values()) {
    const { inputs, outputs } = signatureNodes(message);
    for (const name of reach(byName, outputs, { through: 'all', stops: inputs })) reached.add(name);
    // What is fed is computed for other signatures, or is what examples are parsed from.
    for (const name of reach(byName, inputs, { through: 'all' })) reached.add(name);
  }
  return nodes.filter(({ name }) => reached.has(name));
}

/** A signature that cannot be served is left out, unless it is the last. */
function readSignatures(
  messages: ReadonlyMap<string, SignatureMessage>,
  nodes: readonly SourceNode[],
  features: readonly ParsedFeature[],
  notes: string[],
): Imported<Record<string, GraphSignature>> {
  const byName = nodesByName(nodes);
  const signatures: [string, GraphSignature][] = [];
  const refused: string[] = [];
  for (const [name, message] of messages) {
    const signature = readSignature(message, byName, features);
    switch (signature.kind) {
      case 'read':
        signatures.push([name, signature.value]);
        break;
      case 'unsupported':
        refused.push(`signature "${name}" is left out: ${signature.message}`);
        break;
      case 'malformed':
        return malformed(`${SAVED_MODEL_FILE}: signature "${name}": ${signature.message}`);
    }
  }
  if (signatures.length === 0) return unsupported(`${SAVED_MODEL_FILE}: ${refused.join('; ')}`);
  notes.push(...refused);
  return read(Object.fromEntries(signatures));
}
