import type { GraphNode } from '../../graph/graph.ts';

/**
 * Returns a sentence about a node whose input does not exist, or undefined.
 *
 * @param known names that nodes may use in addition to each other: the arguments of a function
 */
export function danglingInput(
  nodes: readonly GraphNode[],
  known: ReadonlySet<string> = new Set(),
): string | undefined {
  const names = new Set(nodes.map(({ name }) => name));
  for (const { name, input } of nodes) {
    const missing = input.find((tensor) => {
      const bare = tensor.replace(/^\^/, '').replace(/:\d{1,9}$/, '');
      return !names.has(bare) && !known.has(bare);
    });
    if (missing !== undefined) return `node "${name}" takes "${missing}", which does not exist`;
  }
  return undefined;
}
