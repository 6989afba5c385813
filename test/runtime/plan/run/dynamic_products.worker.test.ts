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

const number = (value: number): TestWeight => ({ dtype: 'float32', shape: [], values: [value] });

/** A matrix of integers from -127 to 127, as import/quantize/ stores them. */
function integers(shape: readonly number[]): TestWeight {
  const { values, ...rest } = quantizedWeight(shape, { dtype: 'uint8', scale: 1, min: -127 });
  return { ...rest, values: values.map((value) => Math.min(value, 254)) };
}

/** Nodes that quantize the rows of a tensor. */
const quantized = (x: string): TestGraph['nodes'] => [
  { name: `${x}/sizes`, op: 'Abs', input: [x] },
  { name: `${x}/largest`, op: 'Max', input: [`${x}/sizes`, 'axis'], attr: { keep_dims: { b: true } } },
  { name: `${x}/magnitudes`, op: 'Maximum', input: [`${x}/largest`, 'least'] },
  { name: `${x}/factors`, op: 'RealDiv', input: ['most', `${x}/magnitudes`] },
  { name: `${x}/scaled`, op: 'Mul', input: [x, `${x}/factors`] },
  { name: `${x}/codes`, op: 'Round', input: [`${x}/scaled`] },
];

/** Nodes that multiply such rows by a matrix. */
const product = (op: string, x: string, matrix: string, y: string): TestGraph['nodes'] => [
  { name: `${y}/sums`, op, input: [`${x}/codes`, matrix] },
  { name: `${y}/of_rows`, op: 'Mul', input: [`${y}/sums`, `${x}/magnitudes`] },
  { name: `${y}/columns`, op: 'Mul', input: [`${y}/of_rows`, `${matrix}/scales`] },
  { name: `${y}/biased`, op: 'AddV2', input: [`${y}/columns`, `${matrix}/bias`] },
  { name: y, op: 'Relu', input: [`${y}/biased`] },
];

const network = (op: string, least = 1e-30): TestGraph => ({
  inputs: { x: 'float32' },
  weights: {
    axis: { dtype: 'int32', shape: [1], values: [-1] },
    ...{ least: number(least), most: number(127), small: number(2e-4) },
    ...{ first: integers([96, 400]), 'first/wide': weight([400]), 'first/bias': weight([400]) },
    ...{ second: integers([400, 88]), 'second/wide': weight([88]), 'second/bias': weight([88]) },
  },
  nodes: [
    { name: 'first/scales', op: 'Mul', input: ['first/wide', 'small'] },
    { name: 'second/scales', op: 'Mul', input: ['second/wide', 'small'] },
    ...quantized('x'),
    ...product(op, 'x', 'first', 'hidden'),
    ...quantized('hidden'),
    ...product(op, 'hidden', 'second', 'y'),
  ],
});

test.each([1, 6])(
  'a plan of %i quantized rows answers as the executor does, to the last bit',
  async (rows) => {
    const requests = [1, 2, 3, 4].map((seed) => ({ x: varied([rows, 96], seed) }));
    expect(await expectSameAnswers(network('MatMul'), requests, ['y'])).toEqual(PLANNED);
  },
);

test.each([1e-30, 2 ** -126])('so does one of rows of zeros whose least magnitude is %f', async (least) => {
  const asked = [
    varied([2, 96], 1),
    varied([2, 96], 2),
    float([2, 96], Array(192).fill(0)),
    varied([2, 96], 3),
  ];
  const requests = asked.map((x) => ({ x }));
  expect(await expectSameAnswers(network('MatMul', least), requests, ['y'])).toEqual(PLANNED);
});

test('so does one of batches with one matrix', async () => {
  const requests = [1, 2, 3, 4].map((seed) => ({ x: varied([2, 3, 96], seed) }));
  expect(await expectSameAnswers(network('BatchMatMulV2'), requests, ['y'])).toEqual(PLANNED);
});

const einsum = (equation: string) => ({ equation: { s: btoa(equation) } });

/** The projections of an attention with heads, each an Einsum with rows or columns of two dimensions. */
const heads: TestGraph = {
  inputs: { x: 'float32' },
  weights: {
    axis: { dtype: 'int32', shape: [1], values: [-1] },
    both: { dtype: 'int32', shape: [2], values: [-2, -1] },
    last: { dtype: 'int32', shape: [], values: [-1] },
    ...{ least: number(1e-30), most: number(127) },
    ...{ query: integers([96, 8, 64]), 'query/scales': weight([8, 64]) },
    ...{ output: integers([8, 64, 96]), 'output/scales': weight([96]) },
  },
  nodes: [
    ...quantized('x'),
    { name: 'querySums', op: 'Einsum', input: ['x/codes', 'query'], attr: einsum('abc,cde->abde') },
    { name: 'x/wide', op: 'ExpandDims', input: ['x/magnitudes', 'last'] },
    { name: 'queryRows', op: 'Mul', input: ['querySums', 'x/wide'] },
    { name: 'heads', op: 'Mul', input: ['queryRows', 'query/scales'] },
    ...quantized('heads').map((node) =>
      node.op === 'Max' ? { ...node, input: ['heads/sizes', 'both'] } : node,
    ),
    { name: 'outputSums', op: 'Einsum', input: ['heads/codes', 'output'], attr: einsum('abde,dec->abc') },
    {
      name: 'narrow',
      op: 'Squeeze',
      input: ['heads/magnitudes'],
      attr: { squeeze_dims: { list: { i: ['-1'] } } },
    },
    { name: 'outputRows', op: 'Mul', input: ['outputSums', 'narrow'] },
    { name: 'y', op: 'Mul', input: ['outputRows', 'output/scales'] },
  ],
};

test('so does one of equations with heads', async () => {
  const requests = [1, 2, 3, 4].map((seed) => ({ x: varied([2, 3, 96], seed) }));
  expect(await expectSameAnswers(heads, requests, ['y'])).toEqual(PLANNED);
});

test('the executor answers a request with a number that is not finite, and the plan those after it', async () => {
  const values = Array.from({ length: 192 }, (_, index) => (index === 100 ? Number.NaN : Math.cos(index)));
  const wrong = { x: float([2, 96], values) };
  const requests = [1, 2, 3].map((seed) => ({ x: varied([2, 96], seed) }));
  const [first, ...others] = requests;
  if (first === undefined) throw new Error('no request');
  const asked = [first, wrong, ...others, wrong, first];
  expect(await expectSameAnswers(network('MatMul'), asked, ['y'])).toEqual(PLANNED);
});
