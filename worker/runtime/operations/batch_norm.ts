import { engine, moments, mul, reshape, scalar, type Tensor } from '@tensorflow/tfjs-core';
import { elementCount } from '../../model/tensor.ts';
import { flagAttribute, inputOf, numberAttribute, type Operation, refuse } from './operation.ts';

/** TensorFlow's own, which tfjs takes for 0.001. */
const EPSILON = 0.0001;

/**
 * FusedBatchNorm of images or volumes, its mean and variance those of the inputs, or in training mode those of the batch.
 * Besides its result it gives both; that of training has Bessel's correction.
 */
export const fusedBatchNorm: Operation = (node) => {
  const [x, scale, offset] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)];
  if (x.rank !== 4 && x.rank !== 5)
    refuse(node, `a tensor of shape [${x.shape}] has neither 4 nor 5 dimensions`);
  const epsilon = numberAttribute(node, 'epsilon', EPSILON);
  if (!flagAttribute(node, 'is_training', true)) {
    const [mean, variance] = [inputOf(node, 3), inputOf(node, 4)];
    return outputs(normalized(x, { mean, variance, scale, offset }, epsilon), mean.clone(), variance.clone());
  }
  if (numberAttribute(node, 'exponential_avg_factor', 1) !== 1)
    refuse(node, 'averages of several batches are not computed');
  const { mean, variance } = moments(x, [...Array(x.rank - 1).keys()]);
  const count = x.size / (x.shape.at(-1) ?? 1);
  const corrected = count > 1 ? mul(variance, scalar(count / (count - 1))) : variance.clone();
  return outputs(normalized(x, { mean, variance, scale, offset }, epsilon), mean, corrected);
};

interface Parameters {
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly scale: Tensor;
  readonly offset: Tensor;
}

/** The kernel takes images: a volume becomes one of as many pixels. */
function normalized(x: Tensor, { mean, variance, scale, offset }: Parameters, epsilon: number): Tensor {
  const [batch = 0, ...sizes] = x.shape;
  const channels = sizes.pop() ?? 0;
  const image = x.rank === 4 ? x : reshape(x, [batch, elementCount(sizes), 1, channels]);
  const y: Tensor = engine().runKernel(
    'FusedBatchNorm',
    { x: image, mean, variance, scale, offset },
    { varianceEpsilon: epsilon },
  );
  return x.rank === 4 ? y : reshape(y, x.shape);
}

/** The reserved outputs, which only training reads, repeat the others. */
const outputs = (y: Tensor, mean: Tensor, variance: Tensor): Tensor[] => [
  y,
  mean,
  variance,
  mean.clone(),
  variance.clone(),
];
