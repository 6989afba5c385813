import type { NodeBuilder } from '../../builder/node_builder.ts';
import {
  decodeOnnxMessage,
  type GraphMessage,
  GraphProtoSchema,
  type NodeMessage,
} from '../file/messages.ts';
import { constantOf } from '../values/constants.ts';
import type { OnnxTensor } from '../values/onnx_tensor.ts';
import { isTensor, type OnnxValue } from '../values/onnx_value.ts';
import { inlineTensor } from '../values/read_tensor.ts';
import { OnnxRefusal, refuse, refuseMalformed } from '../values/refusal.ts';
import type { Subgraph, Values } from './subgraph.ts';

/** Converts nodes and adds what they give to the values. */
type ConvertNodes = (g: NodeBuilder, nodes: readonly NodeMessage[], values: Values) => void;

/** Reads a graph within a node. @param outer the values that it may read */
export function readSubgraph(
  bytes: Uint8Array,
  outer: Values,
  outerBuilder: NodeBuilder,
  convertNodes: ConvertNodes,
): Subgraph {
  const graph = decodeGraph(bytes);
  const free = [...freeNames(graph)].flatMap((name): [string, OnnxValue][] => {
    const value = outer.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const captured = free.flatMap(([name, value]): [string, OnnxTensor][] =>
    isTensor(value) ? [[name, value]] : [],
  );
  const inputs = graph.input.map(({ name }) => name);
  return {
    inputs,
    outputCount: graph.output.length,
    captured: captured.map(([, tensor]) => tensor),
    convert(g, given, values) {
      const own: Values = new Map();
      for (const [name, value] of free) {
        if (isTensor(value)) continue;
        // A function sees its arguments alone, which are tensors.
        if (g !== outerBuilder) refuse(`reads "${name}" of the graph around it, which is no tensor`);
        own.set(name, value);
      }
      for (const [index, [name]] of captured.entries()) {
        const value = values[index];
        if (value !== undefined) own.set(name, value);
      }
      for (const initializer of graph.initializer) {
        const stored = inlineTensor(initializer, 'constant');
        if (stored.kind !== 'read') throw new OnnxRefusal(stored);
        own.set(stored.value.name, constantOf(g, stored.value));
      }
      for (const [index, name] of inputs.entries()) {
        const value = given[index];
        if (value !== undefined) own.set(name, value);
      }
      convertNodes(g, graph.node, own);
      return graph.output.map(
        ({ name }) =>
          own.get(name) ?? refuseMalformed(`gives "${name}", which no node of its graph computes`),
      );
    },
  };
}

function decodeGraph(bytes: Uint8Array): GraphMessage {
  const decoded = decodeOnnxMessage('GraphProto', bytes, GraphProtoSchema, 'a graph within a node');
  if (decoded.kind !== 'read') throw new OnnxRefusal(decoded);
  return decoded.value;
}

/** The names that a graph reads and does not define, also those of the graphs in its nodes. */
function freeNames(graph: GraphMessage): Set<string> {
  const free = new Set<string>();
  const defined = new Set<string>(graph.input.map(({ name }) => name));
  const read = (name: string): void => {
    if (name !== '' && !defined.has(name)) free.add(name);
  };
  for (const { input, output, attribute } of graph.node) {
    input.forEach(read);
    for (const { g } of attribute) if (g.length > 0) freeNames(decodeGraph(g)).forEach(read);
    for (const name of output) defined.add(name);
  }
  for (const { name } of graph.output) read(name);
  return free;
}
