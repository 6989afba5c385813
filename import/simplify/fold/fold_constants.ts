import type { Graph, GraphNode, Weight } from '../../graph/graph.ts';
import { refusedAttribute } from '../../operations/refused_attributes.ts';
import { hasControlInputs } from '../attributes.ts';
import { GraphRewrite, SMALL_WEIGHT_BYTES } from '../graph_rewrite.ts';
import { isFoldable, largestResult } from './constant_operations.ts';
import { evaluateNode } from './evaluate.ts';
import { isExact } from './exact_integers.ts';
import { becomesFloats, keepQuantized, narrowForm } from './kept_integers.ts';

/**
 * Computes nodes whose inputs are all constants. The model does not grow: a result of more than a few kilobytes must
 * not be larger than the constants that it makes unnecessary.
 */
export async function foldConstants(graph: Graph): Promise<Graph> {
  const rewrite = new GraphRewrite(graph);
  const readers = new Map<string, string[]>();
  for (const { name, input } of graph.nodes) {
    for (const tensor of input) {
      const source = rewrite.producer(tensor)?.name;
      if (source !== undefined) readers.set(source, [...(readers.get(source) ?? []), name]);
    }
  }
  const waiting = graph.nodes.map(({ name }) => name).reverse();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = rewrite.current(name);
    const inputs = node && constantInputs(rewrite, node);
    if (node === undefined || inputs === undefined) continue;
    const shares = node.input.map((tensor) => freedShare(rewrite, readers, tensor));
    const weight = await fold(node, inputs, shares);
    if (weight === undefined) continue;
    rewrite.replaceByConstant(name, weight);
    // Readers earlier in the list were visited already.
    waiting.push(...(readers.get(name) ?? []));
  }
  return rewrite.finish();
}

/** Returns the values of all inputs if the node may be computed in advance. */
function constantInputs(rewrite: GraphRewrite, node: GraphNode): Weight[] | undefined {
  if (!isFoldable(node) || rewrite.isNamed(node.name) || rewrite.isReadBeyondFirst(node.name))
    return undefined;
  // A refused node must stay, so that the later check finds it.
  if (node.input.length === 0 || hasControlInputs(node) || refusedAttribute(node)) return undefined;
  const inputs: Weight[] = [];
  for (const tensor of node.input) {
    const weight = rewrite.constant(tensor);
    if (weight === undefined || weight.dtype === 'string') return undefined;
    inputs.push(weight);
  }
  return inputs;
}

/** The share of a constant that a folded reader makes unnecessary: nodes that take slices of it share it. */
function freedShare(
  rewrite: GraphRewrite,
  readers: ReadonlyMap<string, readonly string[]>,
  tensor: string,
): number {
  const source = rewrite.producer(tensor);
  if (source === undefined || rewrite.isNamed(source.name)) return 0;
  const names = readers.get(source.name) ?? [];
  if (names.length === 1) return 1;
  // A slice that is folded already is a constant.
  const areSlices = names.every((name) => ['Const', 'Slice'].includes(rewrite.current(name)?.op ?? ''));
  return areSlices ? 1 / names.length : 0;
}

/** @param shares of each input, which the fold makes unnecessary */
async function fold(
  node: GraphNode,
  inputs: readonly Weight[],
  shares: readonly number[],
): Promise<Weight | undefined> {
  const freed = inputs.reduce((sum, { byteLength }, index) => sum + byteLength * (shares[index] ?? 0), 0);
  const allowed = Math.max(SMALL_WEIGHT_BYTES, freed);
  if ((await largestResult(node.op, inputs)) > allowed) return undefined;
  const kept = await keepQuantized(node, inputs);
  if (kept !== undefined) return kept;
  // A folded quantized weight would have its full size in the file.
  const isTooLarge = (input: Weight): boolean =>
    input.quantized !== undefined && input.byteLength > SMALL_WEIGHT_BYTES && !becomesFloats(node, input);
  if (inputs.some(isTooLarge)) return undefined;
  const evaluated = await evaluateNode(node, inputs);
  if (evaluated === undefined || !(await isExact(node, inputs, evaluated))) return undefined;
  const { dtype, shape, bytes } = evaluated;
  // Large results are computed again on demand, so that simplifying keeps none of them in memory.
  const read = bytes.length <= SMALL_WEIGHT_BYTES ? async () => bytes : () => evaluateAgain(node, inputs);
  return { dtype, shape, byteLength: bytes.length, read, ...narrowForm(node, evaluated, read) };
}

async function evaluateAgain(node: GraphNode, inputs: readonly Weight[]): Promise<Uint8Array> {
  const evaluated = await evaluateNode(node, inputs);
  if (evaluated === undefined) throw new Error(`"${node.name}" could be computed before and cannot be now`);
  return evaluated.bytes;
}
