import type { Graph, GraphNode } from '../graph/graph.ts';
import type { Refusal } from './refusal.ts';
import { refusedAttribute } from './refused_attributes.ts';
import { EXECUTED_OPERATIONS } from './supported_operations.ts';
import { WAYS_ROUND, WITHOUT_IT } from './ways_round.ts';

/** An operation that the server cannot execute, or not in the form in which the graph uses it. */
export interface UnsupportedOperation extends Refusal {
  readonly operation: string;
  /** The number of nodes that use it in this form. */
  readonly count: number;
  /** The names of the first nodes. A node in a function is `function/node`. */
  readonly nodes: readonly string[];
}

const NODES_NAMED = 3;

/**
 * Returns all operations of a graph, its functions and its initializer that cannot be executed. It must be called after
 * the simplification, which removes assertions and other nodes that prediction does not need.
 */
export function findUnsupportedOperations(graph: Graph): UnsupportedOperation[] {
  const found = new Map<string, { refusal: Refusal; operation: string; nodes: string[]; count: number }>();
  for (const [name, node] of allNodes(graph)) {
    const refusal = refusalOf(node);
    if (refusal === undefined) continue;
    const key = `${node.op} ${refusal.reason}`;
    const entry = found.get(key) ?? { refusal, operation: node.op, nodes: [], count: 0 };
    entry.count++;
    if (entry.nodes.length < NODES_NAMED) entry.nodes.push(name);
    found.set(key, entry);
  }
  return [...found.values()].map(({ refusal, operation, nodes, count }) => ({
    operation,
    count,
    nodes,
    ...refusal,
  }));
}

/** Describes each operation with the reason, the nodes, and the alternative; what helps against any is said once. */
export function describeUnsupportedOperations(operations: readonly UnsupportedOperation[]): string {
  const described = operations
    .map(({ operation, reason, count, nodes, wayRound }) => {
      const more = count > nodes.length ? ` and ${count - nodes.length} more` : '';
      const advice = wayRound === undefined ? '' : `. A way round: ${wayRound}`;
      return `${operation} ${reason}: ${nodes.join(', ')}${more}${advice}`;
    })
    .join('; ');
  const others = operations.filter(({ wayRound }) => wayRound === undefined);
  if (others.length === 0) return described;
  const which = others.length === operations.length ? '' : ' for the others';
  return `${described}. A way round${which}: ${WITHOUT_IT}`;
}

function* allNodes({ nodes, functions, initializer }: Graph): Iterable<[name: string, node: GraphNode]> {
  for (const node of [...nodes, ...(initializer?.nodes ?? [])]) yield [node.name, node];
  for (const called of functions)
    for (const node of called.nodes) yield [`${called.name}/${node.name}`, node];
}

function refusalOf(node: GraphNode): Refusal | undefined {
  const wayRound = WAYS_ROUND.get(node.op);
  const advice = wayRound === undefined ? {} : { wayRound };
  if (!EXECUTED_OPERATIONS.has(node.op)) return { reason: 'is not computed by the server', ...advice };
  return refusedAttribute(node);
}
