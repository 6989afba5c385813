import {
  add,
  binary,
  cast,
  divide,
  maximum,
  multiply,
  select,
  subtract,
  unary,
} from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { product } from '../../../builder/products.ts';
import { reduce } from '../../../builder/reductions.ts';
import { concatenate, gather, slice } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuseMalformed } from '../../values/refusal.ts';
import { argumentOfExtreme } from '../reductions/extremes.ts';
import { type List, listTensor, namesOf, readLabels } from './labels.ts';
import { POST_TRANSFORMS, postTransform } from './post_transform.ts';
import { aggregate, readTrees, runTrees } from './trees.ts';

const AGGREGATES = ['SUM', 'AVERAGE', 'MIN', 'MAX'] as const;

const treeRegressor: Operator = (call) => {
  const { g, attributes } = call;
  const targets = attributes.integer('n_targets', 1);
  const trees = readTrees(call, 'target', targets);
  const kind = attributes.choice('aggregate_function', AGGREGATES, 'SUM');
  const sum = aggregate(g, runTrees(call, trees), kind, trees.roots.length);
  const based = withBase(call, sum);
  return typed(
    postTransform(g, based, attributes.choice('post_transform', POST_TRANSFORMS, 'NONE')),
    'FLOAT',
  );
};

function withBase({ g, attributes }: OperatorCall, scores: SymbolicTensor): SymbolicTensor {
  const base = attributes.floats('base_values');
  return base === undefined || base.length === 0 ? scores : add(g, scores, g.floats(base));
}

const treeClassifier: Operator = (call) => {
  const { g, attributes } = call;
  const labels =
    readLabels(call, 'classlabels_int64s', 'classlabels_strings') ?? refuseMalformed('has no labels');
  const classes = namesOf(labels).length;
  const ids = attributes.integers('class_ids') ?? [];
  const trees = readTrees(call, 'class', Math.max(classes, 1 + Math.max(...ids)));
  const all = reduce(g, 'Sum', runTrees(call, trees), [1]);
  // A model of two classes may add for one of them only, whose probability then tells the other's.
  const isBinary = classes === 2 && new Set(ids).size === 1;
  const only = isBinary ? slice(g, all, 1, ids[0] ?? 0, 1) : all;
  return classified(call, withBase(call, only), labels, isBinary);
};

/** The label of the largest score, and the scores. @param scores [rows, classes], or [rows, 1] of the second of two */
function classified(
  call: OperatorCall,
  scores: SymbolicTensor,
  labels: List,
  isBinary: boolean,
): readonly OnnxTensor[] {
  const { g, attributes } = call;
  const kind = attributes.choice('post_transform', POST_TRANSFORMS, 'NONE');
  const transformed = postTransform(g, scores, kind);
  const limit = kind === 'NONE' && !isProbability(call) ? 0 : 0.5;
  const both = isBinary
    ? concatenate(
        g,
        [
          kind === 'NONE' && limit === 0 ? unary(g, 'Neg', transformed) : subtract(g, 1, transformed),
          transformed,
        ],
        1,
      )
    : transformed;
  const place = isBinary
    ? cast(g, gather(g, binary(g, 'Greater', transformed, limit), g.integers([0], []), 1), 'int32')
    : argumentOfExtreme(g, 'ArgMax', both, 1);
  const names = gather(g, listTensor(call, labels), place, 0);
  return [typed(names, labels.type), { ...typed(both, 'FLOAT'), classes: namesOf(labels) }];
}

/** Whether all weights are shares, so that the scores are probabilities. */
function isProbability({ attributes }: OperatorCall): boolean {
  return (attributes.floats('class_weights') ?? [-1]).every((weight) => weight >= 0);
}

const linearClassifier: Operator = (call) => {
  const { attributes } = call;
  attributes.ignore('multi_class');
  const labels =
    readLabels(call, 'classlabels_ints', 'classlabels_strings') ?? refuseMalformed('has no labels');
  const scores = linear(call, 'intercepts');
  const isBinary = scores.shape[1] === 1 && namesOf(labels).length === 2;
  return classified(call, scores, labels, isBinary);
};

const linearRegressor: Operator = (call) => {
  const { g, attributes } = call;
  attributes.ignore('targets');
  return typed(
    postTransform(
      g,
      linear(call, 'intercepts'),
      attributes.choice('post_transform', POST_TRANSFORMS, 'NONE'),
    ),
    'FLOAT',
  );
};

