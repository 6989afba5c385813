import type { Graph, GraphNode } from '../graph/graph.ts';
import { nodeName } from '../graph/graph_topology.ts';
import { outputCount } from '../graph/output_types.ts';
import { listedOutputCount } from '../saved_model/graph_def/operation_outputs.ts';
import { LEAST_INPUTS } from './input_counts.ts';

/**
 * Returns a sentence about a node that has fewer inputs than its operation, or that reads an output which does not
 * exist, or undefined. Operations that the server does not know are not judged.
 */
export function findMalformedNode({ nodes, functions, initializer, signatures }: Graph): string | undefined {
  const fed = Object.values(signatures).flatMap(({ inputs }) => Object.values(inputs));
  const problem =
    malformedNode(nodes, new Set(fed.map(({ name }) => nodeName(name)))) ??
    malformedNode(initializer?.nodes ?? [], new Set());
  if (problem !== undefined) return problem;
  const byName = nodesByName(nodes);
  for (const [name, { outputs }] of Object.entries(signatures)) {
    for (const [output, tensor] of Object.entries(outputs)) {
      const missing = missingOutput(tensor.name, byName);
      if (missing !== undefined) return `signature "${name}": output "${output}" is ${missing}`;
    }
  }
  for (const { name, inputs, nodes: body, results } of functions) {
    const known = new Set(inputs.map((input) => input.name));
    const inside = malformedNode(body, known) ?? malformedResult(results, body, known);
    if (inside !== undefined) return `function "${name}": ${inside}`;
  }
  return undefined;
}

/** @param given names whose tensors come from outside, with the nodes that a request feeds */
function malformedNode(nodes: readonly GraphNode[], given: ReadonlySet<string>): string | undefined {
  const byName = nodesByName(nodes);
  for (const { name, op, input } of nodes) {
    const node = `node "${name}" (${op})`;
    const data = input.filter((tensor) => !tensor.startsWith('^'));
    const least = given.has(name) ? 0 : (LEAST_INPUTS.get(op) ?? 0);
    if (data.length < least) return `${node} has ${counted(data.length, 'input')}, and it needs ${least}`;
    for (const tensor of input) {
      const producer = nodeName(tensor);
      if (!byName.has(producer) && !given.has(producer))
        return `${node} takes "${tensor}", which does not exist`;
      const missing = missingOutput(tensor, byName);
      if (missing !== undefined) return `${node} takes ${missing}`;
    }
  }
  return undefined;
}

function malformedResult(
  results: Readonly<Record<string, string>>,
  nodes: readonly GraphNode[],
  given: ReadonlySet<string>,
): string | undefined {
  const byName = nodesByName(nodes);
  for (const [result, tensor] of Object.entries(results)) {
    const producer = nodeName(tensor);
    if (!byName.has(producer) && !given.has(producer))
      return `its result "${result}" is "${tensor}", which does not exist`;
    const missing = missingOutput(tensor, byName);
    if (missing !== undefined) return `its result "${result}" is ${missing}`;
  }
  return undefined;
}

/** Describes a tensor that its node does not have. */
function missingOutput(tensor: string, nodes: ReadonlyMap<string, GraphNode>): string | undefined {
  const node = nodes.get(nodeName(tensor));
  const index = outputIndex(tensor);
  if (Number.isNaN(index)) return `"${tensor}", which does not exist`;
  if (node === undefined || index === undefined || !LEAST_INPUTS.has(node.op)) return undefined;
  const count = Math.max(outputCount(node), listedOutputCount(node) ?? 0);
  if (index < count) return undefined;
  return `output ${index} of node "${node.name}" (${node.op}), which has ${counted(count, 'output')}, counted from 0`;
}

/**
 * The index of `node` and `node:1`, and NaN for another text; undefined for a control dependency, and for a named output
 * of a function's node.
 */
function outputIndex(tensor: string): number | undefined {
  if (tensor.startsWith('^')) return undefined;
  const [, index, more] = tensor.split(':');
  if (index === undefined) return 0;
  if (more !== undefined) return undefined;
  return /^\d+$/.test(index) ? Number(index) : Number.NaN;
}

function nodesByName(nodes: readonly GraphNode[]): ReadonlyMap<string, GraphNode> {
  return new Map(nodes.map((node) => [node.name, node]));
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
