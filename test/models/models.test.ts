import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { goldenSchema, type TensorValue } from '../../models/build/golden_schema.ts';
import { seededRandom } from '../../models/build/seeded_random.ts';
import { digits, drawDigit, imageSize } from '../../models/digits/draw.ts';
import { parseIris, species } from '../../models/iris/iris_data.ts';
import { ModelJsonSchema } from '../../worker/model/model_json.ts';
import { storedWidth } from '../../worker/model/quantization.ts';
import { elementCount } from '../../worker/model/tensor.ts';
import { REPOSITORY } from '../fixtures/edge/built_worker.ts';

const root = join(REPOSITORY, 'models');

const versionFolders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => readdirSync(join(root, name)).map((child) => `${name}/${child}`))
  .filter((path) => /\/\d+\.\d+\.\d+$/.test(path))
  .sort();

function readJson(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(root, ...path), 'utf8'));
}

/** The shape of nested lists; throws if they are ragged. */
function shapeOf(value: TensorValue): number[] {
  if (typeof value === 'number') return [];
  const [first, ...others] = value.map(shapeOf);
  for (const other of others) expect(other).toEqual(first);
  return [value.length, ...(first ?? [])];
}

/** The input and output names, from the signature of a graph model or the layers of a layers model. */
function tensorNames(folder: string) {
  const layerNames = v.pipe(
    v.array(v.tuple([v.string(), v.number(), v.number()])),
    v.transform((layers) => layers.map(([name]) => name)),
  );
  const names = v.pipe(v.record(v.string(), v.unknown()), v.transform(Object.keys));
  const schema = v.union([
    v.object({ signature: v.object({ inputs: names, outputs: names }) }),
    v.object({
      modelTopology: v.object({ config: v.object({ input_layers: layerNames, output_layers: layerNames }) }),
    }),
  ]);
  const parsed = v.parse(schema, readJson(folder, 'model.json'));
  if ('signature' in parsed) return parsed.signature;
  const { input_layers: inputs, output_layers: outputs } = parsed.modelTopology.config;
  return { inputs, outputs };
}

test('every sample model has its versions', () => {
  expect(versionFolders).toEqual([
    'digits/1.0.0',
    'half_plus_two/1.0.0',
    'half_plus_two/1.1.0',
    'iris/1.0.0',
    'linear_regression/1.0.0',
    'linear_regression/1.1.0',
  ]);
});

describe.each(versionFolders)('%s', (folder) => {
  test('the weight files have the bytes that model.json says', () => {
    const { weightsManifest } = v.parse(ModelJsonSchema, readJson(folder, 'model.json'));
    for (const { paths, weights } of weightsManifest) {
      const stored = paths.map((path) => statSync(join(root, folder, path)).size);
      const sum = (sizes: number[]) => sizes.reduce((total, size) => total + size, 0);
      expect(sum(stored)).toBe(
        sum(weights.map((weight) => elementCount(weight.shape) * storedWidth(weight))),
      );
    }
  });

  test('holds the files that model.json names, golden.json, image.json if it takes images, and nothing else', () => {
    const { weightsManifest } = v.parse(ModelJsonSchema, readJson(folder, 'model.json'));
    const expected = ['golden.json', 'model.json', ...weightsManifest.flatMap(({ paths }) => paths)];
    const files = readdirSync(join(root, folder)).filter((name) => name !== 'image.json');
    expect(files.sort()).toEqual(expected.sort());
  });

  test('the golden examples name its tensors and have one output row per input row', () => {
    const names = tensorNames(folder);
    for (const { inputs, outputs } of v.parse(goldenSchema, readJson(folder, 'golden.json')).examples) {
      expect(Object.keys(inputs)).toEqual(names.inputs);
      expect(Object.keys(outputs)).toEqual(names.outputs);
      const batchSizes = [...Object.values(inputs), ...Object.values(outputs)].map(
        (tensor) => shapeOf(tensor)[0],
      );
      expect(batchSizes[0]).toBeGreaterThan(0);
      expect(new Set(batchSizes).size).toBe(1);
    }
  });
});

test('the golden examples of half_plus_two are those that TensorFlow Serving documents', () => {
  const first = (version: string) =>
    v.parse(goldenSchema, readJson('half_plus_two', version, 'golden.json')).examples[0];
  expect(first('1.0.0')).toMatchObject({ inputs: { x: [1, 2, 5] }, outputs: { y: [2.5, 3, 4.5] } });
  expect(first('1.1.0')).toMatchObject({ inputs: { x: [1, 2, 5] }, outputs: { y: [3.5, 4, 5.5] } });
});

test.each([
  ['iris', [...species]],
  ['digits', [...digits]],
])('%s names its classes, one per probability', (model, classes) => {
  const { userDefinedMetadata } = v.parse(ModelJsonSchema, readJson(model, '1.0.0', 'model.json'));
  expect(userDefinedMetadata).toEqual({ classes });
  for (const { outputs } of v.parse(goldenSchema, readJson(model, '1.0.0', 'golden.json')).examples) {
    expect(shapeOf(outputs.probabilities ?? [])[1]).toBe(classes.length);
  }
});

test('the iris data are 50 flowers of each species', () => {
  const flowers = parseIris(readFileSync(join(root, 'iris', 'iris.csv'), 'utf8'));
  const counts = species.map((_, label) => flowers.filter((flower) => flower.label === label).length);
  expect(counts).toEqual([50, 50, 50]);
});

test('a line of the iris data that is not four lengths and a species is refused by its number', () => {
  const csv = 'header\n5.1,3.5,1.4,0.2,setosa\n5.1,3.5,,0.2,setosa\n';
  expect(() => parseIris(csv)).toThrow('line 3');
  expect(() => parseIris('header\n5.1,3.5,1.4,0.2,tulip\n')).toThrow('line 2');
});

test.each(digits.map(Number))('the drawing of a %i depends on the seed and on nothing else', (digit) => {
  const image = drawDigit(digit, seededRandom(7));
  expect(image).toHaveLength(imageSize * imageSize);
  expect(image.every((pixel) => pixel >= 0 && pixel <= 1)).toBe(true);
  expect(Math.max(...image)).toBeGreaterThan(0.5);
  expect(drawDigit(digit, seededRandom(7))).toEqual(image);
  expect(drawDigit(digit, seededRandom(8))).not.toEqual(image);
});

test('a number that is not a digit is refused', () => {
  expect(() => drawDigit(10, seededRandom(1))).toThrow(RangeError);
});

test('the example request of digits holds one image with values in [0, 1]', () => {
  const pixel = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
  const image = v.array(v.array(v.tuple([pixel])));
  const { instances } = v.parse(
    v.strictObject({ instances: v.array(image) }),
    readJson('digits', 'example.json'),
  );
  expect(shapeOf(instances)).toEqual([1, imageSize, imageSize, 1]);
});