/** Rows times coefficients, one list of them for each target, and an intercept. */
function linear(call: OperatorCall, name: string): SymbolicTensor {
  const { g, attributes } = call;
  const x = cast(g, input(call, 0), 'float32');
  const coefficients = attributes.floats('coefficients') ?? refuseMalformed('has no coefficients');
  const intercepts = attributes.floats(name);
  const features = x.shape[1] ?? 1;
  const targets = coefficients.length / features;
  if (!Number.isInteger(targets))
    refuseMalformed(`has ${coefficients.length} coefficients for ${features} features`);
  const turned = Array.from(
    { length: coefficients.length },
    (_, index) => coefficients[(index % targets) * features + Math.floor(index / targets)] ?? 0,
  );
  const scores = product(g, x, g.floats(turned, [features, targets]));
  return intercepts === undefined || intercepts.length === 0 ? scores : add(g, scores, g.floats(intercepts));
}

const scaler: Operator = (call) => {
  const { g, attributes } = call;
  const x = cast(g, input(call, 0), 'float32');
  const moved = subtract(g, x, g.floats(attributes.floats('offset') ?? [0]));
  return typed(multiply(g, moved, g.floats(attributes.floats('scale') ?? [1])), 'FLOAT');
};

const normalizer: Operator = (call) => {
  const { g, attributes } = call;
  const x = cast(g, input(call, 0), 'float32');
  const last = [rank(x) - 1];
  const sizes = {
    MAX: () => reduce(g, 'Max', unary(g, 'Abs', x), last, true),
    L1: () => reduce(g, 'Sum', unary(g, 'Abs', x), last, true),
    L2: () => unary(g, 'Sqrt', reduce(g, 'Sum', multiply(g, x, x), last, true)),
  };
  return typed(
    divide(g, x, maximum(g, sizes[attributes.choice('norm', ['MAX', 'L1', 'L2'], 'MAX')](), 1e-38)),
    'FLOAT',
  );
};

const binarizer: Operator = (call) => {
  const x = input(call, 0);
  const isAbove = binary(call.g, 'Greater', x, call.attributes.float('threshold', 0));
  return typed(cast(call.g, isAbove, x.dtype), x.type);
};

const imputer: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  const floats = attributes.floats('imputed_value_floats');
  const integers = attributes.integers('imputed_value_int64s');
  const replaced = attributes.float('replaced_value_float', 0);
  const integer = attributes.integer('replaced_value_int64', 0);
  const values = floats === undefined ? g.integers(integers ?? []) : g.floats(floats);
  const isReplaced =
    floats === undefined
      ? binary(g, 'Equal', x, integer)
      : Number.isNaN(replaced)
        ? unary(g, 'IsNan', x)
        : binary(g, 'Equal', x, replaced);
  return typed(select(g, isReplaced, values, x), x.type);
};

const arrayFeatureExtractor: Operator = (call) => {
  const { g } = call;
  const [x, places] = [input(call, 0), input(call, 1)];
  const flat = rank(places) === 1 ? places : reshapeFlat(g, places);
  return typed(gather(g, x, flat, rank(x) - 1), x.type);
};

function reshapeFlat(g: NodeBuilder, places: OnnxTensor): SymbolicTensor {
  return gather(g, places, g.integers([0], []), 0);
}

const featureVectorizer: Operator = (call) => {
  call.attributes.ignore('inputdimensions');
  const tensors = call.inputs.map((_, index) => cast(call.g, input(call, index), 'float32'));
  return typed(concatenate(call.g, tensors, 1), 'FLOAT');
};

/** A map of labels to scores for each row is sent as the scores, whose classes the signature names. */
const zipMap: Operator = (call) => {
  const labels =
    readLabels(call, 'classlabels_int64s', 'classlabels_strings') ?? refuseMalformed('has no labels');
  return { ...input(call, 0), classes: namesOf(labels) };
};

export const CLASSICAL: OperatorTable = {
  ArrayFeatureExtractor: arrayFeatureExtractor,
  Binarizer: binarizer,
  FeatureVectorizer: featureVectorizer,
  Imputer: imputer,
  LinearClassifier: linearClassifier,
  LinearRegressor: linearRegressor,
  Normalizer: normalizer,
  Scaler: scaler,
  TreeEnsembleClassifier: treeClassifier,
  TreeEnsembleRegressor: treeRegressor,
  ZipMap: zipMap,
};
