import type { GraphNode } from '../../graph/graph.ts';

/**
 * Says which node takes what is not there, if one does.
 *
 * @param known what nodes may take besides each other, the arguments of a function
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
    if (missing !== undefined) return `node "${name}" takes "${missing}", which is not there`;
  }
  return undefined;
}
