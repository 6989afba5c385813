import { type Imported, malformed, read, unsupported } from '../../../import_result.ts';
import {
  formatTensorName,
  isControl,
  parseTensorName,
  type SourceFunction,
  type SourceNode,
} from '../source_graph.ts';

/** The most nodes after inlining: functions that each call another one twice grow exponentially. */
const MOST_NODES = 200_000;
/** The most characters of all names, which grow with the depth of calls. */
const LONGEST_NAMES = 2 ** 27;
const DEEPEST_CALL = 100;

type Functions = ReadonlyMap<string, SourceFunction>;

/**
 * Replaces every call of a function by the function's nodes. A node with the call's name passes on the results, so that
 * other nodes need not change.
 */
export function inlineCalls(nodes: readonly SourceNode[], functions: Functions): Imported<SourceNode[]> {
  const names = new Set(nodes.map(({ name }) => name));
  const inlined: SourceNode[] = [];
  let characters = 0;

  const expand = (node: SourceNode, stack: readonly string[]): Imported<undefined> => {
    const name = calledFunction(node, functions);
    if (name === undefined) {
      inlined.push(node);
      for (const text of [node.name, ...node.input]) characters += text.length;
      return inlined.length > MOST_NODES || characters > LONGEST_NAMES
        ? unsupported(`its functions make more than ${MOST_NODES} nodes of it, or too long names`)
        : read(undefined);
    }
    const called = functions.get(name);
    if (called === undefined) return malformed(`node "${node.name}" calls "${name}", which does not exist`);
    if (stack.includes(name)) return unsupported(`function "${name}" calls itself`);
    if (stack.length >= DEEPEST_CALL) return unsupported(`functions call others too deeply`);
    const body = bodyOf(node, called, unusedPrefix(node.name, called, names));
    if (body === undefined) {
      return malformed(`node "${node.name}" calls "${name}" with other arguments than it takes`);
    }
    for (const inner of body) names.add(inner.name);
    for (const inner of body) {
      const expanded = expand(inner, [...stack, name]);
      if (expanded.kind !== 'read') return expanded;
    }
    return read(undefined);
  };

  for (const node of nodes) {
    const expanded = expand(node, []);
    if (expanded.kind !== 'read') return expanded;
  }
  return read(inlined);
}

/** Returns the function that a node calls: that of its attribute or, as in TensorFlow 1, its operation. */
function calledFunction({ op, attr }: SourceNode, functions: Functions): string | undefined {
  if (op === 'StatefulPartitionedCall' || op === 'PartitionedCall') return attr.f?.func?.name ?? '';
  return functions.has(op) ? op : undefined;
}

/** Returns the nodes that replace a call, or undefined if its arguments do not fit the function. */
function bodyOf(call: SourceNode, called: SourceFunction, prefix: string): SourceNode[] | undefined {
  const values = call.input.filter((input) => !isControl(input));
  if (values.length !== called.inputs.length) return undefined;
  const inputs = new Map(called.inputs.map(({ name }, index) => [name, values[index] ?? '']));
  const rename = (tensor: string): string => {
    const { node, index } = parseTensorName(tensor);
    const argument = inputs.get(node);
    if (argument === undefined) return formatTensorName({ node: `${prefix}${node}`, index });
    return index < 0 ? `^${parseTensorName(argument).node}` : argument;
  };
  const nodes = called.nodes.map((node) => ({
    ...node,
    name: `${prefix}${node.name}`,
    input: node.input.map(rename),
  }));
  const results = called.results.map(rename);
  const order = called.controlResults.map((name) => `^${prefix}${name}`);
  const types = called.outputs.map(({ type }) => type);
  const [only] = types;
  nodes.push({
    name: call.name,
    op: only === undefined ? 'NoOp' : types.length === 1 ? 'Identity' : 'IdentityN',
    input: [...results, ...order, ...call.input.filter(isControl)],
    attr: only === undefined ? {} : { T: types.length === 1 ? { type: only } : { list: { type: types } } },
  });
  return nodes;
}

function unusedPrefix(call: string, called: SourceFunction, names: ReadonlySet<string>): string {
  for (let attempt = 0; ; attempt++) {
    const prefix = attempt === 0 ? `${call}/` : `${call}/${attempt}/`;
    if (!called.nodes.some(({ name }) => names.has(`${prefix}${name}`))) return prefix;
  }
}
