import * as v from 'valibot';

/** A node of a graph, as in the JSON of TensorFlow's GraphDef. Attributes are not validated yet. */
const NodeSchema = v.object({
  name: v.string(),
  op: v.string(),
  input: v.optional(v.array(v.string()), []),
  attr: v.optional(v.record(v.string(), v.unknown()), {}),
});
export type TopologyNode = v.InferOutput<typeof NodeSchema>;

const GraphSchema = v.object({
  node: v.array(NodeSchema),
  library: v.nullish(
    v.object({ function: v.nullish(v.array(v.object({ nodeDef: v.nullish(v.array(NodeSchema)) }))) }),
  ),
});

export interface GraphTopology {
  readonly nodes: readonly TopologyNode[];
  /** The nodes of each function that nodes call. */
  readonly functions: readonly (readonly TopologyNode[])[];
}

/** Reads the nodes of a graph and of its functions. Throws if it is not a graph. */
export function readTopology(topology: unknown): GraphTopology {
  const { node, library } = v.parse(GraphSchema, topology);
  return { nodes: node, functions: (library?.function ?? []).map(({ nodeDef }) => nodeDef ?? []) };
}
