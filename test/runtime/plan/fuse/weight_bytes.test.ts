import { expect, test } from 'vitest';
import { weightBytes } from '../../../../worker/runtime/plan/fuse/integers/weight_bytes.ts';

const stored = { address: 64, zero: 120 };

test.each([
  { lowest: -127, highest: 127, factor: 0, zero: 120 },
  { lowest: -120, highest: 134, factor: 7, zero: 127 },
  { lowest: -135, highest: 100, factor: -8, zero: 112 },
  { lowest: 0, highest: 254, factor: 127, zero: 247 },
])('weights from $lowest to $highest are bytes around $zero', ({ lowest, highest, factor, zero }) => {
  const found = weightBytes({ kind: 'full', stored }, { lowest, highest });
  expect(found).toEqual({ kind: 'shifted', factor, stored: { address: 64, zero } });
  expect(highest - factor).toBeLessThanOrEqual(127);
  expect(lowest - factor).toBeGreaterThanOrEqual(-127);
});

test('weights of all 256 integers are not computed in bytes', () => {
  expect(weightBytes({ kind: 'full', stored }, { lowest: -128, highest: 127 })).toBeUndefined();
});

test('weights of a depthwise convolution are one byte, or the sum of two', () => {
  const depthwise = { kind: 'depthwise', stored: undefined } as const;
  const one = { kind: 'shifted', factor: 0, stored: undefined };
  expect(weightBytes(depthwise, { lowest: -127, highest: 12 })).toEqual(one);
  for (const [lowest, highest] of [
    [-128, 12],
    [0, 128],
    [-130, 130],
  ] as const)
    expect(weightBytes(depthwise, { lowest, highest })).toEqual({ kind: 'split' });
});
