import { beforeAll, expect, test } from 'vitest';
import { elementCount, type TensorValue } from '../../../../worker/model/tensor.ts';
import { currentRuntime, wasmBackend } from '../../../../worker/runtime/backend/backend.ts';
import {
  answer,
  float,
  loadGraph,
  quantizedWeight,
  shapeOf,
  type TestGraph,
  type TestModel,
  type TestWeight,
  weight,
} from '../../../fixtures/worker/planned_graph.ts';
import { POISONS, PoisonedHeap } from '../../poison/heap/poisoned_heap.ts';

let heap: PoisonedHeap;
beforeAll(async () => {
  heap = new PoisonedHeap(await wasmBackend());
});

const number = (value: number): TestWeight => ({ dtype: 'float32', shape: [], values: [value] });

/** Integers from -most to most. */
const integers = (shape: readonly number[], most: number, seed: number): TestWeight => ({
  dtype: 'float32',
  shape,
  values: Array.from({ length: elementCount(shape) }, (_, index) =>
    Math.round(most * Math.sin(index * 12.9898 + seed)),
  ),
});

/** Integers from -127 to 127, which stay bytes in memory. */
function stored(shape: readonly number[]): TestWeight {
  const { values, ...rest } = quantizedWeight(shape, { dtype: 'uint8', scale: 1, min: -127 });
  return { ...rest, values: values.map((value) => Math.min(value, 254)) };
}

const windowed = (stride: number, size?: number) => ({
  strides: { list: { i: ['1', `${stride}`, `${stride}`, '1'] } },
  ...(size === undefined ? {} : { ksize: { list: { i: ['1', `${size}`, `${size}`, '1'] } } }),
  padding: { s: btoa('SAME') },
  data_format: { s: btoa('NHWC') },
});

/** Nodes that make codes of sums, of -128 to 127 around -3, and the codes without their zero. */
const quantized = (name: string, sums: string, scale: string): TestGraph['nodes'] => [
  { name: `${name}/scaled`, op: 'Mul', input: [sums, scale] },
  { name: `${name}/near`, op: 'Round', input: [`${name}/scaled`] },
  { name: `${name}/shifted`, op: 'AddV2', input: [`${name}/near`, 'zero'] },
  { name: `${name}/above`, op: 'Maximum', input: [`${name}/shifted`, 'lowest'] },
  { name: `${name}/codes`, op: 'Minimum', input: [`${name}/above`, 'highest'] },
  { name, op: 'Sub', input: [`${name}/codes`, 'zero'] },
];

