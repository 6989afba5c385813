import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Signature, TensorInfo } from '../../../worker/model/signature.ts';
import { announcesBreaking, compareSignatures } from '../../../worker/registry/version/compatibility.ts';

const tensors = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', '__proto__'),
  fc.record({
    name: fc.constantFrom('p:0', 'q:0'),
    dtype: fc.constantFrom('float32' as const, 'int32' as const),
    shape: fc.option(fc.array(fc.constantFrom(-1, 1, 2), { maxLength: 2 })),
  }),
);
const signature: fc.Arbitrary<Signature> = fc.record({
  method: fc.constantFrom('tensorflow/serving/predict' as const, 'tensorflow/serving/classify' as const),
  inputs: tensors,
  outputs: tensors,
});
const signatures = fc.dictionary(fc.constantFrom('serving_default', 'other'), signature);

const breaks = (before: Parameters<typeof compareSignatures>[0], after: typeof before): boolean =>
  compareSignatures(before, after).some(({ isBreaking }) => isBreaking);

/** A tensor that a client may send or receive. */
interface Value {
  readonly dtype: string;
  readonly shape: readonly number[];
}
const values: readonly Value[] = ['float32', 'int32'].flatMap((dtype) =>
  [[], [1], [2], [3], [1, 1], [1, 2], [2, 1], [2, 2], [3, 3], [1, 1, 1]].map((shape) => ({ dtype, shape })),
);
const fits = (value: Value, { dtype, shape }: TensorInfo): boolean =>
  value.dtype === dtype &&
  (shape === null ||
    (shape.length === value.shape.length &&
      shape.every((size, axis) => size === -1 || size === value.shape[axis])));

describe('versions', () => {
  test('do not differ from themselves', () => {
    return fc.assert(
      fc.property(signatures, (one) => {
        expect(compareSignatures(one, one)).toEqual([]);
      }),
    );
  });

  test('break a client by one input or output exactly if a client can observe the change', () => {
    const tensor = tensors
      .filter((found) => Object.keys(found).length > 0)
      .map((found) => Object.values(found)[0]);
    const with_ = (x: TensorInfo, y: TensorInfo) => ({
      s: { method: 'tensorflow/serving/predict' as const, inputs: { x }, outputs: { y } },
    });
    return fc.assert(
      fc.property(tensor, tensor, (before, after) => {
        if (before === undefined || after === undefined) return;
        const requestsStillFit = values.every((value) => !fits(value, before) || fits(value, after));
        expect(breaks(with_(before, before), with_(after, before))).toBe(!requestsStillFit);
        const answersStillFit = values.every((value) => !fits(value, after) || fits(value, before));
        expect(breaks(with_(before, before), with_(before, after))).toBe(!answersStillFit);
      }),
    );
  });

  test('that are each compatible with the one before are compatible together', () => {
    return fc.assert(
      fc.property(signatures, signatures, signatures, (first, second, third) => {
        fc.pre(!breaks(first, second) && !breaks(second, third));
        expect(breaks(first, third)).toBe(false);
      }),
      { numRuns: 50, maxSkipsPerRun: 1000 },
    );
  });
});

const info = (shape: TensorInfo['shape'], others: Partial<TensorInfo> = {}): TensorInfo => ({
  name: 't:0',
  dtype: 'float32',
  shape,
  ...others,
});
const predict = (
  inputs: Record<string, TensorInfo>,
  outputs: Record<string, TensorInfo>,
): { serving_default: Signature } => ({
  serving_default: { method: 'tensorflow/serving/predict', inputs, outputs },
});
const BEFORE = predict({ x: info([-1, 3]) }, { y: info([-1, 2]), z: info([-1]) });
const { x } = BEFORE.serving_default.inputs;
const { y, z } = BEFORE.serving_default.outputs;
if (x === undefined || y === undefined || z === undefined) throw new Error('the signature has them');

