import { answered, bool, float, type GateCase, operation, refused } from '../../gate/gate_cases/case.ts';

const rows = float([2, 2], [1, 2, 3, 4]);
const others = float([2, 2], [-1, -2, -3, -4]);
const choice = (op: 'Select' | 'SelectV2', asked: GateCase['asked']): GateCase =>
  operation(op, op, { c: 'BOOL', t: 'FP32', e: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', asked);

/**
 * Values by the documentation of tf.raw_ops.Select and SelectV2. A vector condition selects rows in Select and is
 * broadcast in SelectV2.
 */
export const SELECT_CASES: readonly GateCase[] = [
  choice('Select', [
    answered(
      'a list of conditions chooses rows',
      { c: bool([2], [1, 0]), t: rows, e: others },
      float([2, 2], [1, 2, -3, -4]),
    ),
    answered('a scalar', { c: bool([], [0]), t: rows, e: others }, others),
    answered(
      'a condition for each element',
      { c: bool([2, 2], [1, 0, 0, 1]), t: rows, e: others },
      float([2, 2], [1, -2, -3, 4]),
    ),
    answered(
      'NaN that is not chosen',
      { c: bool([2], [1, 0]), t: float([2], [1, Number.NaN]), e: float([2], [Number.NaN, 2]) },
      float([2], [1, 2]),
    ),
    answered('no rows', { c: bool([0]), t: float([0, 2]), e: float([0, 2]) }, float([0, 2])),
    answered(
      'images by their batch',
      { c: bool([2], [0, 1]), t: float([2, 1, 1, 2], [1, 2, 3, 4]), e: float([2, 1, 1, 2], [5, 6, 7, 8]) },
      float([2, 1, 1, 2], [5, 6, 3, 4]),
    ),
    refused(
      'more conditions than rows',
      { c: bool([3], [1, 0, 1]), t: rows, e: others },
      /does not choose rows/,
    ),
  ]),
  choice('SelectV2', [
    answered(
      'a list of conditions is stretched over rows',
      { c: bool([2], [1, 0]), t: rows, e: others },
      float([2, 2], [1, -2, 3, -4]),
    ),
    answered(
      'a scalar that is stretched',
      { c: bool([2, 1], [1, 0]), t: rows, e: float([], [9]) },
      float([2, 2], [1, 2, 9, 9]),
    ),
  ]),
];
