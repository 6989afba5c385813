import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeExamples } from '../../../scripts/rehearsal/generated_examples.ts';
import { compareOutputs, notFiniteValues } from '../../../scripts/rehearsal/golden_comparison.ts';
import { parseTensorFlowJson } from '../../../scripts/rehearsal/tensorflow_json.ts';
import type { DataType } from '../../../worker/model/dtype.ts';
import type { Signature } from '../../../worker/model/signature.ts';

const signature = (dtype: DataType): Signature => ({
  method: 'tensorflow/serving/predict',
  inputs: { x: { name: 'x:0', dtype, shape: [-1, 3] } },
  outputs: { y: { name: 'y:0', dtype, shape: null }, z: { name: 'z:0', dtype, shape: null } },
});

const compare = (golden: unknown, actual: unknown, dtype: DataType = 'float32', tolerance?: number) =>
  compareOutputs(
    { outputs: { y: golden }, ...(tolerance === undefined ? {} : { tolerance }) },
    { y: actual },
    signature(dtype),
  ).disagreements;

describe('golden outputs', () => {
  test('agree with themselves, whatever they are', () => {
    const leaf = fc.oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom('NaN', 'Infinity', '-Infinity'),
    );
    return fc.assert(
      fc.property(fc.array(fc.array(leaf)), (values) => {
        expect(compare(values, values)).toEqual([]);
      }),
    );
  });

  test('agree with values within the tolerance, and not with values beyond it', () => {
    return fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-6, max: 1, noNaN: true }),
        (value, tolerance) => {
          const allowed = tolerance * Math.max(1, Math.abs(value));
          expect(compare([value], [value + allowed * 0.9], 'float32', tolerance)).toEqual([]);
          expect(compare([value], [value + allowed * 1.1], 'float32', tolerance)).toHaveLength(1);
        },
      ),
    );
  });

  test.for<[string, unknown, unknown, DataType, RegExp]>([
    ['another value', [1, 2], [1, 3], 'float32', /^output y at \[1\] is 3 and not 2 \(tolerance 0\.0001\)$/],
    ['NaN for a number', [1], ['NaN'], 'float32', /at \[0\] is "NaN" and not 1/],
    ['a number for NaN', ['NaN'], [1], 'float32', /is 1 and not "NaN"/],
    ['the other infinity', ['Infinity'], ['-Infinity'], 'float32', /is "-Infinity" and not "Infinity"/],
    ['another integer', [10_000], [10_001], 'int32', /is 10001 and not 10000 \(tolerance 0\)/],
    ['another text', ['a'], ['b'], 'string', /is "b" and not "a"$/],
    ['other bytes', [{ b64: 'AA==' }], [{ b64: 'AQ==' }], 'string', /AQ==/],
    ['fewer rows', [[1], [2]], [[1]], 'float32', /it has 1 elements and the golden one has 2$/],
    ['another rank', [[1]], [1], 'float32', /a different number of dimensions/],
  ])('disagree with %s', ([, golden, actual, dtype, expected]) => {
    expect(compare(golden, actual, dtype)).toEqual([expect.stringMatching(expected)]);
  });

  test('may have a tolerance for each output', () => {
    const golden = { outputs: { y: [1], z: [1] }, tolerance: 0.1, tolerances: { z: 1 } };
    const compared = compareOutputs(golden, { y: [1.5], z: [1.5] }, signature('float32'));
    expect(compared.disagreements).toEqual([expect.stringMatching(/^output y .*tolerance 0\.1/)]);
    expect(compared.largestDifference).toBe(0.5);
  });

  test('that are missing are reported', () => {
    expect(compareOutputs({ outputs: { y: 1 } }, {}, signature('float32')).disagreements).toEqual([
      'output y is missing',
    ]);
  });
});

test('values that are not numbers are counted', () => {
  expect(
    notFiniteValues(
      {
        y: [
          [1, 'NaN'],
          ['Infinity', 2],
        ],
        z: [1],
      },
      signature('float32'),
    ),
  ).toEqual(['output y has NaN in 2 of 4 values']);
  expect(notFiniteValues({ y: ['NaN'] }, signature('string'))).toEqual([]);
});

test("TensorFlow Serving's JSON keeps its texts, and its bare tokens become texts", () => {
  expect(parseTensorFlowJson('{"a NaN":[NaN,-Infinity,Infinity,"NaN, \\"Infinity\\"",-1]}')).toEqual({
    'a NaN': ['NaN', '-Infinity', 'Infinity', 'NaN, "Infinity"', -1],
  });
  return fc.assert(
    fc.property(fc.json(), (json) => {
      expect(parseTensorFlowJson(json)).toEqual(JSON.parse(json));
    }),
  );
});

test('made examples are the same every time, fit their signature, and differ by seed', () => {
  for (const dtype of ['float32', 'int32', 'bool', 'string'] as const) {
    const signatures = { serving_default: signature(dtype) };
    const [made] = makeExamples(signatures, 1);
    expect(makeExamples(signatures, 1)).toEqual([made]);
    const type = dtype === 'bool' ? 'boolean' : dtype === 'string' ? 'string' : 'number';
    expect(made?.inputs.x).toEqual([[1, 2, 3].map(() => expect.toSatisfy((value) => typeof value === type))]);
  }
  const float = { serving_default: signature('float32') };
  expect(makeExamples(float, 2)).not.toEqual(makeExamples(float, 1));
  // The inputs of earlier recordings are generated again, so this rule must not change.
  expect(makeExamples(float, 1)).toEqual([
    { signature_name: 'serving_default', inputs: { x: [[0.769, -0.079, -0.155]] } },
  ]);
});

test('no example is made if a shape is unknown', () => {
  const open = { name: 'x:0', dtype: 'float32' as const, shape: [-1, -1] };
  expect(makeExamples({ a: { ...signature('float32'), inputs: { x: open } } }, 1)).toEqual([]);
});
