import type {
  Graph,
  GraphFunction,
  GraphInitializer,
  GraphNode,
  GraphSignature,
  Weight,
} from '../graph/graph.ts';
import { type Imported, malformed, read } from '../imported.ts';
import type { StoredWeight } from '../tensor_values/stored_weight.ts';
import { feedableInputs } from './feedable_inputs.ts';
import { nodesByName, reach } from './reach.ts';
import { isControl, parseTensorName, type SourceFunction, type SourceNode } from './source_graph.ts';

export interface GraphParts {
  readonly nodes: readonly SourceNode[];
  /** Those that control flow calls, without calls of their own. */
  readonly functions: readonly SourceFunction[];
  readonly signatures: Readonly<Record<string, GraphSignature>>;
  readonly initializer?: {
    readonly nodes: readonly SourceNode[];
    readonly outputs: GraphInitializer['outputs'];
  };
  readonly producer: number;
}

/** Puts a graph together of what its signatures need: values come from weights, order from nothing but data. */
export function finishGraph(parts: GraphParts): Imported<Graph> {
  const { nodes, signatures } = feedableInputs(parts.nodes, parts.signatures);
  const reached = new Set<string>();
  for (const { inputs, outputs } of Object.values(signatures)) {
    const fed = new Set(Object.values(inputs).map(({ name }) => parseTensorName(name).node));
    const roots = Object.values(outputs).map(({ name }) => parseTensorName(name).node);
    for (const name of reach(nodesByName(nodes), [...roots, ...fed], { through: 'data' })) reached.add(name);
  }
  const weights = new Map<string, Weight>();
  const strip = (kept: readonly SourceNode[]): Imported<GraphNode[]> => {
    const stripped: GraphNode[] = [];
    for (const { value, ...node } of kept) {
      if (node.op === 'Const') {
        if (value === undefined) return malformed(`constant "${node.name}" has no value`);
        if (value.kind !== 'read') return value;
        weights.set(node.name, value.value);
      }
      stripped.push({ ...node, input: node.input.filter((input) => !isControl(input)) });
    }
    return read(stripped);
  };

  const main = strip(nodes.filter(({ name }) => reached.has(name)));
  if (main.kind !== 'read') return main;
  const functions: GraphFunction[] = [];
  for (const source of parts.functions) {
    const { name, inputs, outputs, results } = qualifyConstants(source);
    const body = strip(usedNodes(qualifyConstants(source)));
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

/** Weights are found by name alone, so that constants of different functions need different names. */
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

function usedNodes({ nodes, results }: SourceFunction): SourceNode[] {
  const roots = results.map((result) => parseTensorName(result).node);
  const reached = reach(nodesByName(nodes), roots, { through: 'data' });
  return nodes.filter(({ name }) => reached.has(name));
}

/** How many weights there are of each type that tfjs has something else in place of. */
export function narrowedTypes({ weights }: Graph): Map<string, number> {
  const counts = new Map<string, number>();
  for (const weight of weights.values()) {
    const stored = storedType(weight);
    if (stored !== undefined && !SAME.has(stored)) counts.set(stored, (counts.get(stored) ?? 0) + 1);
  }
  return counts;
}

const SAME = new Set(['DT_FLOAT', 'DT_INT32', 'DT_BOOL', 'DT_STRING']);

function storedType(weight: Weight | StoredWeight): string | undefined {
  return 'storedType' in weight ? weight.storedType : undefined;
}
