import type { Graph, GraphNode, Weight } from '../../graph/graph.ts';
import type { StoredWeight } from '../../tensor_values/stored_weight.ts';

const SAME = new Set(['DT_FLOAT', 'DT_INT32', 'DT_BOOL', 'DT_STRING']);
const NODES_NAMED = 3;

/** How operations of these types are computed. */
const COMPUTED_IN: readonly (readonly [type: string, sentence: string])[] = [
  ['DT_DOUBLE', 'operations of type DT_DOUBLE are computed in float32, with 24 bits of precision'],
  ['DT_INT64', 'operations of type DT_INT64 are computed in 32 bits, and refuse a value that does not fit'],
];

/**
 * Returns a sentence for each type of constants and operations that is computed in another type, with the names of the
 * nodes.
 */
export function narrowedTypes({ nodes, functions, weights }: Graph): string[] {
  const counts = new Map<string, { count: number; dtype: string }>();
  for (const weight of weights.values()) {
    const stored = storedType(weight);
    if (stored === undefined || SAME.has(stored)) continue;
    counts.set(stored, { count: (counts.get(stored)?.count ?? 0) + 1, dtype: weight.dtype });
  }
  const constants = [...counts].map(
    ([type, { count, dtype }]) => `constants of type ${type} become ${dtype}: ${count}`,
  );
  const all = [...nodes, ...functions.flatMap((called) => called.nodes)];
  return [...constants, ...COMPUTED_IN.flatMap(([type, sentence]) => narrowedNodes(all, type, sentence))];
}

function narrowedNodes(nodes: readonly GraphNode[], type: string, sentence: string): string[] {
  const names = nodes
    .filter(({ op, attr }) => op !== 'Const' && [attr.T, attr.DstT].some((named) => named?.type === type))
    .map(({ name }) => name);
  if (names.length === 0) return [];
  const more = names.length > NODES_NAMED ? ` and ${names.length - NODES_NAMED} more` : '';
  return [`${sentence}: ${names.slice(0, NODES_NAMED).join(', ')}${more}`];
}

function storedType(weight: Weight | StoredWeight): string | undefined {
  return 'storedType' in weight ? weight.storedType : undefined;
}
