import type { LeftOut } from '../worker/model/content.ts';
import type { Graph } from './graph/graph.ts';
import { nodeName } from './graph/graph_topology.ts';
import { type Imported, read } from './import_result.ts';

/** A result for the computable signatures of a model, with the reasons why others are left out. */
export interface WithoutSignatures<T> {
  readonly value: T;
  readonly leftOut: LeftOut;
}

/** The most characters of a reason, since it is part of a manifest, which every isolate reads. */
const LONGEST_REASON = 500;

/**
 * Calls `make` for all signatures of a model. If that is unsupported, it tries each signature alone and then makes the
 * result for those that succeeded, so that one signature does not prevent the others.
 *
 * @param make makes the result for the signatures of these names
 */
export async function leavingOut<T>(
  names: readonly string[],
  make: (chosen: readonly string[]) => Promise<Imported<T>>,
): Promise<Imported<WithoutSignatures<T>>> {
  const whole = await make(names);
  if (whole.kind === 'read') return read({ value: whole.value, leftOut: {} });
  if (whole.kind === 'malformed' || names.length < 2) return whole;
  const kept: string[] = [];
  const leftOut: [string, string][] = [];
  for (const name of names) {
    const alone = await make([name]);
    if (alone.kind === 'malformed') return alone;
    if (alone.kind === 'read') kept.push(name);
    else leftOut.push([name, alone.message.slice(0, LONGEST_REASON)]);
  }
  if (kept.length === 0 || leftOut.length === 0) return whole;
  const rest = await make(kept);
  return rest.kind === 'read' ? read({ value: rest.value, leftOut: Object.fromEntries(leftOut) }) : rest;
}

/** Returns the graph with some of its signatures and the hash tables that they use. */
export function withSignatures(graph: Graph, names: readonly string[]): Graph {
  const signatures = Object.fromEntries(
    Object.entries(graph.signatures).filter(([name]) => names.includes(name)),
  );
  if (graph.initializer === undefined) return { ...graph, signatures };
  const { initializer, ...others } = graph;
  const roots = Object.values(signatures).flatMap(({ outputs }) => Object.values(outputs));
  const needed = reached(
    graph.nodes,
    roots.map(({ name }) => nodeName(name)),
  );
  const outputs = Object.entries(initializer.outputs).filter(([table]) => needed.has(table));
  if (outputs.length === 0) return { ...others, signatures };
  const filled = new Set(outputs.map(([, { name }]) => nodeName(name)));
  // The node that fills a table is not an input of the table: the table is its first input.
  const fillers = initializer.nodes.filter(
    ({ name, input: [table] }) => filled.has(name) || (table !== undefined && filled.has(nodeName(table))),
  );
  const filling = reached(
    initializer.nodes,
    fillers.map(({ name }) => name),
  );
  return {
    ...others,
    signatures,
    initializer: {
      nodes: initializer.nodes.filter(({ name }) => filling.has(name)),
      outputs: Object.fromEntries(outputs),
    },
  };
}

/** Returns the names of the roots and of all nodes on which they depend. */
function reached(nodes: Graph['nodes'], roots: readonly string[]): ReadonlySet<string> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const found = new Set<string>();
  const waiting = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = byName.get(name);
    if (node === undefined || found.has(name)) continue;
    found.add(name);
    waiting.push(...node.input.map(nodeName));
  }
  return found;
}
