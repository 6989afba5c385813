import type { Graph, GraphInitializer, GraphNode } from '../graph.ts';
import { nodeName } from '../graph_topology.ts';
import { TABLE_FILLERS } from './table_operations.ts';

const FINDS: ReadonlySet<string> = new Set(['LookupTableFind', 'LookupTableFindV2']);
const SIZES: ReadonlySet<string> = new Set(['LookupTableSize', 'LookupTableSizeV2']);
const PASS_THROUGH: ReadonlySet<string> = new Set(['Identity', 'StopGradient']);

/** The tensors that fill a table. */
interface Contents {
  readonly keys: string;
  readonly values: string;
}

/**
 * Gives lookups the keys and values of their table as inputs. A table that never changes is a function of constants
 * then: it needs no initialization, and its entries are no tensors of their own, as they are in tfjs. A table that a
 * function of the graph looks into stays.
 */
export function constantTables(graph: Graph): Graph {
  const { initializer } = graph;
  if (initializer === undefined) return graph;
  const contents = contentsOf(initializer);
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const tableOf = (tensor: string | undefined): Contents | undefined => {
    let name = nodeName(tensor ?? '');
    for (let node = nodes.get(name); node !== undefined && PASS_THROUGH.has(node.op); node = nodes.get(name))
      name = nodeName(node.input[0] ?? '');
    return contents.get(name);
  };
  const added = new Map<string, GraphNode>();
  const sources = new Map(initializer.nodes.map((node) => [node.name, node]));
  const rewritten = graph.nodes.map((node) => {
    const isFind = FINDS.has(node.op);
    const table = isFind || SIZES.has(node.op) ? tableOf(node.input[0]) : undefined;
    if (table === undefined) return node;
    const needed = [table.keys, table.values].flatMap((tensor) => withSources(sources, nodeName(tensor)));
    if (needed.some((source) => !isSame(source, nodes.get(source.name)))) return node;
    for (const source of needed) if (!nodes.has(source.name)) added.set(source.name, source);
    const [, ...others] = node.input;
    return isFind
      ? { ...node, op: '_ConstantTableFind', input: [table.keys, table.values, ...others] }
      : { ...node, op: '_ConstantTableSize', input: [table.keys, table.values, ...others] };
  });
  if (rewritten.every((node, index) => node === graph.nodes[index])) return graph;
  return withoutUnusedTables({ ...graph, nodes: [...rewritten, ...added.values()] }, initializer);
}

/** The contents of each table, by the node that stands for it in the graph. */
function contentsOf({ nodes, outputs }: GraphInitializer): Map<string, Contents> {
  const filled = new Map<string, Contents>();
  for (const { op, input, name } of nodes) {
    const [table = '', keys, values] = input;
    if (!TABLE_FILLERS.has(op) || keys === undefined || values === undefined) continue;
    filled.set(nodeName(table), { keys, values });
    // A file of tfjs may name a table by the node that fills it.
    filled.set(name, { keys, values });
  }
  return new Map(
    Object.entries(outputs).flatMap(([name, table]) => {
      const contents = filled.get(nodeName(table.name));
      return contents === undefined ? [] : [[nodeName(name), contents]];
    }),
  );
}

/** A node of the initializer with all that it is computed from. */
function withSources(nodes: ReadonlyMap<string, GraphNode>, name: string): GraphNode[] {
  const found = new Set<GraphNode>();
  const waiting = [name];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const node = nodes.get(next);
    if (node === undefined || found.has(node)) continue;
    found.add(node);
    waiting.push(...node.input.map(nodeName));
  }
  return [...found];
}

/** True if a node of the initializer can be in the graph under its name. */
function isSame(source: GraphNode, other: GraphNode | undefined): boolean {
  return other === undefined || (other.op === source.op && other.input.join() === source.input.join());
}

/** Drops the tables that nothing looks into, and the initializer with the last of them. */
function withoutUnusedTables(graph: Graph, initializer: GraphInitializer): Graph {
  const read = new Set(
    graph.nodes.filter(({ op }) => !PASS_THROUGH.has(op)).flatMap(({ input }) => input.map(nodeName)),
  );
  const passed = graph.nodes.filter(({ op, name }) => PASS_THROUGH.has(op) && read.has(name));
  for (const { input } of passed) for (const tensor of input) read.add(nodeName(tensor));
  const outputs = Object.fromEntries(
    Object.entries(initializer.outputs).filter(([name]) => read.has(nodeName(name))),
  );
  const { initializer: _dropped, ...rest } = graph;
  return Object.keys(outputs).length === 0 ? rest : { ...rest, initializer: { ...initializer, outputs } };
}
