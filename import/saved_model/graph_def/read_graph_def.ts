import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Signature, TensorInfo } from '../../../worker/model/signature.ts';
import { findModelFile } from '../../files/model_files.ts';
import { graphDataType } from '../../graph/dtype_mapping.ts';
import type { Graph } from '../../graph/graph.ts';
import { allOutputs, leafOutputs, placeholderInputs } from '../../graph/graph_tensors.ts';
import { outputType } from '../../graph/output_types.ts';
import { type Imported, inFile, malformed, read, unsupported } from '../../import_result.ts';
import { GraphMessageSchema } from '../protobuf/graph_messages.ts';
import { decodeMessage } from '../protobuf/message_types.ts';
import { withWebWeights } from './constants/web_weights.ts';
import { decodeGraph } from './decode_graph.ts';
import { finishGraph } from './finish_graph.ts';
import { calledFunctions } from './functions/called_functions.ts';
import { inlineCalls } from './functions/inline_calls.ts';
import { nodesByName } from './functions/reach.ts';
import { narrowedTypes } from './narrowed_types.ts';
import { parseTensorName, type SourceNode } from './source_graph.ts';

/** The limit of protocol buffers. Bytes. */
const LARGEST_FILE = 2 ** 31 - 1;

/** Where a graph begins and ends. */
export interface GraphEnds {
  /** Tensors that are fed, `node` or `node:index`; every placeholder by default. */
  readonly inputs?: readonly string[] | undefined;
  /** Tensors that are answered; by default all outputs of the nodes that nothing uses. */
  readonly outputs?: readonly string[] | undefined;
}

export interface ReadGraphDef {
  readonly graph: Graph;
  /** Differences from the file, as sentences for the publisher. */
  readonly notes: readonly string[];
}

/**
 * Reads a frozen GraphDef, whose variables are constants. Its inputs and outputs have the names of their nodes.
 * Constants are views of the file's bytes until they are read.
 */
export async function readGraphDef(path: string, ends: GraphEnds = {}): Promise<Imported<ReadGraphDef>> {
  const file = await findModelFile(dirname(path), basename(path));
  if (file.kind !== 'read') return file;
  if (file.value.bytes > LARGEST_FILE) return unsupported(`${path}: is larger than 2 GB`);
  const message = decodeMessage('GraphDef', await readFile(path), GraphMessageSchema, path);
  if (message.kind !== 'read') return message;
  if (message.value.node.length === 0) return malformed(`${path}: it has no nodes`);
  const source = decodeGraph(message.value, [], path);
  if (source.kind !== 'read') return source;
  const { functions, producer } = source.value;
  const weighted = await withWebWeights(path, source.value.nodes);
  if (weighted.kind !== 'read') return inFile(path, weighted);
  const nodes = inlineCalls(weighted.value, functions);
  if (nodes.kind !== 'read') return inFile(path, nodes);
  const called = calledFunctions(nodes.value, functions);
  if (called.kind !== 'read') return inFile(path, called);
  const signature = graphSignature(nodes.value, ends);
  if (signature.kind !== 'read') return inFile(path, signature);
  const graph = finishGraph({
    nodes: nodes.value,
    functions: called.value,
    signatures: { serving_default: signature.value },
    producer,
  });
  if (graph.kind !== 'read') return inFile(path, graph);
  return read({ graph: graph.value, notes: narrowedTypes(graph.value) });
}

function graphSignature(nodes: readonly SourceNode[], ends: GraphEnds): Imported<Signature> {
  const byName = nodesByName(nodes);
  const inputs = ends.inputs ? namedTensors(nodes, ends.inputs) : placeholderInputs(byName);
  if (inputs.kind !== 'read') return inputs;
  const outputs = ends.outputs ? namedTensors(nodes, ends.outputs) : leafOutputs(byName, allOutputs);
  if (outputs.kind !== 'read') return outputs;
  if (Object.keys(outputs.value).length === 0) return malformed('the graph has no output');
  return read({ method: 'tensorflow/serving/predict', inputs: inputs.value, outputs: outputs.value });
}

/** Finds tensors by the given names. Their types come from the nodes' attributes. */
function namedTensors(
  nodes: readonly SourceNode[],
  names: readonly string[],
): Imported<Record<string, TensorInfo>> {
  const byName = nodesByName(nodes);
  const tensors: [string, TensorInfo][] = [];
  for (const name of names) {
    const { node: producer, index } = parseTensorName(name);
    const node = byName.get(producer);
    if (node === undefined || !(index >= 0)) return malformed(`there is no tensor "${name}" in the graph`);
    const type = outputType(node, index);
    const dtype = graphDataType(type);
    if (dtype === undefined) return unsupported(`tensor "${name}": tensors of type ${type} cannot be served`);
    tensors.push([name, { name: `${producer}:${index}`, dtype, shape: null }]);
  }
  return read(Object.fromEntries(tensors));
}
