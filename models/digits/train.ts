import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { layersGoldenExample } from '../build/golden_example.ts';
import { readModel } from '../build/read_model.ts';
import { seededRandom } from '../build/seeded_random.ts';
import { tf, useBackend } from '../build/tensorflow.ts';
import { accuracy, type LabeledExamples, trainEpoch } from '../build/train_classifier.ts';
import { writeGolden, writeLayersModel } from '../build/write_model.ts';
import { writePng } from '../build/write_png.ts';
import { registerConv2dFilterGradient } from './conv2d_filter_gradient.ts';
import { digits, drawDigit, imageSize } from './draw.ts';

// A small convolutional network that reads digits. It learns from images that `draw.ts` draws,
// and is measured on images drawn with another seed.

const version = '1.0.0';
const trainingImages = 10_000;
const heldOutImages = 2_000;
// A later epoch takes smaller steps, so that the last ones settle.
const learningRates = [0.003, 0.002, 0.001, 0.0005, 0.0002];
const batchSize = 32;

/** As many images of every digit, in order: 0, 1, ... 9, 0, ... */
function drawExamples(seed: number, count: number): LabeledExamples {
  const random = seededRandom(seed);
  const pixels = new Float32Array(count * imageSize * imageSize);
  const labels = Array.from({ length: count }, (_, index) => index % digits.length);
  for (const [index, label] of labels.entries()) {
    pixels.set(drawDigit(label, random), index * imageSize * imageSize);
  }
  return { inputs: tf.tensor4d(pixels, [count, imageSize, imageSize, 1]), labels };
}

function untrainedModel(): tf.LayersModel {
  const image = tf.input({ shape: [imageSize, imageSize, 1], name: 'image' });
  const initializer = (seed: number) => tf.initializers.heNormal({ seed });
  const layers = [
    tf.layers.conv2d({
      filters: 8,
      kernelSize: 3,
      activation: 'relu',
      kernelInitializer: initializer(1),
      name: 'edges',
    }),
    tf.layers.maxPooling2d({ poolSize: 2, name: 'edge_pool' }),
    tf.layers.conv2d({
      filters: 16,
      kernelSize: 3,
      activation: 'relu',
      kernelInitializer: initializer(2),
      name: 'strokes',
    }),
    tf.layers.maxPooling2d({ poolSize: 2, name: 'stroke_pool' }),
    tf.layers.flatten({ name: 'flatten' }),
    tf.layers.dense({ units: 32, activation: 'relu', kernelInitializer: initializer(3), name: 'hidden' }),
    tf.layers.dense({
      units: digits.length,
      activation: 'softmax',
      kernelInitializer: initializer(4),
      name: 'probabilities',
    }),
  ];
  let output = image;
  for (const layer of layers) {
    const next = layer.apply(output);
    if (!(next instanceof tf.SymbolicTensor))
      throw new Error('layers applied to an input give a symbolic tensor');
    output = next;
  }
  return tf.model({ inputs: image, outputs: output, name: 'digits' });
}

/** A drawn digit with its pixels rounded to two decimals, to keep the example files short. */
function roundedImage(digit: number, seed: number): number[][][] {
  const pixels = drawDigit(digit, seededRandom(seed));
  const pixel = (row: number, column: number) =>
    Math.round(100 * (pixels[row * imageSize + column] ?? 0)) / 100;
  const indices = Array.from({ length: imageSize }, (_, index) => index);
  return indices.map((row) => indices.map((column) => [pixel(row, column)]));
}

await useBackend('wasm');
registerConv2dFilterGradient();

const training = drawExamples(1, trainingImages);
const heldOut = drawExamples(2, heldOutImages);
const model = untrainedModel();
const random = seededRandom(3);
for (const [epoch, learningRate] of learningRates.entries()) {
  model.compile({ optimizer: tf.train.adam(learningRate), loss: 'categoricalCrossentropy' });
  const loss = await trainEpoch(model, training, digits.length, batchSize, random);
  console.log(`epoch ${epoch + 1} of ${learningRates.length}: mean loss ${loss.toFixed(5)}`);
}

const directory = join(import.meta.dirname, version);
await writeLayersModel(directory, model, digits);
const written = await tf.loadLayersModel(await readModel(directory));
await writeGolden(directory, [
  layersGoldenExample(written, tf.tensor4d([roundedImage(3, 30), roundedImage(8, 80)])),
  layersGoldenExample(written, tf.tensor4d([roundedImage(5, 50)])),
]);

const seven = roundedImage(7, 70);
await writeFile(join(import.meta.dirname, 'example.json'), `${JSON.stringify({ instances: [seven] })}\n`);
const samples = Uint8Array.from(seven.flat(2), (ink) => Math.round(255 * ink));
await writePng(join(import.meta.dirname, 'seven.png'), samples, imageSize);
// Ink is 1 where an image has 255.
await writeFile(join(directory, 'image.json'), `${JSON.stringify({ scale: 1 / 255 })}\n`);

const { correct, total } = accuracy(written, heldOut);
console.log(
  `digits ${version}: ${correct} of ${total} held-out images right (${((100 * correct) / total).toFixed(2)} %), ` +
    `${written.countParams()} parameters`,
);
