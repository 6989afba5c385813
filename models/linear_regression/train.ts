import { join } from 'node:path';
import { layersGoldenExample } from '../build/golden_example.ts';
import { readModel } from '../build/read_model.ts';
import { type SeededRandom, seededRandom } from '../build/seeded_random.ts';
import { tf, useBackend } from '../build/tensorflow.ts';
import { writeGolden, writeLayersModel } from '../build/write_model.ts';

// One Dense unit on one input, saved before and after it learned y = 3x - 1 from noisy points.

const slope = 3;
const intercept = -1;
const noiseDeviation = 0.1;
const trainingPoints = 200;
const heldOutPoints = 100;
const steps = 200;

function drawPoints(random: SeededRandom, count: number) {
  const xs = Array.from({ length: count }, () => random.uniform(-2, 2));
  const ys = xs.map((x) => slope * x + intercept + random.normal(0, noiseDeviation));
  return { x: tf.tensor2d(xs, [count, 1]), y: tf.tensor2d(ys, [count, 1]) };
}

function untrainedModel(): tf.LayersModel {
  const x = tf.input({ shape: [1], name: 'x' });
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const y = tf.layers.dense({ units: 1, kernelInitializer, name: 'y' }).apply(x);
  if (!(y instanceof tf.SymbolicTensor))
    throw new Error('a layer applied to an input gives a symbolic tensor');
  return tf.model({ inputs: x, outputs: y, name: 'linear_regression' });
}

/** Root of the mean squared difference between the model's answers and the points. */
function rootMeanSquaredError(model: tf.LayersModel, points: { x: tf.Tensor; y: tf.Tensor }): number {
  const predicted = model.predict(points.x);
  if (Array.isArray(predicted)) throw new Error('the model must have one output');
  return Math.sqrt(tf.losses.meanSquaredError(points.y, predicted).dataSync()[0] ?? Number.NaN);
}

async function publishVersion(version: string, model: tf.LayersModel): Promise<void> {
  const directory = join(import.meta.dirname, version);
  await writeLayersModel(directory, model);
  const written = await tf.loadLayersModel(await readModel(directory));
  await writeGolden(directory, [
    layersGoldenExample(written, tf.tensor2d([0, 1, 2, -1.5], [4, 1])),
    layersGoldenExample(written, tf.tensor2d([10], [1, 1])),
  ]);
  const [kernel, bias] = written.getWeights().map((weight) => weight.dataSync()[0] ?? Number.NaN);
  const error = rootMeanSquaredError(written, drawPoints(seededRandom(20), heldOutPoints));
  console.log(
    `linear_regression ${version}: y = ${kernel?.toFixed(4)} x + ${bias?.toFixed(4)}, ` +
      `root mean squared error ${error.toFixed(4)} on ${heldOutPoints} held-out points`,
  );
}

await useBackend('cpu');
const model = untrainedModel();
await publishVersion('1.0.0', model);

const points = drawPoints(seededRandom(10), trainingPoints);
model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
for (let step = 0; step < steps; step += 1) await model.trainOnBatch(points.x, points.y);
await publishVersion('1.1.0', model);
