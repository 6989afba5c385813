import { add, binary, cast, clip, multiply, select, subtract, unary } from '../../../builder/elementwise.ts';
import { product } from '../../../builder/products.ts';
import { reduce } from '../../../builder/reductions.ts';
import { stack, unstack } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  knownSize,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import { argumentOfExtreme } from '../reductions/extremes.ts';
import {
  classifiedByOneScore,
  classifiedByScores,
  labelsAndScores,
  labelsOf,
  transformOf,
} from './classification.ts';
import { type List, namesOf } from './labels.ts';
import { coupledProbabilities } from './pairwise_coupling.ts';
import { postTransform } from './post_transform.ts';

const KERNELS = ['LINEAR', 'POLY', 'RBF', 'SIGMOID'] as const;

/** All pairs of so many classes are compared. */
const MOST_CLASSES = 256;

/** How similar each row is to each support vector, [rows, vectors]. */
function similarities(call: OperatorCall, x: SymbolicTensor, vectors: readonly number[]): SymbolicTensor {
  const { g, attributes } = call;
  const features = knownSize(x, 1, 'a known number of features');
  const count = vectors.length / features;
  if (!Number.isInteger(count))
    refuseMalformed(`has ${vectors.length} numbers of vectors of ${features} features`);
  const [gamma = 0, offset = 0, degree = 0] = attributes.floats('kernel_params') ?? [];
  const kind = attributes.choice('kernel_type', KERNELS, 'LINEAR');
  if (kind === 'RBF') return radial(call, x, vectors, features, gamma);
  const dots = product(g, x, g.floats(columnsOf(vectors, features), [features, count]));
  if (kind === 'LINEAR') return dots;
  const scaled = add(g, multiply(g, dots, gamma), offset);
  return kind === 'SIGMOID' ? unary(g, 'Tanh', scaled) : binary(g, 'Pow', scaled, degree);
}

/** exp(-gamma * squared distance). Distances are those from a common middle, where sums of squares are exact enough. */
function radial(
  { g }: OperatorCall,
  x: SymbolicTensor,
  vectors: readonly number[],
  features: number,
  gamma: number,
): SymbolicTensor {
  const count = vectors.length / features;
  const middle = Array.from({ length: features }, (_, feature) => {
    const column = vectors.filter((_, index) => index % features === feature);
    return Math.fround(column.reduce((sum, value) => sum + value, 0) / Math.max(count, 1));
  });
  const moved = vectors.map((value, index) => value - (middle[index % features] ?? 0));
  const own = Array.from({ length: count }, (_, vector) =>
    moved.slice(vector * features, (vector + 1) * features).reduce((sum, value) => sum + value * value, 0),
  );
  const centered = subtract(g, x, g.floats(middle));
  const dots = product(g, centered, g.floats(columnsOf(moved, features), [features, count]));
  const squares = reduce(g, 'Sum', multiply(g, centered, centered), [1], true);
  const distances = subtract(g, add(g, squares, g.floats(own)), multiply(g, dots, 2));
  return unary(g, 'Exp', multiply(g, binary(g, 'Maximum', distances, 0), -gamma));
}

/** Rows of so many numbers as columns. */
function columnsOf(rows: readonly number[], length: number): number[] {
  const count = rows.length / length;
  return Array.from(
    { length: rows.length },
    (_, index) => rows[(index % count) * length + Math.floor(index / count)] ?? 0,
  );
}

const svmRegressor: Operator = (call) => {
  const { g, attributes } = call;
  const x = cast(g, input(call, 0), 'float32');
  const coefficients = attributes.floats('coefficients') ?? refuseMalformed('has no coefficients');
  const [rho = 0] = attributes.floats('rho') ?? [];
  const supports = attributes.integer('n_supports', 0);
  const vectors = attributes.floats('support_vectors') ?? [];
  attributes.ignore('kernel_type', 'kernel_params');
  const rows = supports > 0 ? similarities(call, x, vectors) : x;
  const sums = add(g, product(g, rows, g.floats(coefficients, [coefficients.length, 1])), rho);
  if (attributes.flag('one_class')) {
    return typed(select(g, binary(g, 'Greater', sums, 0), g.floats([1], []), g.floats([-1], [])), 'FLOAT');
  }
  const kind = transformOf(call);
  return typed(postTransform(g, sums, kind), 'FLOAT');
};

