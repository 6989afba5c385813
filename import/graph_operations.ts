import type { Graph, GraphNode } from './graph/graph.ts';

/** An operation that a graph needs and tfjs does not have, and the nodes that need it. */
export interface UnsupportedOperation {
  readonly operation: string;
  readonly nodes: readonly string[];
}

/** Of tfjs-converter: each has a list of the operations that it maps. */
const LISTS = [
  'arithmetic',
  'basic_math',
  'control',
  'convolution',
  'creation',
  'dynamic',
  'evaluation',
  'graph',
  'hash_table',
  'image',
  'logical',
  'matrices',
  'normalization',
  'ragged',
  'reduction',
  'slice_join',
  'sparse',
  'spectral',
  'string',
  'transformation',
] as const;

let loading: Promise<ReadonlySet<string>> | undefined;

function supportedOperations(): Promise<ReadonlySet<string>> {
  loading ??= (async () => {
    const names = new Set<string>();
    for (const list of LISTS) {
      const { json }: { json: readonly { tfOpName?: string }[] } = await import(
        `@tensorflow/tfjs-converter/dist/operations/op_list/${list}.js`
      );
      for (const { tfOpName } of json) if (tfOpName !== undefined) names.add(tfOpName);
    }
    return names;
  })();
  return loading;
}

/** Every operation of a graph and of its functions that tfjs cannot execute, with all nodes that have it. */
export async function unsupportedOperations(graph: Graph): Promise<UnsupportedOperation[]> {
  const supported = await supportedOperations();
  const functions = new Set(graph.functions.map(({ name }) => name));
  const found = new Map<string, string[]>();
  const look = (nodes: readonly GraphNode[], inside: string) => {
    for (const { name, op } of nodes) {
      if (supported.has(op) || functions.has(op)) continue;
      found.set(op, [...(found.get(op) ?? []), `${inside}${name}`]);
    }
  };
  look(graph.nodes, '');
  for (const { name, nodes } of graph.functions) look(nodes, `${name}/`);
  look(graph.initializer?.nodes ?? [], '');
  return [...found].map(([operation, nodes]) => ({ operation, nodes }));
}

const MOST_NODES = 5;

/** A sentence with all of them. */
export function describeUnsupported(operations: readonly UnsupportedOperation[]): string {
  const list = operations.map(({ operation, nodes }) => {
    const shown = nodes
      .slice(0, MOST_NODES)
      .map((name) => `"${name}"`)
      .join(', ');
    const left = nodes.length - MOST_NODES;
    return `${operation} (${shown}${left > 0 ? ` and ${left} more` : ''})`;
  });
  return `tfjs does not have these operations: ${list.join('; ')}`;
}
