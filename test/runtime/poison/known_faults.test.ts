import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { verdict } from '../oracle/oracle.ts';
import { faultOf } from './judgement.ts';
import { type CallSpec, draw, floats, type InputSpec, integers, numbers } from './kernel_call.ts';
import { Laboratory } from './laboratory.ts';

/** Calls of tfjs's kernels that answered with foreign memory or trapped, before calls were checked. */

let laboratory: Laboratory;
beforeAll(async () => {
  laboratory = await Laboratory.create();
});
afterEach(async ({ task }) => {
  // After a fault, the heap says nothing about the next test.
  if (task.result?.state !== 'fail') return;
  laboratory.dispose();
  laboratory = await Laboratory.create();
});
afterAll(() => laboratory.dispose());

const nothing = (input: InputSpec, axes: string): CallSpec => ({
  inputs: { x: input },
  attributes: { [axes]: [1], keepDims: false },
});
const bools: InputSpec = { dtype: 'bool', shape: [2, 0, 3] };
const resize = (shape: readonly number[]): CallSpec => ({
  inputs: { images: floats(shape) },
  attributes: { size: [4, 4], alignCorners: false, halfPixelCenters: false },
});
const product = (more: CallSpec['inputs'], activation: string): CallSpec => ({
  inputs: { a: floats([3, 2]), b: floats([2, 8]), ...more },
  attributes: { transposeA: false, transposeB: false, activation },
});
const window = {
  strides: [1, 1],
  pad: 'valid',
  dilations: [1, 1],
  dataFormat: 'NHWC',
  dimRoundingMode: undefined,
};
const fused = (filter: readonly number[], channels: number): CallSpec => ({
  inputs: { x: floats([1, 2, 2, 2]), filter: floats(filter), bias: floats([channels]) },
  attributes: { ...window, activation: 'relu' },
});

const computed: readonly [name: string, kernel: string, spec: CallSpec][] = [
  ['a mean of nothing', 'Mean', nothing(floats([2, 0, 3]), 'axis')],
  ['a leaky ReLU without a slope', '_FusedMatMul', product({}, 'leakyrelu')],
  ['a sum of nothing', 'Sum', nothing(floats([2, 0, 3]), 'axis')],
  ['a sum of no integers', 'Sum', nothing({ dtype: 'int32', shape: [2, 0, 3] }, 'axis')],
  ['a product of nothing', 'Prod', nothing(floats([2, 0, 3]), 'axis')],
  ['the largest of nothing', 'Max', nothing(floats([2, 0, 3]), 'reductionIndices')],
  ['the least of nothing', 'Min', nothing(floats([2, 0, 3]), 'axis')],
  ['all of nothing', 'All', nothing(bools, 'axis')],
  ['any of nothing', 'Any', nothing(bools, 'axis')],
  ['a fused convolution that fits nowhere', 'FusedConv2D', fused([3, 3, 2, 4], 4)],
  ['a fused depthwise convolution that fits nowhere', 'FusedDepthwiseConv2D', fused([3, 3, 2, 1], 2)],
  [
    'a depthwise convolution of two filters whose stride passes them',
    'DepthwiseConv2dNative',
    {
      inputs: { x: floats([1, 1, 9, 2]), filter: floats([1, 1, 2, 2]) },
      attributes: { ...window, strides: [3, 3], pad: 'same' },
    },
  ],
  [
    'a split whose first size is open',
    'SplitV',
    { inputs: { x: floats([5]) }, attributes: { numOrSizeSplits: [-1, 2], axis: 0 } },
  ],
  [
    'a matrix product over an inner size of 0',
    'BatchMatMul',
    {
      inputs: { a: floats([4, 0]), b: floats([0, 8]) },
      attributes: { transposeA: false, transposeB: false },
    },
  ],
  [
    'every second integer',
    'StridedSlice',
    {
      inputs: { x: { dtype: 'int32', shape: [2, 5] } },
      attributes: {
        begin: [0, 0],
        end: [2, 5],
        strides: [1, 2],
        beginMask: 0,
        endMask: 0,
        ellipsisMask: 0,
        newAxisMask: 0,
        shrinkAxisMask: 0,
      },
    },
  ],
  [
    'a cumulative sum along the last axis',
    'Cumsum',
    {
      inputs: { x: floats([2, 3]) },
      attributes: { axis: -1, exclusive: false, reverse: false },
    },
  ],
];

