import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import { OnnxBuilder } from '../../fixtures/onnx/onnx_builder.ts';
import { infer } from '../../fixtures/requests/raw_inference.ts';

/** Of TensorProto's types. */
const FLOAT = 1;
const UINT8 = 2;
const INT8 = 3;
const INT64 = 7;

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

async function answersOf(model: string, b: OnnxBuilder, data: readonly number[]) {
  await publishModel(edge.store, await b.write(), model, '1');
  const answer = await infer(edge.isolates[0], model, {
    x: { shape: [data.length], datatype: 'INT32', data },
  });
  if (answer.kind === 'refused') throw new Error(answer.message);
  return answer.outputs;
}

/** The sum of the input and of what a graph computes of constants alone. */
function withConstants(constants: (b: OnnxBuilder) => string, count: number) {
  const b = new OnnxBuilder(18);
  const x = b.integerInput('x', [count]);
  const y = b.node('Add', [x, b.node('Cast', [constants(b)], { to: INT64 })]);
  b.integerOutput(y, [count]);
  return { b, y };
}

describe('constants of 8 bits wrap around', () => {
  const typed = (b: OnnxBuilder, values: readonly number[], to: number) =>
    b.node('Cast', [b.integers(values)], { to });

  test.each([
    ['cast_unsigned', (b: OnnxBuilder) => typed(b, [300, -1], UINT8), [44, 255]],
    ['cast_signed', (b: OnnxBuilder) => typed(b, [300, 128], INT8), [44, -128]],
    [
      'sum_of_signed',
      (b: OnnxBuilder) => b.node('Add', [typed(b, [100, 3], INT8), typed(b, [100, 1], INT8)]),
      [-56, 4],
    ],
    [
      'difference_of_unsigned',
      (b: OnnxBuilder) => b.node('Sub', [typed(b, [3, 3], UINT8), typed(b, [5, 1], UINT8)]),
      [254, 2],
    ],
    ['negative', (b: OnnxBuilder) => b.node('Neg', [typed(b, [-128, 3], INT8)]), [-128, -3]],
    ['absolute', (b: OnnxBuilder) => b.node('Abs', [typed(b, [-128, -3], INT8)]), [-128, 3]],
  ])('%s', async (name, constants, wanted) => {
    const { b, y } = withConstants(constants, 2);
    expect((await answersOf(name, b, [0, 0]))[y]?.data).toEqual(wanted);
  });
});

test.each([
  ['a product', (b: OnnxBuilder) => b.node('Mul', [b.integers([65_536]), b.integers([65_536])])],
  ['a list', (b: OnnxBuilder) => b.node('Constant', [], { value_ints: [3_000_000_000] })],
])('%s of 64 bits that does not fit 32 is refused', async (_, constants) => {
  const { b } = withConstants(constants, 1);
  await expect(publishModel(edge.store, await b.write(), 'wide', '1')).rejects.toThrow('does not fit');
});

test('a slice that ends at the largest integer goes to the end from where the request says', async () => {
  const b = new OnnxBuilder();
  const x = b.integerInput('x', [1]);
  const end = b.node('Constant', [], { value_ints: [2 ** 53 - 1] });
  const y = b.node('Slice', [b.integers([10, 20, 30, 40]), x, end]);
  b.integerOutput(y, ['length']);
  expect((await answersOf('slice', b, [2]))[y]?.data).toEqual([30, 40]);
});

test('integers that floats would round are put in order', async () => {
  const numbers = [16_777_217, 16_777_216, -(2 ** 31), 2_147_483_646, 2_147_483_647];
  const b = new OnnxBuilder();
  const x = b.integerInput('x', [numbers.length]);
  const [smallest = '', places = ''] = b.nodeWith('TopK', [x, b.integers([3])], {
    attributes: { largest: 0 },
    outputs: 2,
  });
  const [sorted = ''] = b.nodeWith('Unique', [x]);
  const largest = b.node('ArgMax', [x]);
  const least = b.node('ArgMin', [b.node('Slice', [x, b.integers([0]), b.integers([2])])]);
  for (const name of [smallest, places, sorted, largest, least]) b.integerOutput(name, ['length']);
  const answers = await answersOf('order', b, numbers);
  expect(answers[smallest]?.data).toEqual([-(2 ** 31), 16_777_216, 16_777_217]);
  expect(answers[places]?.data).toEqual([2, 1, 0]);
  expect(answers[sorted]?.data).toEqual([...numbers].sort((one, other) => one - other));
  expect(answers[largest]?.data).toEqual([4]);
  expect(answers[least]?.data).toEqual([1]);
});

test('integers of floats are never -0, which would turn the sign of a quotient', async () => {
  const b = new OnnxBuilder(21);
  const x = b.node('Cast', [b.integerInput('x', [4])], { to: FLOAT });
  const one = b.scalar(1);
  const codes = b.node('QuantizeLinear', [b.node('Mul', [x, b.scalar(0.1)]), one], { output_dtype: INT8 });
  const quotients = b.node('Div', [one, b.node('DequantizeLinear', [codes, one])]);
  const y = b.node('Clip', [quotients, b.scalar(-8), b.scalar(8)]);
  b.output(y, [4]);
  expect((await answersOf('zeros', b, [-3, 0, 3, 20]))[y]?.data).toEqual([8, 8, 8, 0.5]);
});
