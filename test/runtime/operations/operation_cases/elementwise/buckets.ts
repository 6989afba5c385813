import { answered, float, type GateCase, int, operation, refused } from '../../../gate/gate_cases/case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const buckets = (
  dtype: 'FP32' | 'INT32',
  boundaries: readonly number[],
  asked: GateCase['asked'],
): GateCase =>
  operation(
    `Bucketize of ${dtype} between [${boundaries}]`,
    'Bucketize',
    { x: dtype },
    {
      T: { type: dtype === 'FP32' ? 'DT_FLOAT' : 'DT_INT32' },
      boundaries: { list: { f: boundaries } },
    },
    'INT32',
    asked,
  );

/** A value lies in the bucket behind the boundaries that are not above it, as Bucketize says. */
export const BUCKET_CASES: readonly GateCase[] = [
  buckets(
    'FP32',
    [0, 10, 100],
    [
      answered(
        'the example of its documentation',
        { x: float([3, 2], [-5, 10000, 150, 10, 5, 100]) },
        int([3, 2], [0, 3, 3, 2, 1, 3]),
      ),
      answered('infinities and NaN', { x: float([3], [-infinity, infinity, nan]) }, int([3], [0, 3, 3])),
      answered('no values', { x: float([0]) }, int([0])),
    ],
  ),
  buckets(
    'INT32',
    [0.5, 0.5, 2],
    [
      answered(
        'integers, and an empty bucket',
        { x: int([4], [0, 1, 2, -2147483648]) },
        int([4], [0, 2, 3, 0]),
      ),
    ],
  ),
  buckets('FP32', [1, 0], [refused('boundaries that fall', { x: float([1], [1]) }, /are not sorted/)]),
];
