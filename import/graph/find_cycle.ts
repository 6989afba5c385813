import type { GraphNode } from './graph.ts';
import { nodeName } from './graph_topology.ts';

/**
 * Returns the name of a node that depends on itself, if there is one. Loops of TensorFlow 1, which pass through
 * NextIteration, do not count.
 */
export function findCycle(nodes: Iterable<GraphNode>): string | undefined {
  const byName = new Map<string, GraphNode>();
  for (const node of nodes) byName.set(node.name, node);
  const finished = new Set<string>();
  for (const start of byName.values()) {
    // The nodes from the first to the current one, with the index of the next input of each.
    const path: { readonly node: GraphNode; next: number }[] = [{ node: start, next: 0 }];
    const onPath = new Set([start.name]);
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const { node } = last;
      const input =
        finished.has(node.name) || node.op === 'NextIteration' ? undefined : node.input[last.next];
      last.next += 1;
      if (input === undefined) {
        finished.add(node.name);
        onPath.delete(node.name);
        path.pop();
        continue;
      }
      const producer = byName.get(nodeName(input));
      if (producer === undefined || finished.has(producer.name)) continue;
      if (onPath.has(producer.name)) return producer.name;
      onPath.add(producer.name);
      path.push({ node: producer, next: 0 });
    }
  }
  return undefined;
}