const refused: readonly [name: string, kernel: string, spec: CallSpec][] = [
  ['a bilinear resize of no pixels', 'ResizeBilinear', resize([1, 0, 0, 3])],
  ['a resize by neighbors of no pixels', 'ResizeNearestNeighbor', resize([1, 0, 4, 3])],
  [
    'a crop of no pixels',
    'CropAndResize',
    {
      inputs: {
        image: floats([1, 0, 0, 1]),
        boxes: { ...floats([1, 4]), values: [0, 0, 1, 1] },
        boxInd: numbers([0]),
      },
      attributes: { cropSize: [3, 3], method: 'bilinear', extrapolationValue: 0 },
    },
  ],
  [
    'the place of the largest of nothing',
    'ArgMax',
    {
      inputs: { x: floats([2, 0, 3]) },
      attributes: { axis: 1 },
    },
  ],
  [
    'more rows of sparse indices than values',
    'SparseFillEmptyRows',
    {
      inputs: {
        indices: { ...integers([3, 2], 0, 0), values: [0, 0, 1, 0, 2, 0] },
        values: floats([1]),
        denseShape: numbers([3, 2]),
        defaultValue: { ...floats([]), values: [9] },
      },
    },
  ],
  [
    'a product with slopes that do not broadcast',
    '_FusedMatMul',
    product({ preluActivationWeights: floats([3]) }, 'prelu'),
  ],
  ['a product with a bias that does not broadcast', '_FusedMatMul', product({ bias: floats([3]) }, 'linear')],
  [
    'a transposed convolution to a size that it does not come from',
    'Conv2DBackpropInput',
    {
      inputs: { dy: floats([1, 2, 2, 1]), filter: floats([1, 1, 1, 1]) },
      attributes: { ...window, inputShape: [1, 64, 64, 1] },
    },
  ],
  [
    'a cumulative sum along an axis that is not there',
    'Cumsum',
    {
      inputs: { x: floats([1, 2]) },
      attributes: { axis: 7, exclusive: false, reverse: false },
    },
  ],
];

test('n-grams that fill the memory are refused before one is made', () => {
  const call = draw(
    'StringNGrams',
    {
      inputs: { data: { dtype: 'string', shape: [1] }, dataSplits: numbers([0, 1]) },
      attributes: {
        separator: '|',
        nGramWidths: [2 ** 31 - 1],
        leftPad: 'L',
        rightPad: 'R',
        padWidth: -1,
        preserveShortSequences: false,
      },
    },
    { seed: 1, isWild: false },
  );
  expect(laboratory.call(call)).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('n-grams'),
  });
});

describe('a window whose places do not fit in 32 bits is refused', () => {
  const HUGE = 2 ** 31 - 1;
  const image = floats([1, 1, 2, 3]);
  const convolutions = ['DepthwiseConv2dNative', 'FusedDepthwiseConv2D', 'Conv2D', 'FusedConv2D'];
  const wide = (name: string): Readonly<Record<string, unknown>> => ({
    ...window,
    pad: 'same',
    activation: 'linear',
    filterSize: [1, 2],
    [name]: [1, HUGE],
  });
  const calls: readonly [name: string, kernel: string, spec: CallSpec][] = [
    ...['strides', 'dilations'].flatMap((name) =>
      convolutions.map((kernel): [string, string, CallSpec] => [
        name,
        kernel,
        { inputs: { x: image, filter: floats([1, 2, 3, 1]) }, attributes: wide(name) },
      ]),
    ),
    ...['MaxPool', 'AvgPool'].map((kernel): [string, string, CallSpec] => [
      'strides',
      kernel,
      { inputs: { x: image }, attributes: wide('strides') },
    ]),
  ];

  test.each(calls)('%s of a %s', (_, kernel, spec) => {
    expect(laboratory.call(draw(kernel, spec, { seed: 1, isWild: false }))).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('too large'),
    });
  });
});

const STRICT = { isWild: false, mustCompute: true };

describe('what TensorFlow computes', () => {
  test.each(computed)('%s: %s', (_, kernel, spec) => {
    const call = draw(kernel, spec, { seed: 1, isWild: false });
    const expected = verdict(kernel, call);
    expect(expected.kind).toBe('values');
    expect(faultOf(call, laboratory.call(call), expected, STRICT)).toBeUndefined();
  });
});

describe('what TensorFlow refuses', () => {
  test.each(refused)('%s: %s', (_, kernel, spec) => {
    const call = draw(kernel, spec, { seed: 1, isWild: false });
    const expected = verdict(kernel, call);
    expect(expected.kind).toBe('refusal');
    const outcome = laboratory.call(call);
    expect(outcome.kind).toBe('refused');
    expect(faultOf(call, outcome, expected, STRICT)).toBeUndefined();
  });
});
