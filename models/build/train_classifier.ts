import type { SeededRandom } from './seeded_random.ts';
import { tf } from './tensorflow.ts';

/** Examples for a classifier: one row of `inputs` (the batch is its first dimension) per label. */
export interface LabeledExamples {
  readonly inputs: tf.Tensor;
  readonly labels: readonly number[];
}

/**
 * Trains one epoch with the examples in a seeded order. It replaces `model.fit`, whose shuffling cannot be seeded.
 *
 * @returns the mean loss over the examples
 */
export async function trainEpoch(
  model: tf.LayersModel,
  { inputs, labels }: LabeledExamples,
  classCount: number,
  batchSize: number,
  random: SeededRandom,
): Promise<number> {
  let lossSum = 0;
  const order = random.shuffled([...labels.keys()]);
  for (let start = 0; start < order.length; start += batchSize) {
    const indices = tf.tensor1d(order.slice(start, start + batchSize), 'int32');
    const batch = tf.tidy(() => ({
      inputs: inputs.gather(indices),
      targets: tf.oneHot(tf.tensor1d([...labels], 'int32').gather(indices), classCount).toFloat(),
    }));
    const [loss] = [await model.trainOnBatch(batch.inputs, batch.targets)].flat();
    lossSum += (loss ?? Number.NaN) * indices.size;
    tf.dispose([indices, batch.inputs, batch.targets]);
  }
  return lossSum / order.length;
}

/** Returns the number of examples whose own label has the highest probability. */
export function accuracy(
  model: tf.LayersModel,
  { inputs, labels }: LabeledExamples,
): { correct: number; total: number } {
  const predicted = tf.tidy(() => {
    const probabilities = model.predict(inputs);
    if (Array.isArray(probabilities)) throw new Error('a classifier has one output');
    return probabilities.argMax(-1).dataSync();
  });
  const correct = labels.filter((label, index) => predicted[index] === label).length;
  return { correct, total: labels.length };
}
