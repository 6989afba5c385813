import * as v from 'valibot';
import type { JsonObject } from '../../worker/model/json_object.ts';
import type { ModelJson } from '../../worker/model/model_json.ts';
import { type Imported, malformed, read } from '../import_result.ts';
import { describeIssue } from '../schema_problem.ts';
import type { GraphFunction, GraphNode } from './graph.ts';
import { FunctionSchema, NodeSchema } from './node_json.ts';

const TopologySchema = v.object({
  node: v.array(NodeSchema),
  library: v.nullish(v.object({ function: v.nullish(v.array(FunctionSchema), []) })),
  // tfjs cannot load a graph without this member, but it may be empty.
  versions: v.object({
    producer: v.nullish(v.union([v.number(), v.pipe(v.string(), v.transform(Number))]), 0),
  }),
});

/** The nodes of a graph by name, in the file's order. */
export type GraphNodes = ReadonlyMap<string, GraphNode>;

export interface Topology {
  readonly nodes: GraphNodes;
  readonly functions: readonly GraphFunction[];
  /** GraphDef's `versions.producer`. */
  readonly producer: number;
}

/**
 * Reads a GraphModel's topology and checks what tfjs assumes: that names are unique and that every input exists.
 * Functions are not checked.
 *
 * @param weights the names of the weights, in which tfjs looks up the value of every constant
 */
export function readTopology(topology: JsonObject, weights: ReadonlySet<string>): Imported<Topology> {
  const parsed = v.safeParse(TopologySchema, topology);
  if (!parsed.success) return malformed(describeIssue(parsed.issues[0]));
  const { node: list, library, versions } = parsed.output;
  const nodes = new Map<string, GraphNode>();
  for (const node of list) {
    if (nodes.has(node.name)) return malformed(`there are two nodes "${node.name}"`);
    nodes.set(node.name, node);
  }
  for (const { name, op, input } of nodes.values()) {
    const missing = input.find((tensor) => !nodes.has(nodeName(tensor)));
    if (missing !== undefined)
      return malformed(`node "${name}" takes "${missing}", which is not in the graph`);
    if (op === 'Const' && !weights.has(name)) {
      return malformed(`the constant "${name}" is not among the weights`);
    }
  }
  return read({ nodes, functions: library?.function ?? [], producer: versions.producer });
}

/** Returns the nodes of a GraphModel's `modelInitializer`, or undefined without one. */
export function readInitializerNodes(
  { modelInitializer }: ModelJson,
  weights: ReadonlySet<string>,
): Imported<GraphNodes | undefined> {
  if (modelInitializer?.node == null) return read(undefined);
  const topology = readTopology({ versions: {}, ...modelInitializer }, weights);
  return topology.kind === 'read'
    ? read(topology.value.nodes)
    : { ...topology, message: `modelInitializer: ${topology.message}` };
}

/**
 * Returns the name of a tensor's node. A tensor is `name`, `name:1`, `name:output:0`, or `^name` for a control
 * dependency.
 */
export function nodeName(tensor: string): string {
  const name = tensor.startsWith('^') ? tensor.slice(1) : tensor;
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(0, colon);
}
