import * as v from 'valibot';
import { isMemberName } from '../../worker/model/names.ts';
import type { TensorInfo } from '../../worker/model/signature.ts';
import { TensorShapeSchema } from '../examples/tensor_shape.ts';
import { type Imported, malformed, read, unsupported } from '../import_result.ts';
import { graphDataType, graphTypeName } from './dtype_mapping.ts';
import type { GraphNode } from './graph.ts';
import { type GraphNodes, nodeName } from './graph_topology.ts';
import { outputCount, outputType } from './output_types.ts';

/** Returns a graph's placeholders, which are its inputs unless a signature names others. */
export function placeholderInputs(nodes: GraphNodes): Imported<Record<string, TensorInfo>> {
  const inputs: Record<string, TensorInfo> = {};
  for (const node of nodes.values()) {
    if (!isPlaceholder(node)) continue;
    const type = typeAttribute(node, 'dtype');
    if (type === undefined) return malformed(`placeholder "${node.name}" has no dtype`);
    const dtype = graphDataType(type);
    if (dtype === undefined) {
      return unsupported(
        `placeholder "${node.name}": tensors of type ${graphTypeName(type)} cannot be served`,
      );
    }
    const shape = v.safeParse(v.optional(TensorShapeSchema), node.attr.shape?.shape);
    if (!shape.success) return malformed(`placeholder "${node.name}" has a malformed shape`);
    if (!isMemberName(node.name)) return unsupported(`an input cannot be called "${node.name}"`);
    inputs[node.name] = { name: `${node.name}:0`, dtype, shape: shape.output ?? null };
  }
  return read(inputs);
}

/** The outputs of a node that are taken if nothing else uses the node, by their numbers. */
type LeafOutputs = (node: GraphNode) => readonly number[];

/** All that TensorFlow's operation returns. */
export const allOutputs: LeafOutputs = (node) =>
  Array.from({ length: outputCount(node) }, (_, index) => index);

/** The first one, as tfjs has it. */
export const firstOutput: LeafOutputs = () => [0];

/**
 * The tensors of the nodes that nothing uses, which are a graph's outputs if no signature says otherwise. They are named as
 * `node`, or `node:1` for a further one. A constant and a mere marker of order are not outputs.
 */
export function leafOutputs(nodes: GraphNodes, taken: LeafOutputs): Imported<Record<string, TensorInfo>> {
  const consumed = new Set([...nodes.values()].flatMap(({ input }) => input.map(nodeName)));
  const outputs: Record<string, TensorInfo> = {};
  for (const node of nodes.values()) {
    if (consumed.has(node.name) || node.op === 'Const' || node.op === 'NoOp' || isPlaceholder(node)) continue;
    for (const index of taken(node)) {
      const name = index === 0 ? node.name : `${node.name}:${index}`;
      const type = outputType(node, index);
      const dtype = graphDataType(type);
      if (dtype === undefined) {
        return unsupported(`output "${name}": tensors of type ${graphTypeName(type)} cannot be served`);
      }
      if (!isMemberName(name)) return unsupported(`an output cannot be called "${name}"`);
      outputs[name] = { name: `${node.name}:${index}`, dtype, shape: null };
    }
  }
  return read(outputs);
}

function isPlaceholder({ op }: GraphNode): boolean {
  return op.startsWith('Placeholder');
}

/** Returns the type in an attribute of a node, or undefined if the node does not have it. */
export function typeAttribute({ attr }: GraphNode, name: string): string | undefined {
  return attr[name]?.type;
}
