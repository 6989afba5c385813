import * as v from 'valibot';
import { type JsonObject, JsonObjectSchema } from '../files/json.ts';
import { type Imported, malformed, read } from '../import_result.ts';
import { describeIssue } from '../schema_problem.ts';

const GraphNodeSchema = v.object({
  name: v.pipe(v.string(), v.nonEmpty('is empty')),
  op: v.string(),
  input: v.nullish(v.array(v.string()), []),
  attr: v.nullish(JsonObjectSchema, {}),
});
export type GraphNode = v.InferOutput<typeof GraphNodeSchema>;

const GraphSchema = v.object({
  node: v.array(GraphNodeSchema),
  // tfjs cannot load a graph without this member, though it may be empty.
  versions: JsonObjectSchema,
});

/** The nodes of a graph by name, in the file's order. Library functions are left to tfjs. */
export type GraphNodes = ReadonlyMap<string, GraphNode>;

/**
 * Reads the nodes of a GraphModel's topology and checks what tfjs takes for granted: that names are unique
 * and that every input is there.
 *
 * @param weights the names of the weights; tfjs looks up the value of every constant there
 */
export function readGraph(topology: JsonObject, weights: ReadonlySet<string>): Imported<GraphNodes> {
  const parsed = v.safeParse(GraphSchema, topology);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return malformed(describeIssue(issue));
  }
  const nodes = new Map<string, GraphNode>();
  for (const node of parsed.output.node) {
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
  return read(nodes);
}

/** The node that a tensor comes from: `name`, `name:1`, `name:output:0`, or `^name` for mere order. */
export function nodeName(tensor: string): string {
  const name = tensor.startsWith('^') ? tensor.slice(1) : tensor;
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(0, colon);
}
