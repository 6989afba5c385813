import type { GraphNode } from '../../../graph/graph.ts';
import { isControl, parseTensorName } from '../source_graph.ts';

export type NodesByName<Node extends GraphNode = GraphNode> = ReadonlyMap<string, Node>;

export function nodesByName<Node extends GraphNode>(nodes: readonly Node[]): NodesByName<Node> {
  return new Map(nodes.map((node) => [node.name, node]));
}

export interface ReachOptions {
  /** Nodes whose inputs are not followed, since they are fed and not computed. */
  readonly stops?: ReadonlySet<string>;
  /** `data`: only data inputs. `all`: also control dependencies. */
  readonly through: 'data' | 'all';
}

/** Returns the names of the roots and of all nodes on which they depend. */
export function reach(
  nodes: NodesByName,
  roots: Iterable<string>,
  { stops, through }: ReachOptions,
): ReadonlySet<string> {
  const reached = new Set<string>();
  const pending = [...roots];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const node = nodes.get(name);
    if (node === undefined || reached.has(name)) continue;
    reached.add(name);
    if (stops?.has(name)) continue;
    for (const input of node.input) {
      if (through === 'all' || !isControl(input)) pending.push(parseTensorName(input).node);
    }
  }
  return reached;
}

/** Returns the tensor before the nodes that only pass it on. */
export function origin<Node extends GraphNode>(
  nodes: NodesByName<Node>,
  tensor: string,
): { readonly node: Node; readonly index: number } | undefined {
  const seen = new Set<string>();
  let { node: name, index } = parseTensorName(tensor);
  for (let node = nodes.get(name); node !== undefined && !seen.has(name); node = nodes.get(name)) {
    const next = HANDING_ON.has(node.op) ? node.input[index] : undefined;
    if (next === undefined || isControl(next)) return { node, index };
    seen.add(name);
    ({ node: name, index } = parseTensorName(next));
  }
  return undefined;
}

const HANDING_ON = new Set(['Identity', 'IdentityN', 'RefIdentity', 'Snapshot', 'StopGradient']);
