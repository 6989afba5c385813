import type { LeftOut } from '../../worker/model/content.ts';
import { isMemberName } from '../../worker/model/names.ts';
import type { Signature } from '../../worker/model/signature.ts';
import type { Graph } from '../graph/graph.ts';
import { constantTables } from '../graph/tables/constant_tables.ts';
import { type Imported, malformed, read, unsupported } from '../import_result.ts';
import { leavingOut } from '../left_out_signatures.ts';
import { finishGraph } from './graph_def/finish_graph.ts';
import { calledFunctions } from './graph_def/functions/called_functions.ts';
import { inlineCalls } from './graph_def/functions/inline_calls.ts';
import { nodesByName, reach } from './graph_def/functions/reach.ts';
import { narrowedTypes } from './graph_def/narrowed_types.ts';
import type { SourceFunction, SourceGraph, SourceNode } from './graph_def/source_graph.ts';
import { fillTables } from './hash_tables.ts';
import { inSavedModel, publicSignatures, SAVED_MODEL_FILE } from './meta_graph.ts';
import type { ParsedFeature } from './parsed_examples.ts';
import type { MetaGraphMessage, SignatureMessage } from './protobuf/saved_model_messages.ts';
import { resolveVariables, type Variables } from './resolve_variables.ts';
import { readSignature, signatureNodes } from './signatures.ts';
import { changesState } from './variable_operations.ts';

export interface SavedModelParts {
  readonly meta: MetaGraphMessage;
  readonly graph: SourceGraph;
  readonly variables: Variables;
  /** The nodes that initialize the model, with calls inlined. */
  readonly initializer: readonly SourceNode[];
  /** Reads the text of the file whose path is a node's value. */
  readonly readAsset: (node: string) => Promise<Imported<string>>;
}

type Signatures = ReadonlyMap<string, SignatureMessage>;

interface ServingGraph {
  readonly graph: Graph;
  readonly notes: readonly string[];
}

/** What answers the signatures: calls inlined, variables constants, tables filled. */
export async function servingGraph(parts: SavedModelParts): Promise<Imported<ServingGraph>> {
  const messages = publicSignatures(parts.meta);
  if (messages.size === 0) return inSavedModel(unsupported('it has no signature'));
  const served = await leavingOut([...messages.keys()], (chosen) =>
    graphOf(parts, new Map([...messages].filter(([name]) => chosen.includes(name)))),
  );
  if (served.kind !== 'read') return served;
  const { graph, notes } = served.value.value;
  return read({ graph: { ...graph, leftOut: { ...graph.leftOut, ...served.value.leftOut } }, notes });
}

async function graphOf(
  { graph, variables, initializer, readAsset }: SavedModelParts,
  messages: Signatures,
): Promise<Imported<ServingGraph>> {
  const code = await valueCode(graph, messages, variables);
  if (code.kind !== 'read') return code;
  const { nodes } = code.value;
  const signatures = inSavedModel(await readSignatures(messages, nodes));
  if (signatures.kind !== 'read') return signatures;
  const tables = inSavedModel(await fillTables(nodes, initializer, variables, readAsset));
  if (tables.kind !== 'read') return tables;
  const filling = await resolveVariables(tables.value?.nodes ?? [], variables);
  if (filling.kind !== 'read') return filling;
  const finished = inSavedModel(
    finishGraph({
      nodes,
      functions: code.value.functions,
      signatures: signatures.value.signatures,
      ...(tables.value ? { initializer: { nodes: filling.value, outputs: tables.value.outputs } } : {}),
      producer: graph.producer,
    }),
  );
  if (finished.kind !== 'read') return finished;
  return read({
    graph: { ...constantTables(finished.value), leftOut: signatures.value.leftOut },
    notes: [...featureNotes(signatures.value.features), ...narrowedTypes(finished.value)],
  });
}

interface Code {
  readonly nodes: readonly SourceNode[];
  readonly functions: readonly SourceFunction[];
}

