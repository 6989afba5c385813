import type { Signature } from '../../../worker/model/signature.ts';
import { conditionalBranches } from '../../control_flow/conditional_branches.ts';
import { findCycle } from '../../graph/find_cycle.ts';
import type { Graph, GraphFunction, GraphInitializer, GraphNode, Weight } from '../../graph/graph.ts';
import { type Imported, malformed, read, unsupported } from '../../import_result.ts';
import { anyShapes } from './any_shape.ts';
import { danglingInput } from './dangling_input.ts';
import { feedableInputs } from './feedable_inputs.ts';
import { nodesByName, reach } from './functions/reach.ts';
import { isControl, parseTensorName, type SourceFunction, type SourceNode } from './source_graph.ts';
import { isTable, shapeLookups } from './table_lookups.ts';
import { widened, widenedType } from './widened_types.ts';

export interface GraphParts {
  readonly nodes: readonly SourceNode[];
  /** The functions that control flow calls. Their own calls are inlined. */
  readonly functions: readonly SourceFunction[];
  readonly signatures: Readonly<Record<string, Signature>>;
  readonly initializer?: {
    readonly nodes: readonly SourceNode[];
    readonly outputs: GraphInitializer['outputs'];
  };
  readonly producer: number;
}

/** Builds the graph that the signatures need, without control dependencies and with the constants as weights. */
export function finishGraph(parts: GraphParts): Imported<Graph> {
  const feedable = feedableInputs(conditionalBranches(parts.nodes), parts.signatures);
  const { nodes, signatures } = anyShapes(feedable.nodes, feedable.signatures);
  const reached = new Set<string>();
  for (const { inputs, outputs } of Object.values(signatures)) {
    const fed = new Set(Object.values(inputs).map(({ name }) => parseTensorName(name).node));
    const roots = Object.values(outputs).map(({ name }) => parseTensorName(name).node);
    for (const name of reach(nodesByName(nodes), [...roots, ...fed], { through: 'data' })) reached.add(name);
  }
  const filled = parts.initializer?.outputs ?? {};
  const empty = nodes.find(
    ({ name, op }) => reached.has(name) && isTable(op) && !Object.hasOwn(filled, name),
  );
  if (empty !== undefined) return unsupported(`nothing fills the table "${empty.name}"`);
  const weights = new Map<string, Weight>();
  const strip = (kept: readonly SourceNode[], known?: ReadonlySet<string>): Imported<GraphNode[]> => {
    const stripped: GraphNode[] = [];
    for (const { value, ...node } of kept) {
      if (node.op === 'Const') {
        if (value === undefined) return malformed(`constant "${node.name}" has no value`);
        if (value.kind !== 'read') return value;
        const other = weights.get(node.name);
        // The graph, its functions and its initializer share one list of weights.
        if (other !== undefined && other !== value.value)
          return malformed(`there are two constants "${node.name}"`);
        weights.set(node.name, value.value);
      }
      stripped.push(widened({ ...node, input: node.input.filter((input) => !isControl(input)) }));
    }
    const dangling = danglingInput(stripped, known);
    if (dangling !== undefined) return malformed(dangling);
    const cycle = findCycle(stripped);
    return cycle === undefined ? read(stripped) : malformed(`node "${cycle}" is computed from itself`);
  };

  const main = strip(nodes.filter(({ name }) => reached.has(name)));
  if (main.kind !== 'read') return main;
  const functions: GraphFunction[] = [];
  for (const source of parts.functions) {
    const { name, results, nodes: inner, ...typed } = qualifyConstants(source);
    const inputs = typed.inputs.map((input) => ({ ...input, type: widenedType(input.type) }));
    const outputs = typed.outputs.map((output) => ({ ...output, type: widenedType(output.type) }));
    const body = strip(usedNodes(shapeLookups(inner), results), new Set(inputs.map((input) => input.name)));
    if (body.kind !== 'read') return { ...body, message: `function "${name}": ${body.message}` };
    const ret = Object.fromEntries(outputs.map((output, index) => [output.name, results[index] ?? '']));
    functions.push({ name, inputs, outputs, nodes: body.value, results: ret });
  }
  const initializer = parts.initializer && strip(parts.initializer.nodes);
  if (initializer !== undefined && initializer.kind !== 'read') return initializer;
  return read({
    nodes: main.value,
    functions,
    weights,
    signatures,
    ...(parts.initializer && initializer
      ? { initializer: { nodes: initializer.value, outputs: parts.initializer.outputs } }
      : {}),
    producer: parts.producer,
  });
}

/** Renames the constants of a function, since weights are found by name and need different names. */
function qualifyConstants(source: SourceFunction): SourceFunction {
  const renamed = new Map(
    source.nodes.filter(({ op }) => op === 'Const').map(({ name }) => [name, `${source.name}/${name}`]),
  );
  const rename = (tensor: string): string => renamed.get(tensor) ?? tensor;
  return {
    ...source,
    nodes: source.nodes.map((node) => ({ ...node, name: rename(node.name), input: node.input.map(rename) })),
    results: source.results.map(rename),
  };
}

function usedNodes(nodes: readonly SourceNode[], results: readonly string[]): SourceNode[] {
  const roots = results.map((result) => parseTensorName(result).node);
  const reached = reach(nodesByName(nodes), roots, { through: 'data' });
  return nodes.filter(({ name }) => reached.has(name));
}
