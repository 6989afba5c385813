import {
  binary,
  cast,
  divide,
  maximum,
  multiply,
  select,
  subtract,
  unary,
} from '../../../builder/elementwise.ts';
import { reduce } from '../../../builder/reductions.ts';
import { concatenate, dimensions, expandDimension, gather, reshape } from '../../../builder/shaping.ts';
import { rank } from '../../../builder/symbolic_tensor.ts';
import { input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { refuseMalformed } from '../../values/refusal.ts';
import { productOf } from '../shapes/sizes.ts';
import { namesOf, readLabels } from './labels.ts';

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
  const flat = rank(places) === 1 ? places : reshape(g, places, [productOf(g, dimensions(g, places))]);
  const picked = gather(g, x, flat, rank(x) - 1);
  // A row stays a row of a matrix.
  return typed(rank(x) === 1 ? expandDimension(g, picked, 0) : picked, x.type);
};

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

export const FEATURES: OperatorTable = {
  ArrayFeatureExtractor: arrayFeatureExtractor,
  Binarizer: binarizer,
  FeatureVectorizer: featureVectorizer,
  Imputer: imputer,
  Normalizer: normalizer,
  Scaler: scaler,
  ZipMap: zipMap,
};
