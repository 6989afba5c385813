import type { Graph, GraphFunction, GraphNode } from '../graph/graph.ts';
import { nodeName } from '../graph/graph_topology.ts';
import { signatureNodes } from './graph_rewrite.ts';

/** Removes nodes, functions and weights that no signature needs. Unused inputs stay, since tfjs requires them. */
export function prune(graph: Graph): Graph {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const needed = new Set<string>();
  const waiting = [...signatureNodes(graph, 'outputs'), ...signatureNodes(graph, 'inputs')];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = nodes.get(name);
    if (node === undefined || needed.has(name)) continue;
    needed.add(name);
    waiting.push(...node.input.map(nodeName));
  }
  const kept = graph.nodes.filter(({ name }) => needed.has(name));
  const functions = neededFunctions(graph.functions, kept);
  const constants = [
    ...kept,
    ...functions.flatMap((called) => called.nodes),
    ...(graph.initializer?.nodes ?? []),
  ];
  const constantNames = new Set(constants.filter(({ op }) => op === 'Const').map(({ name }) => name));
  const weights = new Map([...graph.weights].filter(([name]) => constantNames.has(name)));
  const same =
    kept.length === graph.nodes.length &&
    functions.length === graph.functions.length &&
    weights.size === graph.weights.size;
  return same ? graph : { ...graph, nodes: kept, functions, weights };
}

function neededFunctions(functions: readonly GraphFunction[], nodes: readonly GraphNode[]): GraphFunction[] {
  const byName = new Map(functions.map((called) => [called.name, called]));
  const needed = new Set<string>();
  const waiting = nodes.flatMap(calledFunctions);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const called = byName.get(name);
    if (called === undefined || needed.has(name)) continue;
    needed.add(name);
    waiting.push(...called.nodes.flatMap(calledFunctions));
  }
  return functions.filter(({ name }) => needed.has(name));
}

function calledFunctions({ attr }: GraphNode): string[] {
  return Object.values(attr).flatMap(({ func, list }) =>
    [...(func === undefined ? [] : [func]), ...(list?.func ?? [])].map(({ name }) => name),
  );
}
