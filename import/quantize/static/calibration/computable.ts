import type { Graph, GraphNode } from '../../../graph/graph.ts';
import { nodeName } from '../../../graph/graph_topology.ts';

/** Returns the nodes that can be computed from these. */
export function computable({ nodes, initializer }: Graph, fed: ReadonlySet<string>): ReadonlySet<string> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const reached = new Set([...fed, ...Object.keys(initializer?.outputs ?? {})]);
  const visited = new Set<string>();
  const visit = (start: GraphNode): void => {
    const waiting = [start];
    for (let node = waiting.at(-1); node !== undefined; node = waiting.at(-1)) {
      const open = node.input.map(nodeName).filter((input) => !reached.has(input) && !visited.has(input));
      visited.add(node.name);
      const next = open.map((name) => byName.get(name)).find((each) => each !== undefined);
      if (next !== undefined) {
        waiting.push(next);
        continue;
      }
      const isFed = node.op.startsWith('Placeholder') && node.op !== 'PlaceholderWithDefault';
      if (!isFed && node.input.map(nodeName).every((input) => reached.has(input))) reached.add(node.name);
      waiting.pop();
    }
  };
  for (const node of nodes) if (!visited.has(node.name)) visit(node);
  return reached;
}
