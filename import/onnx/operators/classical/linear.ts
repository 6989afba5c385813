import { add, cast } from '../../../builder/elementwise.ts';
import { product } from '../../../builder/products.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  knownSize,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { refuseMalformed } from '../../values/refusal.ts';
import { classifiedByOneScore, classifiedByScores, labelsOf, transformOf } from './classification.ts';
import { namesOf } from './labels.ts';
import { POST_TRANSFORMS, postTransform } from './post_transform.ts';

const linearClassifier: Operator = (call) => {
  call.attributes.ignore('multi_class');
  const labels = labelsOf(call, 'classlabels_ints');
  const scores = linear(call);
  return scores.shape[1] === 1 && namesOf(labels).length === 2
    ? classifiedByOneScore(call, { score: scores, limit: 0, isShare: true }, labels, transformOf(call))
    : classifiedByScores(call, scores, labels);
};

const linearRegressor: Operator = (call) => {
  const { g, attributes } = call;
  attributes.ignore('targets');
  const kind = attributes.choice('post_transform', POST_TRANSFORMS, 'NONE');
  return typed(postTransform(g, linear(call), kind), 'FLOAT');
};

/** Rows times coefficients, one list of them for each target, and an intercept. */
function linear(call: OperatorCall): SymbolicTensor {
  const { g, attributes } = call;
  const x = cast(g, input(call, 0), 'float32');
  const coefficients = attributes.floats('coefficients') ?? refuseMalformed('has no coefficients');
  const intercepts = attributes.floats('intercepts') ?? [];
  const features = knownSize(x, 1, 'a known number of features');
  const targets = coefficients.length / features;
  if (!Number.isInteger(targets))
    refuseMalformed(`has ${coefficients.length} coefficients for ${features} features`);
  const turned = Array.from(
    { length: coefficients.length },
    (_, index) => coefficients[(index % targets) * features + Math.floor(index / targets)] ?? 0,
  );
  const scores = product(g, x, g.floats(turned, [features, targets]));
  return intercepts.length === 0 ? scores : add(g, scores, g.floats(intercepts));
}

export const LINEAR_MODELS: OperatorTable = {
  LinearClassifier: linearClassifier,
  LinearRegressor: linearRegressor,
};
