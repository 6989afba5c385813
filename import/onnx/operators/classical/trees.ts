import { countUp } from '../../../builder/creation.ts';
import { add, binary, cast, divide, multiply, select } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import { dimension, gather, reshape, stack } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { input, type OperatorCall } from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import { gatherPlaces } from '../indexing/gathering.ts';

/** The nodes of all trees. A leaf leads to itself. */
export interface Trees {
  readonly roots: readonly number[];
  readonly features: readonly number[];
  readonly thresholds: readonly number[];
  readonly modes: readonly string[];
  readonly yes: readonly number[];
  readonly no: readonly number[];
  /** Whether a missing value (NaN) leads to where the comparison holds. */
  readonly missing: readonly boolean[];
  /** What each node adds to each target; only leaves add anything. */
  readonly weights: readonly (readonly number[])[];
}

const COMPARISONS: Readonly<Record<string, string>> = {
  BRANCH_LEQ: 'LessEqual',
  BRANCH_LT: 'Less',
  BRANCH_GTE: 'GreaterEqual',
  BRANCH_GT: 'Greater',
  BRANCH_EQ: 'Equal',
  BRANCH_NEQ: 'NotEqual',
};

/** A path of more nodes would take a graph of thousands of operations. */
const DEEPEST = 256;

/** Reads the attributes of an ensemble whose nodes are named by tree and number. */
export function readTrees({ attributes }: OperatorCall, prefix: 'class' | 'target', targets: number): Trees {
  const integers = (name: string) => attributes.integers(name) ?? refuseMalformed(`has no ${name}`);
  const [treeIds, nodeIds] = [integers('nodes_treeids'), integers('nodes_nodeids')];
  const modes = attributes.texts('nodes_modes') ?? refuseMalformed('has no nodes_modes');
  attributes.ignore('nodes_hitrates');
  const key = (tree: number | undefined, node: number | undefined) => `${tree}:${node}`;
  const places = new Map(treeIds.map((tree, index) => [key(tree, nodeIds[index]), index]));
  const child = (ids: readonly number[]) =>
    ids.map((id, index) => {
      if (modes[index] === 'LEAF') return index;
      return (
        places.get(key(treeIds[index], id)) ??
        refuseMalformed(`has a node that leads to ${id}, which does not exist`)
      );
    });
  const [yes, no] = [child(integers('nodes_truenodeids')), child(integers('nodes_falsenodeids'))];
  const values = doublesOf(attributes, 'nodes_values');
  const reached = new Set([...yes, ...no].filter((place, index) => place !== index % nodeIds.length));
  const weights = nodeIds.map(() => Array.from({ length: targets }, () => 0));
  const [ownTrees, ownNodes, ids] = [
    integers(`${prefix}_treeids`),
    integers(`${prefix}_nodeids`),
    integers(`${prefix}_ids`),
  ];
  const added = doublesOf(attributes, `${prefix}_weights`);
  for (const [index, id] of ids.entries()) {
    const row = weights[places.get(key(ownTrees[index], ownNodes[index])) ?? -1];
    if (row === undefined || id >= targets) refuseMalformed('has a weight for a node that does not exist');
    row[id] = (row[id] ?? 0) + (added[index] ?? 0);
  }
  return {
    roots: nodeIds.flatMap((_, index) => (reached.has(index) ? [] : [index])),
    features: integers('nodes_featureids'),
    thresholds: values,
    modes,
    yes,
    no,
    missing: (attributes.integers('nodes_missing_value_tracks_true') ?? []).map((value) => value !== 0),
    weights,
  };
}

/** Floats that newer versions keep as a tensor of doubles. */
function doublesOf(attributes: OperatorCall['attributes'], name: string): readonly number[] {
  if (attributes.has(`${name}_as_tensor`))
    return refuse(`has ${name} of double precision, which is not computed`);
  return attributes.floats(name) ?? refuseMalformed(`has no ${name}`);
}

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

/**
 * What the trees add to each target for each row, [rows, trees, targets]: all rows go down all trees together, one step
 * at a time.
 */
export function runTrees(call: OperatorCall, trees: Trees): SymbolicTensor {
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
  const targets = trees.weights[0]?.length ?? 1;
  return gather(g, g.floats(trees.weights.flat(), [trees.weights.length, targets]), place, 0);
}

function compare(
  g: NodeBuilder,
  { modes, missing }: Trees,
  value: SymbolicTensor,
  threshold: SymbolicTensor,
  place: SymbolicTensor,
): SymbolicTensor {
  const kinds = [...new Set(modes)].filter((mode) => mode !== 'LEAF');
  let result: SymbolicTensor | undefined;
  for (const kind of kinds) {
    const op = COMPARISONS[kind] ?? refuse(`has nodes of the mode ${kind}, which is not known`);
    const holds = binary(g, op, value, threshold);
    if (result === undefined) result = holds;
    else {
      const isKind = gather(g, g.integers(modes.map((mode) => (mode === kind ? 1 : 0))), place, 0);
      const [yes, no] = [cast(g, holds, 'int32'), cast(g, result, 'int32')];
      result = cast(g, select(g, binary(g, 'Equal', isKind, 1), yes, no), 'bool');
    }
  }
  if (result === undefined) return binary(g, 'Equal', value, value);
  if (!missing.includes(true)) return result;
  const tracks = binary(
    g,
    'Equal',
    gather(g, g.integers(modes.map((_, index) => (missing[index] ? 1 : 0))), place, 0),
    1,
  );
  const isMissing = binary(g, 'LogicalAnd', binary(g, 'NotEqual', value, value), tracks);
  return binary(g, 'LogicalOr', result, isMissing);
}

/** One number of what all trees add: [rows, targets]. */
export function aggregate(
  g: NodeBuilder,
  added: SymbolicTensor,
  kind: string,
  trees: number,
): SymbolicTensor {
  switch (kind) {
    case 'SUM':
      return reduce(g, 'Sum', added, [1]);
    case 'AVERAGE':
      return divide(g, reduce(g, 'Sum', added, [1]), trees);
    case 'MIN':
      return reduce(g, 'Min', added, [1]);
    case 'MAX':
      return reduce(g, 'Max', added, [1]);
    default:
      return refuse(`has aggregate_function "${kind}", which is not known`);
  }
}