test.for<[string, Parameters<typeof compareSignatures>[1], boolean, string]>([
  ['a signature is gone', {}, true, 'signature "serving_default" is gone'],
  ['a signature is new', { ...BEFORE, other: BEFORE.serving_default }, false, 'signature "other" is new'],
  [
    'the method changed',
    { serving_default: { ...BEFORE.serving_default, method: 'tensorflow/serving/classify' } },
    true,
    'serving_default: the method is tensorflow/serving/classify and was tensorflow/serving/predict',
  ],
  ['an input is gone', predict({}, { y, z }), true, 'serving_default: input "x" is gone'],
  ['an input is new', predict({ x, w: info([1]) }, { y, z }), true, 'serving_default: input "w" is new'],
  [
    'an input has another dtype',
    predict({ x: info([-1, 3], { dtype: 'int32' }) }, { y, z }),
    true,
    'serving_default: input "x" is int32 and was float32',
  ],
  [
    'an input takes less',
    predict({ x: info([1, 3]) }, { y, z }),
    true,
    'serving_default: input "x" has shape [1, 3] and had [?, 3]',
  ],
  [
    'an input takes more',
    predict({ x: info([-1, -1]) }, { y, z }),
    false,
    'serving_default: input "x" has shape [?, ?] and had [?, 3]',
  ],
  ['an output is gone', predict({ x }, { y }), true, 'serving_default: output "z" is gone'],
  ['an output is new', predict({ x }, { y, z, w: z }), false, 'serving_default: output "w" is new'],
  [
    'an output promises more',
    predict({ x }, { y: info([1, 2]), z }),
    false,
    'serving_default: output "y" has shape [1, 2] and had [?, 2]',
  ],
  [
    'an output promises less',
    predict({ x }, { y: info([-1, -1]), z }),
    true,
    'serving_default: output "y" has shape [?, ?] and had [?, 2]',
  ],
  [
    'classes are named',
    predict({ x }, { y: { ...y, classes: ['a', 'b'] }, z }),
    false,
    'serving_default: output "y" names its classes now',
  ],
])('if %s, the report says so', ([, after, isBreaking, what]) => {
  expect(compareSignatures(BEFORE, after)).toEqual([{ isBreaking, what }]);
});

test('a second output beside a single one breaks: answers of one output have no names', () => {
  const after = predict({ x }, { y, z });
  expect(breaks(predict({ x }, { y }), after)).toBe(true);
});

test('an input that takes fewer values breaks clients, and one that takes more does not', () => {
  const ranged = (...range: (readonly [number, number])[]) =>
    predict({ x: range[0] === undefined ? x : { ...x, range: [range[0][0], range[0][1]] } }, { y, z });
  expect(compareSignatures(ranged([0, 255]), ranged([-128, 127]))).toEqual([
    {
      isBreaking: true,
      what: 'serving_default: input "x" takes values from -128 to 127 and took values from 0 to 255',
    },
  ]);
  expect(compareSignatures(ranged([0, 255]), ranged())).toEqual([
    { isBreaking: false, what: 'serving_default: input "x" takes any value and took values from 0 to 255' },
  ]);
  expect(breaks(ranged(), ranged([0, 255]))).toBe(true);
  expect(breaks(ranged([0, 255]), ranged([0, 65535]))).toBe(false);
  expect(compareSignatures(ranged([0, 255]), ranged([0, 255]))).toEqual([]);
});

test('other classes break: a client knows them by position', () => {
  const classes = (...names: string[]) => predict({ x }, { y: { ...y, classes: names }, z });
  expect(breaks(classes('a', 'b'), classes('b', 'a'))).toBe(true);
  expect(breaks(classes('a', 'b'), BEFORE)).toBe(true);
  expect(compareSignatures(classes('a', 'b'), classes('a', 'b'))).toEqual([]);
});

test.for<[string, string, boolean]>([
  ['1.2.3', '2.0.0', true],
  ['1.2.3', '1.3.0', false],
  ['2.0.0', '1.9.9', false],
  ['1', '2', false],
  ['1', '2.0.0', false],
  ['1.0.0', '2', false],
])('after %s, %s announces breaking changes: %s', ([current, candidate, announced]) => {
  expect(announcesBreaking(current, candidate)).toBe(announced);
});

test('an input that took any shape, whatever its signature says, takes less with that shape alone', () => {
  const any = predict({ x: info([-1, 3], { anyShape: true }) }, { y, z });
  expect(compareSignatures(any, any)).toEqual([]);
  expect(compareSignatures(any, BEFORE)).toEqual([
    { isBreaking: true, what: 'serving_default: input "x" has shape [?, 3] and had of any rank' },
  ]);
  expect(compareSignatures(BEFORE, any)).toMatchObject([{ isBreaking: false }]);
});
