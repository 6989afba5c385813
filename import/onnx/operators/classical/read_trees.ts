import type { OperatorCall } from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import type { Mode, Trees, Weights } from './trees.ts';

const MODES: readonly Mode[] = [
  'BRANCH_LEQ',
  'BRANCH_LT',
  'BRANCH_GTE',
  'BRANCH_GT',
  'BRANCH_EQ',
  'BRANCH_NEQ',
  'BRANCH_MEMBER',
];

/** Reads the attributes of an ensemble whose nodes are named by tree and number. */
export function readNamedTrees(call: OperatorCall, prefix: 'class' | 'target', targets: number): Trees {
  const { attributes } = call;
  const integers = (name: string) => attributes.integers(name) ?? refuseMalformed(`has no ${name}`);
  const [treeIds, nodeIds] = [integers('nodes_treeids'), integers('nodes_nodeids')];
  const modes = (attributes.texts('nodes_modes') ?? refuseMalformed('has no nodes_modes')).map(modeOf);
  attributes.ignore('nodes_hitrates', 'nodes_hitrates_as_tensor');
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
  const reached = new Set([...yes, ...no].filter((place, index) => place !== index % nodeIds.length));
  const values = floatsOf(call, 'nodes_values');
  return {
    roots: nodeIds.flatMap((_, index) => (reached.has(index) ? [] : [index])),
    features: integers('nodes_featureids'),
    thresholds: modes.map((mode, index) => narrowed(call, values[index] ?? 0, mode)),
    modes,
    yes,
    no,
    missing: (attributes.integers('nodes_missing_value_tracks_true') ?? []).map((value) => value !== 0),
    weights: weightsOf(call, prefix, targets, nodeIds.length, (tree, node) => places.get(key(tree, node))),
    members: new Map(),
  };
}

function modeOf(name: string): Mode {
  return (
    [...MODES, 'LEAF' as const].find((mode) => mode === name) ??
    refuse(`has nodes of the mode ${name}, which is not known`)
  );
}

/** What each node adds to each target. */
function weightsOf(
  call: OperatorCall,
  prefix: 'class' | 'target',
  targets: number,
  nodes: number,
  placeOf: (tree: number | undefined, node: number | undefined) => number | undefined,
): Weights {
  const integers = (name: string) =>
    call.attributes.integers(`${prefix}_${name}`) ?? refuseMalformed(`has no ${prefix}_${name}`);
  expectFew(nodes, targets);
  const weights = Array.from({ length: nodes }, () =>
    Array.from({ length: targets }, (): number | undefined => undefined),
  );
  const [trees, ids] = [integers('treeids'), integers('nodeids')];
  const added = floatsOf(call, `${prefix}_weights`);
  for (const [index, target] of integers('ids').entries()) {
    const row = weights[placeOf(trees[index], ids[index]) ?? -1];
    if (row === undefined || target < 0 || target >= targets)
      refuseMalformed('has a weight for a node or a target that does not exist');
    row[target] = (row[target] ?? 0) + (added[index] ?? 0);
  }
  return weights;
}

/** Each node has a number for each target. */
const MOST_WEIGHTS = 2 ** 25;

function expectFew(nodes: number, targets: number): void {
  if (nodes * targets > MOST_WEIGHTS) refuse(`has ${nodes} nodes and ${targets} targets, which are too many`);
}

/** Floats that newer versions may keep as a tensor, also of double precision. */
export function floatsOf({ attributes, elements }: OperatorCall, name: string): readonly number[] {
  const tensor = attributes.tensor(`${name}_as_tensor`);
  if (tensor !== undefined) return elements(tensor).numbers;
  return attributes.floats(name) ?? refuseMalformed(`has no ${name}`);
}

