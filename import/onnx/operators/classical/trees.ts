import { countUp } from '../../../builder/creation.ts';
import { add, binary, cast, divide, multiply, select, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import { dimension, expandDimension, gather, reshape, stack } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { input, type OperatorCall } from '../../conversion/operator_call.ts';
import { refuse } from '../../values/refusal.ts';
import { gatherPlaces } from '../indexing/gathering.ts';

/** How a node compares a feature with its threshold, or with a set. */
export type Mode =
  | 'BRANCH_LEQ'
  | 'BRANCH_LT'
  | 'BRANCH_GTE'
  | 'BRANCH_GT'
  | 'BRANCH_EQ'
  | 'BRANCH_NEQ'
  | 'BRANCH_MEMBER'
  | 'LEAF';

/** What each node adds to each target; only leaves add anything. */
export type Weights = readonly (readonly (number | undefined)[])[];

/** The nodes of all trees. A leaf leads to itself. */
export interface Trees {
  readonly roots: readonly number[];
  readonly features: readonly number[];
  readonly thresholds: readonly number[];
  readonly modes: readonly Mode[];
  readonly yes: readonly number[];
  readonly no: readonly number[];
  /** Whether a missing value (NaN) leads to where the comparison holds. */
  readonly missing: readonly boolean[];
  readonly weights: Weights;
  /** The sets of the nodes that look whether a feature is in one. */
  readonly members: ReadonlyMap<number, readonly number[]>;
}

const COMPARISONS: Readonly<Record<Exclude<Mode, 'BRANCH_MEMBER' | 'LEAF'>, string>> = {
  BRANCH_LEQ: 'LessEqual',
  BRANCH_LT: 'Less',
  BRANCH_GTE: 'GreaterEqual',
  BRANCH_GT: 'Greater',
  BRANCH_EQ: 'Equal',
  BRANCH_NEQ: 'NotEqual',
};

/** A path of more nodes would take a graph of thousands of operations. */
const DEEPEST = 256;

/** How many steps lead from a root to the farthest leaf. */
function depthOf({ roots, yes, no, modes }: Trees): number {
  let level = new Set(roots);
  for (let depth = 0; depth <= DEEPEST; depth++) {
    const next = new Set<number>();
    for (const place of level) {
      if (modes[place] === 'LEAF') continue;
      next.add(yes[place] ?? place);
      next.add(no[place] ?? place);
    }
    if (next.size === 0) return depth;
    level = next;
  }
  return refuse(`has trees that are more than ${DEEPEST} nodes deep`);
}

export type Aggregate = 'SUM' | 'AVERAGE' | 'MIN' | 'MAX';

/**
 * What the trees add to each target for each row, [rows, targets]: all rows go down all trees together, one step at a
 * time.
 */
export function runTrees(call: OperatorCall, trees: Trees, aggregate: Aggregate): SymbolicTensor {
  const { g } = call;
  const x = cast(g, input(call, 0), 'float32');
  const rows = dimension(g, x, 0);
  const count = trees.roots.length;
  const integers = (values: readonly number[]) => g.integers(values);
  const [features, yes, no] = [integers(trees.features), integers(trees.yes), integers(trees.no)];
  const thresholds = g.floats(trees.thresholds);
  const row = multiply(
    g,
    reshape(g, countUp(g, rows), [rows, 1]),
    g.integers(
      trees.roots.map(() => 1),
      [1, count],
    ),
  );
  let place: SymbolicTensor = add(g, multiply(g, row, 0), g.integers(trees.roots, [1, count]));
  for (let step = depthOf(trees); step > 0; step--) {
    const where = stack(g, [row, gather(g, features, place, 0)], 2);
    const value = gatherPlaces(g, x, where);
    const holds = compare(g, trees, value, gather(g, thresholds, place, 0), place);
    place = select(g, holds, gather(g, yes, place, 0), gather(g, no, place, 0));
  }
  return aggregated(g, trees, place, aggregate);
}

/** Whether each row goes to where the comparison of its node holds, [rows, trees]. */
function compare(
  g: NodeBuilder,
  trees: Trees,
  value: SymbolicTensor,
  threshold: SymbolicTensor,
  place: SymbolicTensor,
): SymbolicTensor {
  const { modes, missing } = trees;
  let result: SymbolicTensor | undefined;
  for (const kind of new Set(modes)) {
    if (kind === 'LEAF') continue;
    const holds =
      kind === 'BRANCH_MEMBER'
        ? isMember(g, trees, value, place)
        : binary(g, COMPARISONS[kind], value, threshold);
    if (result === undefined) result = holds;
    else {
      const isKind = truthOf(
        g,
        modes.map((mode) => mode === kind),
        place,
      );
      const others = binary(g, 'LogicalAnd', result, unary(g, 'LogicalNot', isKind));
      result = binary(g, 'LogicalOr', others, binary(g, 'LogicalAnd', holds, isKind));
    }
  }
  if (result === undefined) return binary(g, 'Equal', value, value);
  if (!missing.includes(true)) return result;
  const tracks = truthOf(
    g,
    modes.map((_, index) => missing[index] === true),
    place,
  );
  const isMissing = binary(g, 'LogicalAnd', binary(g, 'NotEqual', value, value), tracks);
  return binary(g, 'LogicalOr', result, isMissing);
}

/** A truth of each node, for the nodes at places. */
function truthOf(g: NodeBuilder, truths: readonly boolean[], place: SymbolicTensor): SymbolicTensor {
  return binary(g, 'Equal', gather(g, g.integers(truths.map(Number)), place, 0), 1);
}

/** Whether a value is in the set of its node. NaN fills the rows of smaller sets, since it equals nothing. */
function isMember(
  g: NodeBuilder,
  { members, modes }: Trees,
  value: SymbolicTensor,
  place: SymbolicTensor,
): SymbolicTensor {
  const sets = [[], ...members.values()];
  const width = Math.max(1, ...sets.map((set) => set.length));
  const table = g.floats(
    sets.flatMap((set) => Array.from({ length: width }, (_, index) => set[index] ?? Number.NaN)),
    [sets.length, width],
  );
  const rows = new Map([...members.keys()].map((node, index) => [node, index + 1]));
  const row = gather(g, g.integers(modes.map((_, node) => rows.get(node) ?? 0)), place, 0);
  const isEach = binary(g, 'Equal', expandDimension(g, value, rank(value)), gather(g, table, row, 0));
  return reduce(g, 'Any', isEach, [rank(value)]);
}

/** One number of what all trees add: [rows, targets]. @param place the leaf of each row in each tree */
function aggregated(g: NodeBuilder, trees: Trees, place: SymbolicTensor, kind: Aggregate): SymbolicTensor {
  const { weights, roots } = trees;
  const targets = weights[0]?.length ?? 1;
  const added = (absent: number) =>
    gather(
      g,
      g.floats(
        weights.flatMap((row) => row.map((weight) => weight ?? absent)),
        [weights.length, targets],
      ),
      place,
      0,
    );
  if (kind === 'SUM' || kind === 'AVERAGE') {
    const sum = reduce(g, 'Sum', added(0), [1]);
    return kind === 'SUM' ? sum : divide(g, sum, roots.length);
  }
  // A target that no leaf adds to is 0.
  const extreme =
    kind === 'MIN'
      ? reduce(g, 'Min', added(Number.POSITIVE_INFINITY), [1])
      : reduce(g, 'Max', added(Number.NEGATIVE_INFINITY), [1]);
  return select(g, unary(g, 'IsInf', extreme), 0, extreme);
}
