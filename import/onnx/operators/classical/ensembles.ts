import { add } from '../../../builder/elementwise.ts';
import { slice } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import {
  classifiedByOneScore,
  classifiedByScores,
  labelsAndScores,
  labelsOf,
  secondAbove,
  transformOf,
} from './classification.ts';
import { namesOf } from './labels.ts';
import { POST_TRANSFORMS, postTransform } from './post_transform.ts';
import { floatsOf, readNamedTrees, readTrees } from './read_trees.ts';
import { type Aggregate, runTrees } from './trees.ts';

const AGGREGATES = ['SUM', 'AVERAGE', 'MIN', 'MAX'] as const;

const treeRegressor: Operator = (call) => {
  const { g, attributes } = call;
  const trees = readNamedTrees(call, 'target', attributes.integer('n_targets', 1));
  const scores = runTrees(call, trees, attributes.choice('aggregate_function', AGGREGATES, 'SUM'));
  const kind = attributes.choice('post_transform', POST_TRANSFORMS, 'NONE');
  return typed(postTransform(g, withBase(call, scores), kind), 'FLOAT');
};

function baseValues(call: OperatorCall): readonly number[] {
  const { attributes } = call;
  const isGiven = attributes.has('base_values') || attributes.has('base_values_as_tensor');
  return isGiven ? floatsOf(call, 'base_values') : [];
}

function withBase(call: OperatorCall, scores: SymbolicTensor): SymbolicTensor {
  const base = baseValues(call);
  return base.length === 0 ? scores : add(call.g, scores, call.g.floats(base));
}

const treeClassifier: Operator = (call) => {
  const { g, attributes } = call;
  const labels = labelsOf(call, 'classlabels_int64s');
  const classes = namesOf(labels).length;
  const ids = attributes.integers('class_ids') ?? [];
  const trees = readNamedTrees(
    call,
    'class',
    ids.reduce((most, id) => Math.max(most, id + 1), classes),
  );
  const all = runTrees(call, trees, 'SUM');
  const only = new Set(ids).size === 1 ? (ids[0] ?? 0) : undefined;
  if (classes !== 2 || only === undefined) return classifiedByScores(call, withBase(call, all), labels);
  // The trees score one of two classes. Shares of it are above one half, and other scores above 0.
  const isShare = floatsOf(call, 'class_weights').every((weight) => weight >= 0);
  const limit = isShare ? 0.5 : 0;
  if (only === 0) {
    const score = add(g, slice(g, all, 1, 0, 1), baseValues(call)[0] ?? 0);
    const kind = transformOf(call);
    return classifiedByOneScore(
      call,
      { score, limit, isShare },
      labels,
      isShare && kind !== 'PROBIT' ? 'NONE' : kind,
    );
  }
  const scores = withBases(call, all);
  const place = secondAbove(g, slice(g, scores, 1, 1, 1), limit);
  return labelsAndScores(call, place, postTransform(g, scores, transformOf(call)), labels);
};

/** A single base value is that of the first class. */
function withBases(call: OperatorCall, scores: SymbolicTensor): SymbolicTensor {
  const [first, second = 0] = baseValues(call);
  return first === undefined ? scores : add(call.g, scores, call.g.floats([first, second]));
}

/** By the numbers of ai.onnx.ml 5. */
const NUMBERED_AGGREGATES: readonly Aggregate[] = ['AVERAGE', 'SUM', 'MIN', 'MAX'];

const treeEnsemble: Operator = (call) => {
  const { attributes } = call;
  const trees = readTrees(call, attributes.integer('n_targets', 1));
  const number = attributes.integer('aggregate_function', 1);
  const aggregate =
    NUMBERED_AGGREGATES[number] ?? refuse(`has aggregate_function ${number}, which is not known`);
  const kind = attributes.integer('post_transform', 0);
  const transform = POST_TRANSFORMS[kind] ?? refuse(`has post_transform ${kind}, which is not known`);
  return typed(postTransform(call.g, runTrees(call, trees, aggregate), transform), input(call, 0).type);
};

export const ENSEMBLES: OperatorTable = {
  TreeEnsemble: treeEnsemble,
  TreeEnsembleClassifier: treeClassifier,
  TreeEnsembleRegressor: treeRegressor,
};
