import type { Graph } from '../graph/graph.ts';
import { nodeName } from '../graph/graph_topology.ts';
import { TABLE_FILLERS } from '../graph/tables/table_operations.ts';

/** Operations with side effects. Control dependencies on them stay. */
const EFFECTS: ReadonlySet<string> = new Set([
  ...TABLE_FILLERS,
  'TensorArrayCloseV3',
  'TensorArrayScatterV3',
  'TensorArraySplitV3',
  'TensorArrayWriteV3',
]);

/**
 * Drops control dependencies on nodes without side effects, such as assertions and prints. tfjs would treat them as
 * inputs.
 */
export function dropControlDependencies(graph: Graph): Graph {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const effective = new Map<string, boolean>();

  /** Returns true if the node or one of its dependencies has a side effect. */
  const hasEffect = (start: string): boolean => {
    const known = effective.get(start);
    if (known !== undefined) return known;
    const seen = new Set<string>();
    const waiting = [start];
    let found = false;
    for (let name = waiting.pop(); name !== undefined && !found; name = waiting.pop()) {
      const node = nodes.get(name);
      if (node === undefined || seen.has(name)) continue;
      seen.add(name);
      found = EFFECTS.has(node.op) || effective.get(name) === true;
      if (effective.get(name) === undefined) waiting.push(...node.input.map(nodeName));
    }
    if (found) effective.set(start, true);
    else for (const name of seen) effective.set(name, false);
    return found;
  };

  let changed = false;
  const rewritten = graph.nodes.map((node) => {
    const input = node.input.filter((tensor) => !tensor.startsWith('^') || hasEffect(nodeName(tensor)));
    if (input.length === node.input.length) return node;
    changed = true;
    return { ...node, input };
  });
  return changed ? { ...graph, nodes: rewritten } : graph;
}
