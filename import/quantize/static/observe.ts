import { DEFAULT_SIGNATURE } from '../../../worker/model/default_signature.ts';
import type { GraphComputation } from '../../accuracy/computation.ts';
import type { Graph, GraphNode } from '../../graph/graph.ts';
import { nodeName } from '../../graph/graph_topology.ts';
import type { CalibrationExample } from '../calibration_examples.ts';
import type { Observed } from './chains.ts';

/**
 * Computes a graph on examples and returns the ranges of the tensors of nodes, as far as the signatures of the examples reach
 * them. A tensor with values that are not finite is left out.
 *
 * @param nodes the names of the nodes
 */
export async function observe(
  graph: Graph,
  computation: GraphComputation,
  nodes: readonly string[],
  examples: readonly CalibrationExample[],
): Promise<Map<string, Observed>> {
  const observed = new Map<string, Observed>();
  const notFinite = new Set<string>();
  for (const { signature_name: name = DEFAULT_SIGNATURE, inputs } of examples) {
    const signature = graph.signatures[name];
    if (signature === undefined) throw new Error(`there is no signature "${name}"`);
    const fed = Object.values(signature.inputs).map((input) => nodeName(input.name));
    const reached = computable(graph, new Set(fed));
    const asked = nodes.filter((node) => reached.has(node));
    await computation.read(signature, inputs, asked, (node, { shape, values }) => {
      const before = observed.get(node);
      let [least, most] = [
        before?.least ?? Number.POSITIVE_INFINITY,
        before?.most ?? Number.NEGATIVE_INFINITY,
      ];
      for (let index = 0; index < values.length; index++) {
        const value = values[index] ?? 0;
        if (value < least) least = value;
        if (value > most) most = value;
        if (!Number.isFinite(value)) notFinite.add(node);
      }
      if (values.length > 0) observed.set(node, { least, most, shape: before?.shape ?? shape });
    });
  }
  for (const node of notFinite) observed.delete(node);
  return observed;
}

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
