import { expect, test } from 'vitest';
import {
  expectSameAnswers,
  float,
  PLANNED,
  quantizedWeight,
  type TestGraph,
  type TestWeight,
  varied,
  weight,
} from '../../../fixtures/worker/planned_graph.ts';

const attr = {
  strides: { list: { i: ['1', '1', '1', '1'] } },
  dilations: { list: { i: ['1', '1', '1', '1'] } },
  padding: { s: btoa('SAME') },
  data_format: { s: btoa('NHWC') },
};

const number = (value: number): TestWeight => ({ dtype: 'float32', shape: [], values: [value] });

/** A weight of 255 integers from the least one on, as a converted model has them: bytes with an offset. */
function integers(shape: readonly number[], least: number): TestWeight {
  const { values, ...rest } = quantizedWeight(shape, { dtype: 'uint8', scale: 1, min: least });
  return { ...rest, values: values.map((value) => Math.min(value, 254)) };
}

/** Nodes that make int8 codes of sums. */
const quantized = (name: string, sums: string, scale: string): TestGraph['nodes'] => [
  { name: `${name}/scaled`, op: 'Mul', input: [sums, scale] },
  { name: `${name}/near`, op: 'Round', input: [`${name}/scaled`] },
  { name: `${name}/shifted`, op: 'AddV2', input: [`${name}/near`, 'zero'] },
  { name: `${name}/above`, op: 'Maximum', input: [`${name}/shifted`, 'lowest'] },
  { name, op: 'Minimum', input: [`${name}/above`, 'highest'] },
];

/** A pointwise convolution, whose filter stays quantized in memory, a depthwise one, and a product of rows. */
const network = (least: number): TestGraph => ({
  inputs: { x: 'float32' },
  weights: {
    ...{ zero: number(-3), lowest: number(-128), highest: number(127), fine: number(0.02) },
    ...{ given: number(90), wideScale: weight([520]), matrixScale: number(0.0002) },
    ...{ wide: integers([1, 1, 64, 520], least), taps: integers([3, 3, 520, 1], least) },
    matrix: integers([520, 72], least),
    ...{ rows: { dtype: 'int32', shape: [2], values: [-1, 520] } },
  },
  nodes: [
    ...quantized('codes', 'x', 'given'),
    { name: 'centered', op: 'Sub', input: ['codes', 'zero'] },
    { name: 'wideSums', op: 'Conv2D', input: ['centered', 'wide'], attr },
    { name: 'smallScale', op: 'Mul', input: ['wideScale', 'fine'] },
    ...quantized('wideCodes', 'wideSums', 'smallScale'),
    { name: 'wideCentered', op: 'Sub', input: ['wideCodes', 'zero'] },
    { name: 'tapSums', op: 'DepthwiseConv2dNative', input: ['wideCentered', 'taps'], attr },
    ...quantized('tapCodes', 'tapSums', 'matrixScale'),
    { name: 'tapCentered', op: 'Sub', input: ['tapCodes', 'zero'] },
    { name: 'flat', op: 'Reshape', input: ['tapCentered', 'rows'] },
    { name: 'matrixSums', op: 'MatMul', input: ['flat', 'matrix'] },
    ...quantized('y', 'matrixSums', 'matrixScale'),
  ],
});

test.each([-127, -120, -140, 0])(
  'a plan in bytes with weights from %s on answers as the executor does, to the last bit',
  async (least) => {
    const requests = [1, 2, 3, 4].map((seed) => ({ x: varied([1, 5, 4, 64], seed) }));
    expect(await expectSameAnswers(network(least), requests, ['y'])).toEqual(PLANNED);
  },
);

test('the executor answers a request with a number that is no byte, and the plan those after it', async () => {
  const values = Array.from({ length: 1280 }, (_, index) => (index === 700 ? Number.NaN : Math.cos(index)));
  const wrong = { x: float([1, 5, 4, 64], values) };
  const requests = [1, 2, 3].map((seed) => ({ x: varied([1, 5, 4, 64], seed) }));
  const [first, ...others] = requests;
  if (first === undefined) throw new Error('no request');
  expect(await expectSameAnswers(network(-127), [first, wrong, ...others, wrong, first], ['y'])).toEqual(
    PLANNED,
  );
});

test('a quantization of roots, which probes do not have, is planned without bytes', async () => {
  const roots: TestGraph = {
    inputs: { x: 'float32' },
    weights: { zero: number(-3), lowest: number(-128), highest: number(127), given: number(90) },
    nodes: [{ name: 'root', op: 'Sqrt', input: ['x'] }, ...quantized('y', 'root', 'given')],
  };
  const requests = [1, 2, 3].map((seed) => ({
    x: float(
      [1, 20],
      Array.from({ length: 20 }, (_, index) => (index + seed) / 16),
    ),
  }));
  expect(await expectSameAnswers(roots, requests, ['y'])).toEqual(PLANNED);
});
