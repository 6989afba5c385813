import { describe, expect, test } from 'vitest';
import type { Weight } from '../../../import/graph/graph.ts';
import { simplify } from '../../../import/simplify/simplify.ts';
import { GraphBuilder } from '../../fixtures/graphs/graph_builder.ts';
import { float32Weight, int32Weight } from '../../fixtures/graphs/memory_weight.ts';

const int = (...values: number[]): Weight => int32Weight([values.length], values);
const float = (...values: number[]): Weight => float32Weight([values.length], values);
const INT32 = { T: { type: 'DT_INT32' } };
const FLOAT = { T: { type: 'DT_FLOAT' } };

/** The values of a node with these constants as its inputs, or undefined if it is left to the server. */
async function folded(
  op: string,
  constants: readonly Weight[],
  attr: Record<string, { type: string }>,
): Promise<number[] | undefined> {
  const builder = new GraphBuilder(1);
  const names = constants.map((constant) => builder.constant(constant));
  const node = builder.node(op, names, attr);
  builder.output(builder.node('Identity', [node], attr));
  const { graph } = await simplify(builder.graph(1));
  const weight = graph.nodes.some((each) => each.op === op) ? undefined : [...graph.weights.values()][0];
  if (weight === undefined) return undefined;
  const { buffer } = new Uint8Array(await weight.read());
  return [...(weight.dtype === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer))];
}

test.each([
  { op: 'Abs', inputs: [int(-7, 7)], attr: INT32, values: [7, 7] },
  { op: 'Mul', inputs: [int(4096, -3), int(4096, 5)], attr: INT32, values: [2 ** 24, -15] },
  { op: 'FloorDiv', inputs: [int(-7, 7), int(2, 2)], attr: INT32, values: [-4, 3] },
  { op: 'FloorMod', inputs: [int(-7, 7), int(5, -5)], attr: INT32, values: [3, -3] },
  { op: 'Prod', inputs: [int(3, 5, 7), int(0)], attr: INT32, values: [105] },
  { op: 'Pow', inputs: [int(3, -2), int(4, 3)], attr: INT32, values: [81, -8] },
  {
    op: 'ConcatV2',
    inputs: [int(2 ** 31 - 1), int(-(2 ** 31)), int32Weight([], [0])],
    attr: INT32,
    values: [2 ** 31 - 1, -(2 ** 31)],
  },
  { op: 'Square', inputs: [float(1.5, -3)], attr: FLOAT, values: [2.25, 9] },
])('$op of constants is computed in advance: $values', async ({ op, inputs, attr, values }) => {
  expect(await folded(op, inputs, attr)).toEqual(values);
});

test.each([
  { of: 'the magnitude of an integer beyond the floats', op: 'Abs', inputs: [int(-987654321)] },
  { of: 'a product that wraps', op: 'Mul', inputs: [int(987654321), int(123456789)] },
  { of: 'a square that wraps', op: 'Square', inputs: [int(987654321)] },
  { of: 'a sum that wraps', op: 'AddV2', inputs: [int(2 ** 31 - 1), int(1)] },
  {
    of: 'a product of a list that wraps to 0',
    op: 'Prod',
    inputs: [int(65536, 65536, 65536, 65536, 3), int(0)],
  },
  { of: 'a power that wraps', op: 'Pow', inputs: [int(7), int(29)] },
  { of: 'a negative power of an integer', op: 'Pow', inputs: [int(2), int(-1)] },
  { of: 'a quotient by 0', op: 'FloorDiv', inputs: [int(1), int(0)] },
  { of: 'a remainder by 0', op: 'FloorMod', inputs: [int(1), int(0)] },
  {
    of: 'a quotient of floats, which tfjs returns as integers',
    op: 'FloorDiv',
    inputs: [float(7), float(2)],
    attr: FLOAT,
  },
  { of: 'the error function, which tfjs approximates', op: 'Erf', inputs: [float(1e-6)], attr: FLOAT },
])('$of is left to the server', async ({ op, inputs, attr = INT32 }) => {
  expect(await folded(op, inputs, attr)).toBeUndefined();
});

/** Integers from -128 on, of which the file has the bytes. */
function bytes(shape: readonly number[], values: readonly number[], dtype: 'float32' | 'int32'): Weight {
  const whole = dtype === 'float32' ? float32Weight(shape, values) : int32Weight(shape, values);
  return {
    ...whole,
    quantized: {
      quantization: { dtype: 'uint8', scale: 1, min: -128 },
      byteLength: values.length,
      read: async () => Uint8Array.from(values, (value) => value + 128),
    },
  };
}

const TO_FLOAT = { SrcT: { type: 'DT_INT32' }, DstT: { type: 'DT_FLOAT' } };
const SIX = [-128, -1, 0, 7, 100, 127];

describe('quantized integers keep their bytes', () => {
  test.each([
    {
      ...{ name: 'transposed', op: 'Transpose', attr: FLOAT, dtype: 'float32' as const },
      ...{ other: int(1, 0), values: [-128, 7, -1, 100, 0, 127], min: -128 },
    },
    {
      ...{ name: 'reshaped', op: 'Reshape', attr: FLOAT, dtype: 'float32' as const },
      ...{ other: int(3, 2), values: SIX, min: -128 },
    },
    {
      ...{ name: 'as floats', op: 'Cast', attr: TO_FLOAT, dtype: 'int32' as const },
      ...{ other: undefined, values: SIX, min: -128 },
    },
    {
      ...{ name: 'without their zero', op: 'Sub', attr: FLOAT, dtype: 'float32' as const },
      ...{ other: float(3), values: SIX.map((value) => value - 3), min: -131 },
    },
  ])('$name', async ({ op, attr, dtype, other, values, min }) => {
    const builder = new GraphBuilder(1);
    const inputs = [bytes([2, 3], SIX, dtype), ...(other === undefined ? [] : [other])];
    const node = builder.node(
      op,
      inputs.map((constant) => builder.constant(constant)),
      attr,
    );
    builder.output(builder.node('Identity', [node], FLOAT));
    const { graph } = await simplify(builder.graph(1));
    const [weight, ...others] = [...graph.weights.values()];
    expect(others).toEqual([]);
    expect([...new Float32Array(new Uint8Array((await weight?.read()) ?? []).buffer)]).toEqual(values);
    expect(weight?.quantized?.quantization).toEqual({ dtype: 'uint8', scale: 1, min });
    expect([...((await weight?.quantized?.read()) ?? [])]).toEqual(values.map((value) => value - min));
  });
});
