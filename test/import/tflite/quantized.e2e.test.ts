import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withTemporaryDirectory } from '../../../scripts/files/temporary_directory.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { int8, int32 } from '../../fixtures/models/flatbuffer.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import { type FileGraph, type FileTensor, writeTflite } from '../../fixtures/models/tflite_model.ts';
import { infer, type RawTensor } from '../../fixtures/requests/raw_inference.ts';
import { requantized, shiftedSums } from './integer_reference.ts';
import type { Coded, ProductCase } from './product_case.ts';
import { PRODUCT_CASES } from './quantized_cases.ts';

/** The executor answers first; then a plan is recorded, proven and used. */
const ROUNDS = 3;

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

let published = 0;
async function publish(graph: FileGraph): Promise<string> {
  const model = `quantized_${published++}`;
  await withTemporaryDirectory(async (directory) => {
    const file = path.join(directory, 'model.tflite');
    await writeFile(file, writeTflite([graph]));
    return publishModel(edge.store, file, model, '1');
  });
  return model;
}

async function ask(model: string, x: RawTensor): Promise<RawTensor | undefined> {
  const answer = await infer(edge.isolates[0], model, { x });
  if (answer.kind === 'refused') throw new Error(answer.message);
  return answer.outputs.y;
}

/** Integers from a generator, so that a failure comes again. */
function randomIntegers(count: number, [least, most]: readonly [number, number], seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return least + Math.floor((state / 2 ** 32) * (most - least + 1));
  });
}

const RANGES = new Map<string, readonly [number, number]>([
  ['INT8', [-128, 127]],
  ['UINT8', [0, 255]],
  // So few that float32 holds all sums.
  ['INT16', [-2000, 2000]],
]);

const countOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
const codesFor = ({ type, shape }: Coded, seed: number) =>
  randomIntegers(countOf(shape), RANGES.get(type) ?? [0, 1], seed);

const tensorOf = (
  name: string,
  { scales, zero, ...coded }: Coded,
  values?: readonly number[],
): FileTensor => ({
  ...coded,
  name,
  scale: scales,
  zero,
  ...(values === undefined ? {} : { values }),
});

function graphOf(each: ProductCase, weights: readonly number[], bias: readonly number[]): FileGraph {
  const { op, options, shapeInput, hasBias } = each;
  const last = hasBias ? [3] : [];
  return {
    tensors: [
      tensorOf('x', each.x),
      tensorOf('weights', each.weights, weights),
      tensorOf('y', each.y),
      {
        name: 'bias',
        type: each.x.type === 'INT16' ? 'INT64' : 'INT32',
        shape: [bias.length],
        values: bias,
      },
      { name: 'shape', type: 'INT32', shape: [4], values: shapeInput ?? [0, 0, 0, 0] },
    ],
    inputs: [0],
    outputs: [2],
    operators: [
      { op, options, inputs: shapeInput === undefined ? [0, 1, ...last] : [4, 1, 0, ...last], outputs: [2] },
    ],
  };
}

describe('a product of integers is exact', () => {
  test.each(PRODUCT_CASES.map((each) => [`${each.op} ${each.about}`, each] as const))(
    '%s',
    async (_, each) => {
      const { x, weights, y } = each;
      const filters = y.shape.at(-1) ?? 1;
      const [xs, ws] = [codesFor(x, 7), codesFor(weights, 11)];
      const bias = each.hasBias ? randomIntegers(filters, [-3000, 3000], 13) : Array<number>(filters).fill(0);
      const model = await publish(graphOf(each, ws, bias));
      const { shape, values } = each.sums(
        { shape: x.shape, values: xs.map((code) => code - x.zero) },
        { shape: weights.shape, values: ws.map((code) => code - weights.zero) },
      );
      const sums = { shape, values: values.map((sum, index) => sum + (bias[index % filters] ?? 0)) };
      const scale = (filter: number) =>
        Math.fround(
          Math.fround((x.scales[0] ?? 0) * (weights.scales[weights.scales.length === 1 ? 0 : filter] ?? 0)) /
            (y.scales[0] ?? 0),
        );
      const wanted = requantized(sums, scale, y.zero, each.range);
      // What is tested is not only the ends of the range.
      expect(new Set(wanted).size).toBeGreaterThan(3);
      for (let round = 0; round < ROUNDS; round++) {
        const answer = await ask(model, { shape: x.shape, datatype: 'INT32', data: xs });
        expect(answer).toEqual({ shape: y.shape, datatype: 'INT32', data: wanted });
      }
    },
  );
});

/** Every pair of some bytes. */
const bytes = [-128, -127, -90, -33, -2, -1, 0, 1, 2, 31, 64, 100, 126, 127];
const pairs = bytes.flatMap((left) => bytes.map((right) => [left, right] as const));

type Scales = readonly [one: number, other: number, result: number];
const UNEVEN: Scales = [0.2455354630947113, 0.36084941029548645, 0.40290647745132446];
/** Half of all sums lie in the middle between two integers. */
const ROUND: Scales = [0.25, 0.25, 0.5];

