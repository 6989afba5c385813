import { elementCount } from '../../../worker/model/tensor.ts';
import { nodeName } from '../../graph/graph_topology.ts';
import type { GraphRewrite } from '../../simplify/graph_rewrite.ts';
import { chainSets, givesBytes } from './chain_sets.ts';
import type { Chains, Observed } from './chains.ts';
import type { Step } from './read_step.ts';

/**
 * So many products of bytes win the time that one element takes on its way into a chain, where floats are scaled, rounded and
 * bounded one after the other, and out of it.
 */
const [PRODUCTS_TO_ENTER, PRODUCTS_TO_LEAVE] = [64, 24];

/** Returns the convolutions whose chains would take more time to enter and to leave than their products win. */
export function costlyConvolutions(
  rewrite: GraphRewrite,
  { steps }: Chains,
  observed: ReadonlyMap<string, Observed>,
): string[] {
  const inBytes = new Map(steps.map((step) => [step.node.name, step]));
  const chains = chainSets(steps);
  const gains = new Map<string, number>();
  const count = (name: string, amount: number): void => {
    const root = chains.rootOf(name);
    gains.set(root, (gains.get(root) ?? 0) + amount);
  };
  const elements = (name: string): number => elementCount(observed.get(name)?.shape ?? []);
  const entered = new Set<string>();
  for (const step of steps) {
    const { node, inputs } = step;
    if (step.kind === 'convolution') count(node.name, elements(node.name) * productsPerElement(step));
    for (const input of inputs) {
      const entry = `${chains.rootOf(node.name)} ${input}`;
      if (givesBytes(inBytes.get(input)) || entered.has(entry)) continue;
      entered.add(entry);
      count(node.name, -PRODUCTS_TO_ENTER * elements(input));
    }
  }
  const left = new Set(
    rewrite.nodes().flatMap(({ name, input }) => (inBytes.has(name) ? [] : input.map(nodeName))),
  );
  for (const [name, step] of inBytes) {
    if (givesBytes(step) && (left.has(name) || rewrite.isNamed(name)))
      count(name, -PRODUCTS_TO_LEAVE * elements(name));
  }
  return steps
    .filter(({ kind, node }) => kind === 'convolution' && (gains.get(chains.rootOf(node.name)) ?? 0) <= 0)
    .map(({ node }) => node.name);
}

function productsPerElement({ filter, operation }: Extract<Step, { kind: 'convolution' }>): number {
  const [height = 1, width = 1, channels = 1] = filter.shape;
  return height * width * (operation === 'Conv2D' ? channels : 1);
}
