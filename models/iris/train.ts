import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { layersGoldenExample } from '../build/golden_example.ts';
import { readModel } from '../build/read_model.ts';
import { type SeededRandom, seededRandom } from '../build/seeded_random.ts';
import { tf, useBackend } from '../build/tensorflow.ts';
import { accuracy, trainEpoch } from '../build/train_classifier.ts';
import { writeGolden, writeLayersModel } from '../build/write_model.ts';
import { type Flower, parseIris, species } from './iris_data.ts';

// A 4-16-3 classifier of iris flowers. Clients send centimetres: the standardization
// that training needs is folded into the first layer before the model is written.

const version = '1.0.0';
const heldOutPerSpecies = 10;
const epochs = 80;
const batchSize = 16;

/** Holds out the same number of flowers of every species. */
function split(flowers: readonly Flower[], random: SeededRandom) {
  const training: Flower[] = [];
  const heldOut: Flower[] = [];
  for (const label of species.keys()) {
    const shuffled = random.shuffled(flowers.filter((flower) => flower.label === label));
    heldOut.push(...shuffled.slice(0, heldOutPerSpecies));
    training.push(...shuffled.slice(heldOutPerSpecies));
  }
  return { training, heldOut };
}

function examples(flowers: readonly Flower[]) {
  return {
    inputs: tf.tensor2d(flowers.map(({ centimetres }) => centimetres)),
    labels: flowers.map(({ label }) => label),
  };
}

function untrainedModel(): tf.LayersModel {
  const centimetres = tf.input({ shape: [4], name: 'centimetres' });
  const hidden = tf.layers.dense({
    units: 16,
    activation: 'relu',
    kernelInitializer: tf.initializers.heNormal({ seed: 1 }),
    name: 'hidden',
  });
  const probabilities = tf.layers.dense({
    units: species.length,
    activation: 'softmax',
    kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }),
    name: 'probabilities',
  });
  const output = probabilities.apply(hidden.apply(centimetres));
  if (!(output instanceof tf.SymbolicTensor))
    throw new Error('layers applied to an input give a symbolic tensor');
  return tf.model({ inputs: centimetres, outputs: output, name: 'iris' });
}

/** ((x - mean) / deviation) W + c is x (W / deviation) + (c - (mean / deviation) W): new weights, same answer. */
function foldStandardisation(model: tf.LayersModel, mean: tf.Tensor, deviation: tf.Tensor): void {
  const layer = model.getLayer('hidden');
  const [kernel, bias] = layer.getWeights();
  if (kernel === undefined || bias === undefined) throw new Error('the hidden layer has a kernel and a bias');
  const foldedKernel = kernel.div(deviation.reshape([-1, 1]));
  const foldedBias = bias.sub(mean.reshape([1, -1]).matMul(foldedKernel).reshape([-1]));
  layer.setWeights([foldedKernel, foldedBias]);
}

await useBackend('cpu');
const random = seededRandom(1936);
const flowers = parseIris(await readFile(join(import.meta.dirname, 'iris.csv'), 'utf8'));
const { training, heldOut } = split(flowers, random);

const trainingExamples = examples(training);
const { mean, variance } = tf.moments(trainingExamples.inputs, 0);
const deviation = variance.sqrt();
const standardised = { ...trainingExamples, inputs: trainingExamples.inputs.sub(mean).div(deviation) };

const model = untrainedModel();
model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
for (let epoch = 0; epoch < epochs; epoch += 1) {
  await trainEpoch(model, standardised, species.length, batchSize, random);
}
foldStandardisation(model, mean, deviation);

const directory = join(import.meta.dirname, version);
await writeLayersModel(directory, model, species);
const written = await tf.loadLayersModel(await readModel(directory));
const oneOfEach = species.flatMap((_, label) =>
  heldOut.filter((flower) => flower.label === label).slice(0, 1),
);
await writeGolden(directory, [
  layersGoldenExample(written, examples(oneOfEach).inputs),
  layersGoldenExample(written, examples(heldOut.slice(1, 2)).inputs),
]);

const onTraining = accuracy(written, trainingExamples);
const onHeldOut = accuracy(written, examples(heldOut));
console.log(
  `iris ${version}: ${onHeldOut.correct} of ${onHeldOut.total} held-out flowers right, ` +
    `${onTraining.correct} of ${onTraining.total} of those it was trained on`,
);
