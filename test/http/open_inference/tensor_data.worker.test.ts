import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Datatype } from '../../../worker/http/open_inference/datatype.ts';
import { bytesOfTensor, tensorOfBytes } from '../../../worker/http/open_inference/request/binary_data.ts';
import { decodeInputs } from '../../../worker/http/open_inference/request/decode_inputs.ts';
import { parseInferenceRequest } from '../../../worker/http/open_inference/request/parse_request.ts';
import type { DataType } from '../../../worker/model/dtype.ts';
import { elementCount } from '../../../worker/model/tensor.ts';

const DTYPES: Partial<Record<Datatype, DataType>> = {
  BOOL: 'bool',
  BYTES: 'string',
  FP32: 'float32',
  FP64: 'float32',
  FP16: 'float32',
};
const described = (datatype: Datatype, shape: readonly number[]) => ({
  shape,
  count: elementCount(shape),
  datatype,
});

const ENCODER = new TextEncoder();

/** JSON has no infinities, but larger numbers. */
const textOf = (list: readonly unknown[]) =>
  JSON.stringify(list, (_, value) =>
    Math.abs(value) === Number.POSITIVE_INFINITY ? `infinite ${Math.sign(value)}` : value,
  )
    .replaceAll('"infinite 1"', '1e999')
    .replaceAll('"infinite -1"', '-1e999');

/** The values of a tensor, or the message of a refusal. */
function fromList(datatype: Datatype, shape: readonly number[], list: readonly unknown[], base64 = false) {
  const parameters = base64 ? '"parameters":{"content_type":"base64"},' : '';
  const input = `{"name":"x","shape":[${shape}],"datatype":"${datatype}",${parameters}"data":${textOf(list)}}`;
  const parsed = parseInferenceRequest(ENCODER.encode(`{"inputs":[${input}]}`), null, 'm');
  if (parsed.kind === 'invalid') return parsed.message;
  if (parsed.kind === 'raw') throw new Error('the request is raw');
  const info = { name: 'x', dtype: DTYPES[datatype] ?? 'int32', shape: null } as const;
  const signature = { method: 'tensorflow/serving/predict', inputs: { x: info }, outputs: {} } as const;
  const decoded = decodeInputs(parsed.inputs, signature, 'm');
  if (decoded.kind === 'invalid') return decoded.message;
  return [...(decoded.inputs.get('x')?.values ?? [])];
}

function fromBytes(datatype: Datatype, shape: readonly number[], bytes: ArrayLike<number>) {
  const tensor = tensorOfBytes(
    Uint8Array.from(bytes),
    described(datatype, shape),
    DTYPES[datatype] ?? 'int32',
  );
  return typeof tensor === 'string' ? tensor : [...tensor.values];
}