const svmClassifier: Operator = (call) => {
  const { g, attributes } = call;
  const x = cast(g, input(call, 0), 'float32');
  const labels = labelsOf(call, 'classlabels_ints');
  const coefficients = attributes.floats('coefficients') ?? refuseMalformed('has no coefficients');
  const rho = attributes.floats('rho') ?? refuseMalformed('has no rho');
  const vectors = attributes.floats('support_vectors') ?? [];
  const perClass = attributes.integers('vectors_per_class') ?? [];
  const [slopes, offsets] = [attributes.floats('prob_a') ?? [], attributes.floats('prob_b') ?? []];
  attributes.ignore('kernel_type', 'kernel_params');
  if (perClass.length === 0) {
    const features = knownSize(x, 1, 'a known number of features');
    const columns = columnsOf(coefficients, features);
    const scores = add(
      g,
      product(g, x, g.floats(columns, [features, columns.length / features])),
      rho[0] ?? 0,
    );
    return scores.shape[1] === 1
      ? classifiedByOneScore(call, { score: scores, limit: 0, isShare: false }, labels, transformOf(call))
      : classifiedByScores(call, scores, labels);
  }
  if (perClass.length > MOST_CLASSES) refuse(`has ${perClass.length} classes, which are too many`);
  const pairs = pairsOf(perClass.length);
  if (rho.length < pairs.length)
    refuseMalformed(`has ${rho.length} numbers rho for ${pairs.length} pairs of classes`);
  const matrix = pairMatrix(coefficients, perClass, pairs);
  const rows = similarities(call, x, vectors);
  const scores = add(
    g,
    product(g, rows, g.floats(matrix, [matrix.length / pairs.length, pairs.length])),
    g.floats(rho.slice(0, pairs.length)),
  );
  if (slopes.length > 0) {
    const shares = g.node(
      'Sigmoid',
      [unary(g, 'Neg', add(g, multiply(g, scores, g.floats(slopes)), g.floats(offsets)))],
      {
        shape: scores.shape,
      },
    );
    const probabilities = coupledProbabilities(call, clip(g, shares, 1e-7, 1 - 1e-7), pairs, perClass.length);
    return byVotes(call, scores, pairs, probabilities, labels);
  }
  return byVotes(call, scores, pairs, pairs.length === 1 ? bothScores(call, scores) : scores, labels);
};

/** One score for the first of two classes, as one for each. */
function bothScores({ g }: OperatorCall, scores: SymbolicTensor): SymbolicTensor {
  const [only = scores] = unstack(g, scores, 1, 1);
  return stack(g, [unary(g, 'Neg', only), only], 1);
}

type Pairs = readonly (readonly [one: number, other: number])[];

function pairsOf(classes: number): Pairs {
  return Array.from({ length: classes }, (_, one) =>
    Array.from({ length: classes - one - 1 }, (_, index): [number, number] => [one, one + 1 + index]),
  ).flat();
}

/** What each support vector adds to the score of each pair of classes, [vectors, pairs]: those of other classes nothing. */
function pairMatrix(coefficients: readonly number[], perClass: readonly number[], pairs: Pairs): number[] {
  const owners = perClass.flatMap((count, label) => Array.from({ length: count }, () => label));
  return owners.flatMap((label, vector) =>
    pairs.map(([one, other]) => {
      const row = label === one ? other - 1 : label === other ? one : undefined;
      return row === undefined ? 0 : (coefficients[row * owners.length + vector] ?? 0);
    }),
  );
}

/** Each pair of classes has a vote. Of classes with the same number of votes the first one is taken. */
function byVotes(
  call: OperatorCall,
  scores: SymbolicTensor,
  pairs: Pairs,
  shown: SymbolicTensor,
  labels: List,
) {
  const { g } = call;
  const classes = namesOf(labels).length;
  const votes = (side: 0 | 1) =>
    g.floats(
      pairs.flatMap((pair) => Array.from({ length: classes }, (_, label) => (pair[side] === label ? 1 : 0))),
      [pairs.length, classes],
    );
  const isFirst = cast(g, binary(g, 'Greater', scores, 0), 'float32');
  const counts = add(g, product(g, isFirst, votes(0)), product(g, subtract(g, 1, isFirst), votes(1)));
  const kind = transformOf(call);
  const place = argumentOfExtreme(g, 'ArgMax', counts, 1);
  return labelsAndScores(call, place, postTransform(g, shown, kind), labels);
}

export const SUPPORT_VECTORS: OperatorTable = { SVMClassifier: svmClassifier, SVMRegressor: svmRegressor };
