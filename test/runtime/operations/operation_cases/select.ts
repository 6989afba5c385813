import { answered, bool, float, type GateCase, int, operation, refused } from '../../gate/gate_cases/case.ts';

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
    answered(
      'no rows, which a row and a scalar are stretched to',
      { c: bool([0, 2]), t: float([1, 2], [1, 2]), e: float([], [9]) },
      float([0, 2]),
    ),
    answered(
      'conditions that are stretched to no rows',
      { c: bool([1, 2], [1, 0]), t: float([0, 1, 2]), e: float([1], [9]) },
      float([0, 1, 2]),
    ),
    refused(
      'shapes that do not broadcast',
      { c: bool([2], [1, 0]), t: float([0]), e: float([0]) },
      /SelectV2: shapes \[2\] and \[0\] do not broadcast/,
    ),
  ]),
  operation('BroadcastTo', 'BroadcastTo', { x: 'FP32', shape: 'INT32' }, {}, 'FP32', [
    answered(
      'a row for each',
      { x: float([1, 2], [1, 2]), shape: int([2], [2, 2]) },
      float([2, 2], [1, 2, 1, 2]),
    ),
    answered('no rows', { x: float([1, 2], [1, 2]), shape: int([2], [0, 2]) }, float([0, 2])),
    answered('no rows of a scalar', { x: float([], [1]), shape: int([3], [2, 0, 3]) }, float([2, 0, 3])),
    refused(
      'rows to no rows',
      { x: float([2, 2], [1, 2, 3, 4]), shape: int([2], [0, 2]) },
      /cannot be broadcast/,
    ),
  ]),
  ...['DivNoNan', 'MulNoNan', 'Xdivy'].map((op) =>
    operation(`${op} of nothing`, op, { a: 'FP32', b: 'FP32' }, {}, 'FP32', [
      answered('no first elements', { a: float([0]), b: float([1], [2]) }, float([0])),
      answered('no second elements', { a: float([1], [2]), b: float([2, 0]) }, float([2, 0])),
    ]),
  ),
];
