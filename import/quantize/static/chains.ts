import type { GraphRewrite } from '../../simplify/graph_rewrite.ts';
import { type ByteCodes, codesOfRange, type Range } from './byte_codes.ts';
import { DisjointSets } from './disjoint_sets.ts';
import type { Step } from './read_step.ts';

/** What the values of a tensor were on the calibration examples. */
export interface Observed extends Range {
  /** The shape of the first example. */
  readonly shape: readonly number[];
  /** The mean of each position of the last dimension, over all examples. */
  readonly means: Float64Array;
}

/** The steps of a graph that are computed with bytes, and the codes of the tensors between them. */
export interface Chains {
  /** Each after those whose results it takes. */
  readonly steps: readonly Step[];
  /** The codes of every tensor that a step takes or gives, by the name of its node. */
  readonly codes: ReadonlyMap<string, ByteCodes>;
  /** Activations that are computed by the step before them, by the name of that step's node. */
  readonly merged: ReadonlyMap<string, Extract<Step, { kind: 'activation' }>>;
}

/**
 * Decides which steps are computed with bytes: the chosen convolutions, sums of what is in bytes already, and what lies between
 * these. All else stays in floats, since making bytes of floats takes longer than such a step wins.
 *
 * @param steps in an order in which each follows those whose results it takes
 * @param isChosen whether a convolution is computed with bytes
 */
export function findChains(
  rewrite: GraphRewrite,
  steps: readonly Step[],
  observed: ReadonlyMap<string, Observed>,
  isChosen: (name: string) => boolean,
): Chains {
  const taken = takenSteps(steps, observed, isChosen);
  const merged = mergedActivations(rewrite, taken);
  return { steps: taken, codes: sharedCodes(taken, observed, merged), merged };
}

/** Steps that only move or bound values have the same codes on both sides, which hold all values there. */
function sharedCodes(
  taken: readonly Step[],
  observed: ReadonlyMap<string, Observed>,
  merged: Chains['merged'],
): Map<string, ByteCodes> {
  const sets = new DisjointSets();
  for (const { kind, node, inputs } of taken) {
    const sharesCodes = kind !== 'convolution' && kind !== 'sum' && kind !== 'mean';
    if (sharesCodes) for (const input of inputs) sets.join(node.name, input);
  }
  const names = new Set(taken.flatMap(({ node, inputs }) => [node.name, ...inputs]));
  const ranges = new Map<string, Range>();
  for (const name of names) {
    const range = observed.get(name);
    // What an activation cuts off needs no codes.
    if (range === undefined || merged.has(name)) continue;
    const root = sets.rootOf(name);
    const { least, most } = ranges.get(root) ?? range;
    ranges.set(root, { least: Math.min(least, range.least), most: Math.max(most, range.most) });
  }
  const none = { least: 0, most: 0 };
  return new Map([...names].map((name) => [name, codesOfRange(ranges.get(sets.rootOf(name)) ?? none)]));
}

function takenSteps(
  steps: readonly Step[],
  observed: ReadonlyMap<string, Observed>,
  isChosen: (name: string) => boolean,
): Step[] {
  const coded = new Set<string>();
  // Bytes are made of what a convolution takes in any case.
  const entering = new Set(
    steps.flatMap(({ kind, node, inputs }) => (kind === 'convolution' && isChosen(node.name) ? inputs : [])),
  );
  const possible = steps.filter(({ kind, node, inputs }) => {
    if (!observed.has(node.name)) return false;
    const areCoded = inputs.every((input) => coded.has(input));
    if (kind === 'convolution') {
      if (!isChosen(node.name)) return false;
    } else if (kind === 'sum') {
      const areTaken = inputs.every((input) => coded.has(input) || entering.has(input));
      const isOfBytes = areTaken && inputs.some((input) => coded.has(input));
      if (!isOfBytes || !haveOneShape([...inputs, node.name], observed)) return false;
    } else if (!areCoded) return false;
    if (kind !== 'mean') coded.add(node.name);
    return true;
  });
  const wanted = new Set<string>();
  const taken = possible.toReversed().filter(({ kind, node, inputs }) => {
    const isOwn = kind === 'convolution' || kind === 'sum' || kind === 'mean';
    if (!isOwn && !wanted.has(node.name)) return false;
    for (const input of inputs) wanted.add(input);
    return true;
  });
  return taken.reverse();
}

function haveOneShape(names: readonly string[], observed: ReadonlyMap<string, Observed>): boolean {
  const [first, ...others] = names.map((name) => observed.get(name)?.shape);
  return first !== undefined && others.every((shape) => String(shape) === String(first));
}

function mergedActivations(rewrite: GraphRewrite, taken: readonly Step[]): Chains['merged'] {
  const before = new Map(taken.map((step) => [step.node.name, step]));
  const merged = new Map<string, Extract<Step, { kind: 'activation' }>>();
  for (const step of taken) {
    const [input = ''] = step.inputs;
    const source = before.get(input);
    if (step.kind !== 'activation' || source === undefined) continue;
    const isPlain = source.kind === 'sum' || (source.kind === 'convolution' && source.activation === 'none');
    if (isPlain && rewrite.soleProducer(input) !== undefined) merged.set(input, step);
  }
  return merged;
}
