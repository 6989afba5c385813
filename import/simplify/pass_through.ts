import type { Graph, GraphNode } from '../graph/graph.ts';
import { nodeName } from '../graph/graph_topology.ts';
import { hasControlInputs } from './attributes.ts';
import { signatureNodes } from './graph_rewrite.ts';

/** Operations that return their input in prediction. */
const PASS_THROUGH: ReadonlySet<string> = new Set([
  'CheckNumerics',
  'GuaranteeConst',
  'Identity',
  'PlaceholderWithDefault',
  'PreventGradient',
  'Snapshot',
  'StopGradient',
]);

/**
 * Removes nodes that return their input. A node that a signature names stays, as Identity if tfjs does not have the
 * operation. A PlaceholderWithDefault that no signature feeds is replaced by its default.
 */
export function removePassThrough(graph: Graph): Graph {
  const fed = new Set(signatureNodes(graph, 'inputs'));
  const named = new Set([...fed, ...signatureNodes(graph, 'outputs')]);
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const isRemoved = (node: GraphNode): boolean =>
    PASS_THROUGH.has(node.op) && !named.has(node.name) && !hasControlInputs(node) && node.input.length === 1;

  /** Returns the tensor before all nodes that only pass it on. */
  const origin = (tensor: string): string => {
    const seen = new Set<string>();
    let current = tensor;
    for (;;) {
      const node = nodes.get(nodeName(current));
      const [source] = node?.input ?? [];
      if (node === undefined || source === undefined || !isRemoved(node) || seen.has(node.name))
        return current;
      seen.add(node.name);
      current = source;
    }
  };

  let changed = false;
  const kept: GraphNode[] = [];
  for (const node of graph.nodes) {
    if (isRemoved(node)) {
      changed = true;
      continue;
    }
    const input = node.input.map((tensor) =>
      tensor.startsWith('^') ? `^${nodeName(origin(tensor.slice(1)))}` : origin(tensor),
    );
    const rewired = input.some((tensor, index) => tensor !== node.input[index]);
    const renamed = (node.op === 'CheckNumerics' || node.op === 'PreventGradient') && !fed.has(node.name);
    changed ||= rewired || renamed;
    kept.push(rewired || renamed ? { ...node, input, ...(renamed ? { op: 'Identity' } : {}) } : node);
  }
  return changed ? { ...graph, nodes: kept } : graph;
}
