import fc from 'fast-check';
import { expect, test } from 'vitest';
import { floatOfInteger, integerOfFloat } from '../../../../worker/runtime/plan/prepared/float_bits.ts';
import { readPlanFile, writePlanFile } from '../../../../worker/runtime/plan/prepared/plan_file.ts';
import type { PreparedPlan } from '../../../../worker/runtime/plan/prepared/prepared_plan.ts';

const plan: PreparedPlan = {
  buffers: [32, 24],
  constants: [
    { kind: 'panels', weight: 'matrix', k: 4, n: 3, transposed: false },
    { kind: 'bytes', bytes: 12 },
    { kind: 'elements', weight: 'bias' },
  ],
  hasCopies: false,
  preparation: [],
  steps: [
    ['gemm', 0, 0, 4, 2, 0, 3, 0, -1, 0, 1, 0, 3, 2, 4, 3, -8388608, 2139095040, -1, 0],
    {
      kernel: 'Softmax',
      isList: false,
      inputs: [{ name: 'logits', range: 1, shape: [2, 3], dtype: 'float32' }],
      attributes: { dim: -1 },
      outputs: [{ range: 1, shape: [2, 3], dtype: 'float32' }],
    },
  ],
  inputs: [{ name: 'x', buffer: 0 }],
  outputs: [{ name: 'y', dtype: 'float32', shape: [2, 3], range: 1 }],
};
const data = Uint8Array.from({ length: 12 }, (_, index) => 200 + index);

test('a file has a plan and the bytes of its constants', () => {
  expect(readPlanFile(writePlanFile({ plan, data }))).toEqual({ plan, data });
});

test('a file is also read in the middle of other bytes', () => {
  const file = writePlanFile({ plan, data });
  const around = new Uint8Array(file.length + 7);
  around.set(file, 3);
  expect(readPlanFile(around.subarray(3, 3 + file.length))).toEqual({ plan, data });
});

test('a file that ends early, or has more bytes, is damaged', () => {
  const file = writePlanFile({ plan, data });
  for (let length = 0; length < file.length; length++)
    expect(readPlanFile(file.subarray(0, length)), `${length} bytes`).toBeUndefined();
  expect(readPlanFile(new Uint8Array([...file, 0]))).toBeUndefined();
});

test.each<[string, object]>([
  ['an unknown member', { extra: 1 }],
  ['a buffer of a negative size', { buffers: [-1, 24] }],
  ['a buffer of half a byte', { buffers: [32.5, 24] }],
  ['a buffer beyond 32 bits', { buffers: [2 ** 31, 24] }],
  ['an unknown kind of a constant', { constants: [{ kind: 'address', address: 16 }] }],
  ['a string as an output', { outputs: [{ name: 'y', dtype: 'string', shape: [1], range: 1 }] }],
  ['a call without a name', { steps: [[1, 2, 3]] }],
  [
    'a shape of too many sizes',
    { outputs: [{ name: 'y', dtype: 'int32', shape: Array(9).fill(1), range: 1 }] },
  ],
])('a plan with %s is damaged', (_, change) => {
  const changed: PreparedPlan = { ...plan, ...change };
  expect(readPlanFile(writePlanFile({ plan: changed, data }))).toBeUndefined();
});

test('no bytes break the reader', () => {
  const file = writePlanFile({ plan, data });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      (changes) => {
        const changed = file.slice();
        for (const [at, byte] of changes) changed[at] = byte;
        const read = readPlanFile(changed);
        expect(read === undefined || read.data.length === data.length).toBe(true);
      },
    ),
  );
});

test('every float keeps its bits', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (bits) => {
      const value = floatOfInteger(bits);
      const again = floatOfInteger(integerOfFloat(value));
      expect(Object.is(again, value)).toBe(true);
      if (!Number.isNaN(value)) expect(integerOfFloat(value)).toBe(bits);
    }),
  );
  expect([Number.POSITIVE_INFINITY, -0, 1].map(integerOfFloat)).toEqual([0x7f800000, -(2 ** 31), 0x3f800000]);
});