/** Returns the nodes and functions that the signatures need, with values instead of variables. */
async function valueCode(
  graph: SourceGraph,
  signatures: Signatures,
  variables: Variables,
): Promise<Imported<Code>> {
  const inlined = inSavedModel(inlineCalls(servingNodes(graph.nodes, signatures), graph.functions));
  if (inlined.kind !== 'read') return inlined;
  const called = inSavedModel(calledFunctions(inlined.value, graph.functions));
  if (called.kind !== 'read') return called;
  const stateful = [inlined.value, ...called.value.map(({ nodes }) => nodes)].flat().find(changesState);
  if (stateful !== undefined) {
    return unsupported(
      `${SAVED_MODEL_FILE}: node "${stateful.name}" (${stateful.op}) changes the model while it is served; a version is immutable, and isolates share no state`,
    );
  }
  const nodes = await resolveVariables(inlined.value, variables);
  if (nodes.kind !== 'read') return nodes;
  const functions: SourceFunction[] = [];
  for (const definition of called.value) {
    const body = await resolveVariables(definition.nodes, variables);
    if (body.kind !== 'read') return body;
    functions.push({ ...definition, nodes: body.value });
  }
  return read({ nodes: nodes.value, functions });
}

/** Returns the nodes that run when a signature is executed, including control dependencies. */
function servingNodes(nodes: readonly SourceNode[], signatures: Signatures): SourceNode[] {
  const byName = nodesByName(nodes);
  const reached = new Set<string>();
  for (const message of signatures.values()) {
    const { inputs, outputs } = signatureNodes(message);
    for (const name of reach(byName, outputs, { through: 'all', stops: inputs })) reached.add(name);
    // A fed node may be computed for other signatures, or be the source of parsed examples.
    for (const name of inputs) reached.add(name);
  }
  // An input that is not a placeholder needs its own inputs to be a valid node.
  for (const name of reach(byName, reached, { through: 'data' })) reached.add(name);
  return nodes.filter(({ name }) => reached.has(name));
}

interface ReadSignatures {
  readonly signatures: Record<string, Signature>;
  /** By signature. */
  readonly features: ReadonlyMap<string, readonly ParsedFeature[]>;
  readonly leftOut: LeftOut;
}

/** A signature that cannot be served is left out, unless it is the last. */
async function readSignatures(
  messages: Signatures,
  nodes: readonly SourceNode[],
): Promise<Imported<ReadSignatures>> {
  const byName = nodesByName(nodes);
  const signatures: [string, Signature][] = [];
  const features = new Map<string, readonly ParsedFeature[]>();
  const leftOut: [string, string][] = [];
  for (const [name, message] of messages) {
    const signature = isMemberName(name)
      ? await readSignature(message, byName)
      : unsupported('a signature cannot be called so');
    switch (signature.kind) {
      case 'read':
        signatures.push([name, signature.value.signature]);
        features.set(name, signature.value.features);
        break;
      case 'unsupported':
        leftOut.push([name, signature.message]);
        break;
      case 'malformed':
        return malformed(`signature "${name}": ${signature.message}`);
    }
  }
  return signatures.length === 0
    ? unsupported(leftOut.map(([name, reason]) => `signature "${name}": ${reason}`).join('; '))
    : read({ signatures: Object.fromEntries(signatures), features, leftOut: Object.fromEntries(leftOut) });
}

/** What clients have to know who sent serialized examples before. */
function featureNotes(features: ReadonlyMap<string, readonly ParsedFeature[]>): string[] {
  return [...features].flatMap(([name, parsed]) => {
    const optional = parsed.filter(({ hasDefault }) => hasDefault);
    return [
      ...(parsed.length === 0
        ? []
        : [`signature "${name}" takes features instead of serialized examples: ${listed(parsed)}`]),
      ...(optional.length === 0
        ? []
        : [`signature "${name}": every example needs what TensorFlow has defaults for: ${listed(optional)}`]),
    ];
  });
}

const listed = (features: readonly ParsedFeature[]): string => features.map(({ name }) => name).join(', ');
