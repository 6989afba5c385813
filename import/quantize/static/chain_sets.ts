import { DisjointSets } from './disjoint_sets.ts';
import type { Step } from './read_step.ts';

/** Returns the steps that pass bytes to one another as sets of their names. */
export function chainSets(steps: readonly Step[]): DisjointSets {
  const giving = new Set(steps.filter(givesBytes).map(({ node }) => node.name));
  const sets = new DisjointSets();
  for (const { node, inputs } of steps)
    for (const input of inputs) if (giving.has(input)) sets.join(node.name, input);
  return sets;
}

/** A mean is made of bytes, and gives floats. */
export function givesBytes(step: Step | undefined): boolean {
  return step !== undefined && step.kind !== 'mean';
}