/** Reads the attributes of an ensemble whose leaves are apart from its nodes (ai.onnx.ml 5). */
export function readTrees(call: OperatorCall, targets: number): Trees {
  const { attributes, elements } = call;
  const integers = (name: string) => attributes.integers(name) ?? refuseMalformed(`has no ${name}`);
  const numbers = (name: string) =>
    elements(attributes.tensor(name) ?? refuseMalformed(`has no ${name}`)).numbers;
  attributes.ignore('nodes_hitrates');
  const features = integers('nodes_featureids');
  const nodes = features.length;
  const [ids, added] = [integers('leaf_targetids'), numbers('leaf_weights')];
  const child = (side: 'true' | 'false') => {
    const [children, leaves] = [integers(`nodes_${side}nodeids`), integers(`nodes_${side}leafs`)];
    const own = features.map((_, index) => {
      const [id, isLeaf] = [children[index] ?? -1, leaves[index] === 1];
      if (id < 0 || id >= (isLeaf ? ids.length : nodes))
        refuseMalformed(`has a node that leads to ${id}, which does not exist`);
      return isLeaf ? nodes + id : id;
    });
    return [...own, ...ids.map((_, leaf) => nodes + leaf)];
  };
  const modes = numbers('nodes_modes').map((mode) => MODES[mode] ?? refuse(`has nodes of the mode ${mode}`));
  const splits = numbers('nodes_splits');
  expectFew(nodes + ids.length, targets);
  const leafRows = ids.map((target, leaf) => {
    if (target < 0 || target >= targets) refuseMalformed(`has a leaf of the target ${target}`);
    return Array.from({ length: targets }, (_, each) => (each === target ? (added[leaf] ?? 0) : undefined));
  });
  return {
    roots: integers('tree_roots'),
    features: [...features, ...ids.map(() => 0)],
    thresholds: [
      ...modes.map((mode, index) => narrowed(call, splits[index] ?? 0, mode)),
      ...ids.map(() => 0),
    ],
    modes: [...modes, ...ids.map(() => 'LEAF' as const)],
    yes: child('true'),
    no: child('false'),
    missing: (attributes.integers('nodes_missing_value_tracks_true') ?? []).map((value) => value !== 0),
    weights: [...features.map(() => Array.from({ length: targets }, () => undefined)), ...leafRows],
    members: membersOf(call, modes),
  };
}

/** The sets that nodes compare with, in the order of these nodes. NaN ends each. */
function membersOf({ attributes, elements }: OperatorCall, modes: readonly Mode[]): Trees['members'] {
  const places = [...modes.keys()].filter((index) => modes[index] === 'BRANCH_MEMBER');
  const tensor = attributes.tensor('membership_values');
  if (tensor === undefined) {
    return places.length === 0 ? new Map() : refuseMalformed('has no membership_values');
  }
  const sets: number[][] = [[]];
  for (const value of elements(tensor).numbers) {
    if (Number.isNaN(value)) sets.push([]);
    else sets.at(-1)?.push(value);
  }
  if (sets.length <= places.length)
    refuseMalformed('has fewer sets of membership_values than nodes that need one');
  return new Map(places.map((place, index) => [place, sets[index] ?? []]));
}

/**
 * A threshold in single precision. For numbers that are of single precision themselves, it tells them apart as the given
 * one of double precision does. Numbers of double precision are rounded before, as the threshold is then.
 */
function narrowed({ inputs }: OperatorCall, threshold: number, mode: Mode): number {
  const near = Math.fround(threshold);
  if (near === threshold || Number.isNaN(threshold) || inputs[0]?.type === 'DOUBLE') return near;
  switch (mode) {
    case 'BRANCH_LEQ':
    case 'BRANCH_GT':
      return near < threshold ? near : nextFloat(near, -1);
    case 'BRANCH_LT':
    case 'BRANCH_GTE':
      return near > threshold ? near : nextFloat(near, 1);
    case 'BRANCH_EQ':
    case 'BRANCH_NEQ':
      // No number of single precision is the same.
      return Number.NaN;
    default:
      return near;
  }
}

/** The next number of single precision towards plus or minus infinity. */
function nextFloat(value: number, direction: 1 | -1): number {
  if (value === 0) return direction * 2 ** -149;
  const bits = new Int32Array(Float32Array.of(value).buffer);
  bits[0] = (bits[0] ?? 0) + (value > 0 ? direction : -direction);
  return new Float32Array(bits.buffer)[0] ?? value;
}
