import { type NodesByName, nodesByName } from '../functions/reach.ts';
import { isControl, parseTensorName, type SourceNode } from '../source_graph.ts';

/**
 * TensorFlow 1's conditions, of Switch and Merge, take the branch whose nodes have run. tfjs has every constant
 * from the beginning, so that a constant of a branch would be its result though the branch was not taken. Such a
 * constant goes through a Switch of its own here, where it only waited for the branch's before.
 */
export function conditionalConstants(nodes: readonly SourceNode[]): SourceNode[] {
  if (!nodes.some(({ op }) => op === 'Merge')) return [...nodes];
  const byName = nodesByName(nodes);
  const redirected = new Map<string, string>();
  const added: SourceNode[] = [];
  for (const node of nodes) {
    if (node.op !== 'Const') continue;
    const branch = node.input.map((input) => branchOf(byName, input)).find((found) => found !== undefined);
    if (branch === undefined) continue;
    let name = `${node.name}/branch`;
    while (byName.has(name)) name += '_';
    added.push({
      name,
      op: 'Switch',
      input: [node.name, branch.condition],
      attr: { T: node.attr.dtype ?? {} },
    });
    redirected.set(node.name, branch.output === 0 ? name : `${name}:${branch.output}`);
  }
  if (added.length === 0) return [...nodes];
  const redirect = (input: string): string =>
    isControl(input) ? input : (redirected.get(input.replace(/:0$/, '')) ?? input);
  return [...nodes.map((node) => ({ ...node, input: node.input.map(redirect) })), ...added];
}

/** Which output of which condition's Switch a control dependency waits for, if it is that. */
function branchOf(
  nodes: NodesByName<SourceNode>,
  input: string,
): { readonly condition: string; readonly output: number } | undefined {
  if (!isControl(input)) return undefined;
  const pivot = nodes.get(parseTensorName(input).node);
  if (pivot?.op !== 'Identity') return undefined;
  const { node, index } = parseTensorName(pivot.input[0] ?? '');
  const choice = nodes.get(node);
  if (choice?.op !== 'Switch') return undefined;
  const [data = '', condition = ''] = choice.input;
  // Loops have a Switch too, on LoopCond; what waits for it is constant in every turn.
  if (data !== condition) return undefined;
  return { condition, output: index };
}
