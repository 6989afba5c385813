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
 * Adds Switch nodes to conditional branches of TensorFlow 1. There, Switch and Merge select the branch whose nodes have
 * run. tfjs runs every node whose inputs exist, so that the result could come from the constants of a branch that was
 * not selected. A constant, or a node whose inputs do not depend on the branch, therefore gets its own Switch here.
 *
 * @param nodes the nodes with their control dependencies
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
      // A constant's own Switch reads the constant.
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

/** Returns the Switch's condition and output for which a control dependency waits, or undefined for others. */
function branchOf(nodes: ReadonlyMap<string, GraphNode>, input: string): Branch | undefined {
  if (!isControl(input)) return undefined;
  const { node, index } = origin(nodes, input.slice(1));
  const choice = nodes.get(node);
  if (choice?.op !== 'Switch') return undefined;
  const [data = '', condition = ''] = choice.input;
  // Loops also have a Switch, on LoopCond. A node that waits for it is the same in every iteration.
  const [chosen, by] = [origin(nodes, data), origin(nodes, condition)];
  if (chosen.node !== by.node || chosen.index !== by.index) return undefined;
  return { condition, output: index };
}

/** Returns the tensor before the nodes that only pass it on. */
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