/** Layers of all kernels of bytes, with sizes that are no multiples of vectors, and products of rows that a request quantizes. */
const network: TestGraph = {
  inputs: { x: 'float32' },
  weights: {
    ...{ zero: number(-3), lowest: number(-128), highest: number(127), given: number(25) },
    ...{ fine: number(0.004), coarse: number(0.6), one: number(1), least: number(1e-30), most: number(127) },
    ...{ filter: integers([3, 3, 3, 19], 127, 1), taps: integers([3, 3, 19, 1], 254, 2) },
    ...{
      bias: integers([19], 900, 3),
      wide: integers([5, 5, 19, 1], 127, 4),
      point: integers([1, 1, 38, 9], 120, 5),
    },
    ...{ axes: shapeOf(1, 2), last: shapeOf(3), lastOfRow: shapeOf(1), rowScale: weight([128]) },
    ...{
      paddings: { dtype: 'int32', shape: [4, 2], values: [0, 0, 1, 2, 0, 1, 0, 0] },
      codes: stored([9, 128]),
    },
  },
  nodes: [
    ...quantized('image', 'x', 'given'),
    { name: 'firstSums', op: 'Conv2D', input: ['image', 'filter'], attr: windowed(1) },
    { name: 'biased', op: 'BiasAdd', input: ['firstSums', 'bias'] },
    ...quantized('first', 'biased', 'fine'),
    { name: 'tapSums', op: 'DepthwiseConv2dNative', input: ['first', 'taps'], attr: windowed(1) },
    ...quantized('tapped', 'tapSums', 'fine'),
    { name: 'sum', op: 'AddV2', input: ['tapped', 'first'] },
    ...quantized('added', 'sum', 'coarse'),
    { name: 'largest', op: 'MaxPool', input: ['added/codes'], attr: windowed(1, 3) },
    { name: 'averages', op: 'AvgPool', input: ['added'], attr: windowed(1, 2) },
    ...quantized('average', 'averages', 'one'),
    { name: 'joined', op: 'ConcatV2', input: ['largest', 'average/codes', 'last'], attr: { N: { i: '2' } } },
    { name: 'padded', op: 'PadV2', input: ['joined', 'paddings', 'zero'] },
    { name: 'centered', op: 'Sub', input: ['padded', 'zero'] },
    { name: 'pointSums', op: 'Conv2D', input: ['centered', 'point'], attr: windowed(2) },
    ...quantized('pointed', 'pointSums', 'fine'),
    { name: 'bounded', op: 'Sigmoid', input: ['pointed'] },
    ...quantized('looked', 'bounded', 'most'),
    { name: 'means', op: 'Mean', input: ['looked', 'axes'], attr: { keep_dims: { b: false } } },
    { name: 'magnitude', op: 'Abs', input: ['means'] },
    { name: 'ofRow', op: 'Max', input: ['magnitude', 'lastOfRow'], attr: { keep_dims: { b: true } } },
    { name: 'above0', op: 'Maximum', input: ['ofRow', 'least'] },
    { name: 'factor', op: 'RealDiv', input: ['most', 'above0'] },
    { name: 'row', op: 'Mul', input: ['means', 'factor'] },
    { name: 'rowCodes', op: 'Round', input: ['row'] },
    { name: 'product', op: 'MatMul', input: ['rowCodes', 'codes'] },
    { name: 'byRow', op: 'Mul', input: ['product', 'above0'] },
    { name: 'y', op: 'Mul', input: ['byRow', 'rowScale'] },
  ],
};

const WILD = [Number.NaN, Infinity, -Infinity, -0, 3e38, 1e-42, 0.02, -0.06, 1e6];

/** Images of 5 x 6, ordinary ones or with numbers that no example had. */
function images(batch: number, seed: number, wild = 0): Readonly<Record<string, TensorValue>> {
  const shape = [batch, 5, 6, 3];
  const values = Array.from(
    { length: elementCount(shape) },
    (_, index) => 4 * Math.sin(index * 1.7 + seed * 2.3),
  );
  for (let index = 0; index < wild; index++)
    values[(index * 7919 + seed) % values.length] = WILD[(index + seed) % WILD.length] ?? 0;
  return { x: float(shape, values) };
}

const REQUESTS = [
  ...[images(1, 1), images(1, 2), images(7, 3), images(7, 4), images(1, 5, 1), images(1, 6)],
  ...[images(64, 7), images(1, 8, 4), images(64, 9), images(7, 10, 30), images(7, 11), images(1, 12)],
  ...[images(64, 13, 1), images(64, 14), images(1, 15, 90), images(0, 1), images(1, 16), images(3, 17)],
];

test('a quantized network answers as the executor does, whatever was asked before and memory held', async () => {
  const { kernels, arena } = currentRuntime();
  const expected: unknown[] = [];
  for (const inputs of REQUESTS) expected.push(await once(inputs));
  for (const poison of POISONS) {
    arena.free();
    kernels.heap.dispose();
    heap.begin(poison);
    const asked = await loadGraph(network);
    for (const [index, inputs] of REQUESTS.entries()) {
      arena.free();
      expect(await answered(asked, inputs), `request ${index}`).toEqual(expected[index]);
      expect(heap.findStray()).toBeUndefined();
    }
    expect(asked.refusals).toEqual([]);
    expect(asked.model.planState()).toEqual({ kind: 'planned', shapes: 3 });
    asked.model.dispose();
  }
});

async function once(inputs: Readonly<Record<string, TensorValue>>): Promise<unknown> {
  const fresh = await loadGraph(network);
  try {
    return await answered(fresh, inputs);
  } finally {
    fresh.model.dispose();
  }
}

async function answered(
  asked: Pick<TestModel, 'model'>,
  inputs: Readonly<Record<string, TensorValue>>,
): Promise<unknown> {
  try {
    return await answer(asked, inputs, ['y', 'looked', 'added']);
  } catch (error) {
    return String(error);
  }
}