describe('elements of bytes', () => {
  const zeros = { one: -7, other: 3, result: -1 };
  const operand = (name: string, scale: number, zero: number): FileTensor => ({
    name,
    type: 'INT8',
    shape: [pairs.length],
    scale: Math.fround(scale),
    zero,
  });
  const graph = (op: string, options: string, [one, other, result]: Scales): FileGraph => ({
    tensors: [
      operand('x', one, zeros.one),
      { ...operand('second', other, zeros.other), values: pairs.map(([, right]) => right) },
      operand('y', result, zeros.result),
    ],
    inputs: [0],
    outputs: [2],
    operators: [{ op, inputs: [0, 1], outputs: [2], options: [options, []] }],
  });
  const centered = pairs.map(([left, right]) => [left - zeros.one, right - zeros.other] as const);

  const sums = ([one, other, result]: Scales, sign: 1 | -1) =>
    shiftedSums(centered, [one / result, (sign * other) / result], zeros.result);
  const products = ([one, other, result]: Scales) =>
    requantized(
      { shape: [pairs.length], values: centered.map(([left, right]) => left * right) },
      () => Math.fround(one * other) / result,
      zeros.result,
      [-128, 127],
    );

  test.each([
    ['ADD', 'AddOptions', UNEVEN, sums(UNEVEN, 1)],
    ['ADD', 'AddOptions', ROUND, sums(ROUND, 1)],
    ['SUB', 'SubOptions', UNEVEN, sums(UNEVEN, -1)],
    ['SUB', 'SubOptions', ROUND, sums(ROUND, -1)],
    ['MUL', 'MulOptions', UNEVEN, products(UNEVEN)],
  ] as const)('%s %s of the scales %j', async (op, options, scales, wanted) => {
    const model = await publish(graph(op, options, scales));
    for (let round = 0; round < ROUNDS; round++) {
      const answer = await ask(model, {
        shape: [pairs.length],
        datatype: 'INT32',
        data: pairs.map(([left]) => left),
      });
      expect(answer?.data).toEqual(wanted);
    }
  });
});

const image: Coded = { type: 'INT8', shape: [1, 5, 5, 2], scales: [0.5], zero: -3 };

function pooling(op: string, type: Coded['type'], padding: 0 | 1): FileGraph {
  const space = padding === 0 ? 3 : 2;
  return {
    tensors: [
      tensorOf('x', { ...image, type }),
      tensorOf('y', { ...image, type, shape: [1, space, space, 2] }),
    ],
    inputs: [0],
    outputs: [1],
    operators: [
      {
        op,
        inputs: [0],
        outputs: [1],
        options: ['Pool2DOptions', [int8(padding), int32(2), int32(2), int32(2), int32(2)]],
      },
    ],
  };
}

/** The values of each window of two by two, without those beyond the image. */
function windows(values: readonly number[], space: number): number[][] {
  const result: number[][] = [];
  for (let row = 0; row < space; row++)
    for (let column = 0; column < space; column++)
      for (let channel = 0; channel < 2; channel++) {
        const within = [0, 1].flatMap((dy) => [0, 1].map((dx) => [row * 2 + dy, column * 2 + dx] as const));
        result.push(
          within.flatMap(([y, at]) => (y < 5 && at < 5 ? [values[(y * 5 + at) * 2 + channel] ?? 0] : [])),
        );
      }
  return result;
}

describe('a pool of integers', () => {
  test.each([
    ['INT8', 0],
    ['INT8', 1],
    ['UINT8', 0],
  ] as const)('averages and rounds away from zero: %s, padding %i', async (type, padding) => {
    const model = await publish(pooling('AVERAGE_POOL_2D', type, padding));
    const xs = codesFor({ ...image, type }, 3);
    const wanted = windows(xs, padding === 0 ? 3 : 2).map((window) => {
      const mean = window.reduce((sum, value) => sum + value, 0) / window.length;
      return mean < 0 ? -Math.floor(0.5 - mean) : Math.floor(mean + 0.5);
    });
    const answer = await ask(model, { shape: image.shape, datatype: 'INT32', data: xs });
    expect(answer?.data.map((value) => Number(value) + 0)).toEqual(wanted.map((value) => value + 0));
  });

  test('takes the largest', async () => {
    const model = await publish(pooling('MAX_POOL_2D', 'INT8', 0));
    const xs = codesFor(image, 5);
    const answer = await ask(model, { shape: image.shape, datatype: 'INT32', data: xs });
    expect(answer?.data).toEqual(windows(xs, 3).map((window) => Math.max(...window)));
  });
});

describe('the integers of an input', () => {
  test.each([128, -129])('are refused beyond their type: %i', async (code) => {
    const model = await publish(pooling('MAX_POOL_2D', 'INT8', 0));
    const data = Array<number>(50).fill(code);
    const answer = await infer(edge.isolates[0], model, {
      x: { shape: image.shape, datatype: 'INT32', data },
    });
    expect(answer).toMatchObject({ kind: 'refused', status: 400 });
    expect(answer).toMatchObject({
      message: expect.stringContaining(`input x: ${code} is not from -128 to 127`),
    });
  });
});