const bytesOf = (view: ArrayBufferView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

function nested(depth: number, value: unknown): unknown[] {
  let list = [value];
  for (let level = 1; level < depth; level++) list = [list];
  return list;
}

describe('data in JSON', () => {
  test.each<[Datatype, number[], unknown[], unknown[]]>([
    ['FP32', [3], [1, 2.5, -3], [1, 2.5, -3]],
    [
      'FP32',
      [2, 2],
      [
        [1, 2],
        [3, 4],
      ],
      [1, 2, 3, 4],
    ],
    ['FP32', [2, 2], [1, 2, 3, 4], [1, 2, 3, 4]],
    ['FP32', [1, 2], [1, 2], [1, 2]],
    ['FP32', [2], [[1, 2]], [1, 2]],
    ['FP32', [2, 1], [[1], [2]], [1, 2]],
    ['FP32', [2], [[1], [2]], [1, 2]],
    ['FP32', [], [7], [7]],
    ['FP32', [1, 1], nested(50, 7), [7]],
    ['FP32', [2, 1, 2], [[[1, 2]], [[3, 4]]], [1, 2, 3, 4]],
    ['FP32', [0], [], []],
    ['FP32', [2, 0], [[], []], []],
    [
      'FP32',
      [3],
      [null, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
      [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ],
    ['FP64', [1], [1e-300], [0]],
    ['UINT8', [2], [0, 255], [0, 255]],
    ['INT8', [2], [-128, 127], [-128, 127]],
    ['INT64', [2], [-(2 ** 31), 2 ** 31 - 1], [-(2 ** 31), 2 ** 31 - 1]],
    ['BOOL', [2], [true, false], [1, 0]],
  ])('%s %j %j', (datatype, shape, list, values) => {
    expect(fromList(datatype, shape, list)).toEqual(values);
  });

  test.each<[Datatype, number[], unknown[], string]>([
    ['FP32', [2], [1], 'shape does not match true shape'],
    ['FP32', [2], [1, 2, 3], 'shape does not match true shape'],
    ['FP32', [2, 2], [[1, 2, 3], [4]], 'shape does not match true shape'],
    [
      'FP32',
      [2, 3],
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      'shape does not match true shape',
    ],
    ['FP32', [2, 2], [[1, 2], 3], 'shape does not match true shape'],
    [
      'FP32',
      [2, 2],
      [
        [1, 2],
        [3, [4]],
      ],
      'element 3, a list',
    ],
    ['FP32', [4], [1, 2, [3], 4], 'element 2, a list'],
    ['FP32', [0], [1], 'shape does not match true shape'],
    ['FP32', [1], [[]], 'shape does not match true shape'],
    ['FP32', [1], nested(101, 7), 'JSON nesting depth exceeds maximum allowed limit (100)'],
    ['FP32', [1], nested(1_000, 7), 'JSON nesting depth exceeds maximum allowed limit (100)'],
    ['FP32', [0], nested(1_000, 7), 'JSON nesting depth exceeds maximum allowed limit (100)'],
    ['FP32', [1], ['1'], 'element 0, "1", is not a number'],
    ['FP32', [1], [true], 'element 0, true, is not a number'],
    ['FP32', [1], [1e39], 'is not a number that FP32 can hold'],
    ['FP64', [1], [-1e39], 'is not a number that FP32'],
    ['FP32', [1], [{}], 'element 0, an object'],
    ['UINT8', [1], [256], 'element 0, 256, is not an integer from 0 to 255'],
    ['UINT8', [1], [-1], 'element 0, -1'],
    ['INT8', [1], [128], 'an integer from -128 to 127'],
    ['UINT16', [1], [65_536], 'an integer from 0 to 65535'],
    ['INT16', [1], [32_768], 'an integer from -32768 to 32767'],
    ['INT32', [1], [2 ** 31], 'an integer from -2147483648'],
    ['UINT32', [1], [2 ** 31], 'the largest that the model accepts'],
    ['INT64', [1], [2 ** 53 + 2], 'as the model requires'],
    ['INT32', [1], [1.5], 'element 0, 1.5'],
    ['INT32', [1], [null], 'element 0, null'],
    ['BOOL', [1], [1], 'true or false'],
    ['BYTES', [1], [1], 'a string'],
  ])('%s %j %j is refused', (datatype, shape, list, message) => {
    expect(fromList(datatype, shape, list)).toContain(message);
  });

  test('of BYTES is UTF-8, or base64 where the input says so', () => {
    expect(fromList('BYTES', [2], ['a', '€'])).toEqual([Uint8Array.of(97), Uint8Array.of(226, 130, 172)]);
    expect(fromList('BYTES', [1], ['AP8='], true)).toEqual([Uint8Array.of(0, 255)]);
    expect(fromList('BYTES', [1], ['?'], true)).toContain('base64');
  });
});

describe('binary data', () => {
  test.each<[Datatype, number[], ArrayBufferView, unknown[]]>([
    ['FP32', [2], Float32Array.of(1.5, -2), [1.5, -2]],
    ['FP64', [2], Float64Array.of(1.5, -2), [1.5, -2]],
    [
      'FP16',
      [4],
      Uint16Array.of(0x3c00, 0xc000, 0x7c00, 0x46cd),
      [1, -2, Number.POSITIVE_INFINITY, 6.80078125],
    ],
    ['UINT8', [2], Uint8Array.of(0, 255), [0, 255]],
    ['INT8', [2], Int8Array.of(-128, 127), [-128, 127]],
    ['UINT16', [1], Uint16Array.of(65_535), [65_535]],
    ['INT16', [1], Int16Array.of(-32_768), [-32_768]],
    ['UINT32', [1], Uint32Array.of(2 ** 31 - 1), [2 ** 31 - 1]],
    ['INT32', [1], Int32Array.of(-(2 ** 31)), [-(2 ** 31)]],
    ['UINT64', [1], BigUint64Array.of(7n), [7]],
    ['INT64', [1], BigInt64Array.of(-7n), [-7]],
    ['BOOL', [3], Uint8Array.of(1, 0, 1), [1, 0, 1]],
    ['FP32', [0], Float32Array.of(), []],
  ])('%s %j', (datatype, shape, view, values) => {
    expect(fromBytes(datatype, shape, bytesOf(view))).toEqual(values);
  });

  test.each<[Datatype, number[], ArrayBufferView, string]>([
    ['FP32', [2], Float32Array.of(1), 'got 4 bytes of binary data where shape [2] of FP32 has 8'],
    ['FP16', [2], Uint8Array.of(1, 2, 3), 'got 3 bytes'],
    ['FP64', [1], Float64Array.of(1e39), 'beyond FP32'],
    ['UINT32', [1], Uint32Array.of(2 ** 31), 'element 0, 2147483648'],
    ['UINT64', [1], BigUint64Array.of(2n ** 63n), 'element 0, 9223372036854775808'],
    ['INT64', [2], BigInt64Array.of(0n, -(2n ** 40n)), 'element 1'],
    ['BOOL', [2], Uint8Array.of(1, 2), 'element 1 of BOOL is the byte 2'],
    ['BYTES', [1], Uint8Array.of(1, 0), 'ends within the length of element 0'],
    ['BYTES', [1], Uint8Array.of(5, 0, 0, 0, 1), 'ends within element 0'],
    ['BYTES', [1], Uint8Array.of(255, 255, 255, 255, 1), 'ends within element 0'],
    ['BYTES', [1], Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0), 'has more than the 1 elements'],
    ['BYTES', [2], Uint8Array.of(0, 0, 0, 0), 'has 1 elements where its shape has 2'],
  ])('%s %j is refused', (datatype, shape, view, message) => {
    expect(fromBytes(datatype, shape, bytesOf(view))).toContain(message);
  });

  test('is not copied where the model takes the datatype and it is aligned', () => {
    const body = new Uint8Array(16);
    const seen = tensorOfBytes(body.subarray(4, 12), described('FP32', [2]), 'float32');
    const copied = tensorOfBytes(body.subarray(5, 13), described('FP32', [2]), 'float32');
    if (typeof seen === 'string' || typeof copied === 'string') throw new Error('no tensor');
    expect(seen.dtype === 'float32' && seen.values.buffer === body.buffer).toBe(true);
    expect(copied.dtype === 'float32' && copied.values.buffer === body.buffer).toBe(false);
  });

  test('is read back as it was written, at any offset', () => {
    const tensors = fc.oneof(
      fc
        .array(fc.float({ noNaN: true }))
        .map(
          (values) => ({ datatype: 'FP32', dtype: 'float32', values: Float32Array.from(values) }) as const,
        ),
      fc
        .array(fc.integer())
        .map((values) => ({ datatype: 'INT32', dtype: 'int32', values: Int32Array.from(values) }) as const),
      fc.array(fc.uint8Array()).map((values) => ({ datatype: 'BYTES', dtype: 'string', values }) as const),
    );
    fc.assert(
      fc.property(tensors, fc.nat(9), ({ datatype, ...tensor }, offset) => {
        const shape = [tensor.values.length];
        const bytes = bytesOfTensor({ ...tensor, shape });
        const body = new Uint8Array(offset + bytes.length);
        body.set(bytes, offset);
        const read = tensorOfBytes(body.subarray(offset), described(datatype, shape), tensor.dtype);
        expect(read).toEqual({ ...tensor, shape });
      }),
    );
  });
});
