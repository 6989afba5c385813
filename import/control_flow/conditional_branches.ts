import type { GraphNode } from '../graph/graph.ts';

interface Branch {
  readonly condition: string;
  readonly output: number;
}

interface Tensor {
  readonly node: string;
  readonly index: number;
}

/**
 * TensorFlow 1's conditions, of Switch and Merge, take the branch whose nodes have run. tfjs runs whatever has its
 * tensors, so that what a branch makes of constants would be the result though the branch was not taken. What only
 * waits for the branch, a constant or a node without a tensor of the branch, goes through a Switch of its own here.
 *
 * @param nodes with their control dependencies
 */
export function conditionalBranches<Node extends GraphNode>(
  nodes: readonly Node[],
): readonly (Node | GraphNode)[] {
  if (!nodes.some(({ op }) => op === 'Merge')) return nodes;
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const names = new Set(byName.keys());
  const added: GraphNode[] = [];
  const replaced = new Map<string, string>();
  const gate = (
    source: string,
    like: string,
    { condition, output }: Branch,
    type: GraphNode['attr'],
  ): string => {
    let name = `${like}/branch`;
    while (names.has(name)) name += '_';
    names.add(name);
    added.push({ name, op: 'Switch', input: [source, condition], attr: type });
    return output === 0 ? name : `${name}:${output}`;
  };
  const gated = nodes.map((node) => {
    const branch = node.input.map((input) => branchOf(byName, input)).find((found) => found !== undefined);
    if (branch === undefined || node.op === 'Switch' || node.op === 'Merge') return node;
    const [first, ...others] = node.input.filter((input) => branchOf(byName, input) === undefined);
    if (node.op === 'Const') {
      replaced.set(node.name, gate(node.name, node.name, branch, { T: node.attr.dtype ?? {} }));
      return { ...node, input: first === undefined ? [] : [first, ...others] };
    }
    if (first === undefined || isControl(first)) return node;
    return { ...node, input: [gate(first, node.name, branch, {}), ...others] };
  });
  if (added.length === 0) return nodes;
  const redirect = (input: string): string =>
    isControl(input) ? input : (replaced.get(input.replace(/:0$/, '')) ?? input);
  const constants = new Set(replaced.keys());
  const redirected = <Each extends GraphNode>(node: Each): Each => ({
    ...node,
    input: node.input.map((input, index) =>
      // The Switch of a constant reads the constant itself.
      index === 0 &&
      node.op === 'Switch' &&
      constants.has(input) &&
      replaced.get(input)?.split(':')[0] === node.name
        ? input
        : redirect(input),
    ),
  });
  return [...gated.map(redirected), ...added.map(redirected)];
}

/** Which output of which condition's Switch a control dependency waits for, if it is that. */
function branchOf(nodes: ReadonlyMap<string, GraphNode>, input: string): Branch | undefined {
  if (!isControl(input)) return undefined;
  const { node, index } = origin(nodes, input.slice(1));
  const choice = nodes.get(node);
  if (choice?.op !== 'Switch') return undefined;
  const [data = '', condition = ''] = choice.input;
  // Loops have a Switch too, on LoopCond; what waits for it is constant in every turn.
  const [chosen, by] = [origin(nodes, data), origin(nodes, condition)];
  if (chosen.node !== by.node || chosen.index !== by.index) return undefined;
  return { condition, output: index };
}

/** What a tensor is before it went through nodes that only hand it on. */
function origin(nodes: ReadonlyMap<string, GraphNode>, tensor: string): Tensor {
  const seen = new Set<string>();
  let current = parse(tensor);
  for (let node = nodes.get(current.node); node?.op === 'Identity'; node = nodes.get(current.node)) {
    const [source] = node.input;
    if (source === undefined || isControl(source) || seen.has(node.name)) break;
    seen.add(node.name);
    current = parse(source);
  }
  return current;
}

function parse(tensor: string): Tensor {
  const colon = tensor.lastIndexOf(':');
  return colon < 0
    ? { node: tensor, index: 0 }
    : { node: tensor.slice(0, colon), index: Number(tensor.slice(colon + 1)) };
}

const isControl = (input: string): boolean => input.startsWith('^');
