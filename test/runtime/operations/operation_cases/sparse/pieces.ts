import { answered, float, type GateCase, int, operation, refused } from '../../../gate/gate_cases/case.ts';

/** Values by the documentation of tf.sparse.slice and tf.sparse.concat. */
export const SPARSE_PIECE_CASES: readonly GateCase[] = [
  operation(
    'SparseSlice, places',
    'SparseSlice',
    { places: 'INT32', values: 'FP32', shape: 'INT32', start: 'INT32', size: 'INT32' },
    { T: { type: 'DT_FLOAT' } },
    'INT32',
    [
      answered(
        'a part, whose places begin at 0',
        {
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
          start: int([2], [1, 0]),
          size: int([2], [2, 3]),
        },
        int([2, 2], [0, 0, 1, 2]),
      ),
      answered(
        'over the end',
        {
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
          start: int([2], [2, 1]),
          size: int([2], [5, 9]),
        },
        int([1, 2], [0, 1]),
      ),
      answered(
        'beyond the end',
        {
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
          start: int([2], [4, 0]),
          size: int([2], [1, 4]),
        },
        int([0, 2]),
      ),
      refused(
        'a negative start',
        {
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
          start: int([2], [-1, 0]),
          size: int([2], [1, 1]),
        },
        /is negative/,
      ),
    ],
  ),
  operation(
    'SparseConcat, places',
    'SparseConcat',
    { one: 'INT32', other: 'INT32', values: 'FP32', more: 'FP32', shape: 'INT32', another: 'INT32' },
    { T: { type: 'DT_FLOAT' }, N: { i: '2' }, concat_dim: { i: '-1' } },
    'INT32',
    [
      answered(
        'columns, in order again',
        {
          one: int([2, 2], [0, 1, 1, 0]),
          other: int([2, 2], [0, 0, 1, 1]),
          values: float([2], [1, 2]),
          more: float([2], [3, 4]),
          shape: int([2], [2, 2]),
          another: int([2], [2, 3]),
        },
        int([4, 2], [0, 1, 0, 2, 1, 0, 1, 3]),
      ),
      refused(
        'rows of other sizes',
        {
          one: int([1, 2], [0, 1]),
          other: int([1, 2], [0, 0]),
          values: float([1], [1]),
          more: float([1], [3]),
          shape: int([2], [2, 2]),
          another: int([2], [3, 3]),
        },
        /cannot be joined at dimension 1/,
      ),
    ],
  ),
  operation(
    'SparseSlice, values',
    'SparseSlice',
    { places: 'INT32', values: 'FP32', shape: 'INT32', start: 'INT32', size: 'INT32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered(
        'a part, whose places begin at 0',
        {
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
          start: int([2], [1, 0]),
          size: int([2], [2, 3]),
        },
        float([2], [2, 4]),
      ),
      answered(
        'over the end',
        {
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
          start: int([2], [2, 1]),
          size: int([2], [5, 9]),
        },
        float([1], [4]),
      ),
      answered(
        'beyond the end',
        {
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
          start: int([2], [4, 0]),
          size: int([2], [1, 4]),
        },
        float([0]),
      ),
      refused(
        'a negative start',
        {
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
          start: int([2], [-1, 0]),
          size: int([2], [1, 1]),
        },
        /is negative/,
      ),
    ],
    1,
  ),
  operation(
    'SparseConcat, values',
    'SparseConcat',
    { one: 'INT32', other: 'INT32', values: 'FP32', more: 'FP32', shape: 'INT32', another: 'INT32' },
    { T: { type: 'DT_FLOAT' }, N: { i: '2' }, concat_dim: { i: '-1' } },
    'FP32',
    [
      answered(
        'columns, in order again',
        {
          one: int([2, 2], [0, 1, 1, 0]),
          other: int([2, 2], [0, 0, 1, 1]),
          values: float([2], [1, 2]),
          more: float([2], [3, 4]),
          shape: int([2], [2, 2]),
          another: int([2], [2, 3]),
        },
        float([4], [1, 3, 2, 4]),
      ),
      refused(
        'rows of other sizes',
        {
          one: int([1, 2], [0, 1]),
          other: int([1, 2], [0, 0]),
          values: float([1], [1]),
          more: float([1], [3]),
          shape: int([2], [2, 2]),
          another: int([2], [3, 3]),
        },
        /cannot be joined at dimension 1/,
      ),
    ],
    1,
  ),
  operation(
    'SparseSlice, shape',
    'SparseSlice',
    { places: 'INT32', values: 'FP32', shape: 'INT32', start: 'INT32', size: 'INT32' },
    { T: { type: 'DT_FLOAT' } },
    'INT32',
    [
      answered(
        'a part, whose places begin at 0',
        {
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
          start: int([2], [1, 0]),
          size: int([2], [2, 3]),
        },
        int([2], [2, 3]),
      ),
      answered(
        'over the end',
        {
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
          start: int([2], [2, 1]),
          size: int([2], [5, 9]),
        },
        int([2], [1, 3]),
      ),
      answered(
        'beyond the end',
        {
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
          start: int([2], [4, 0]),
          size: int([2], [1, 4]),
        },
        int([2], [0, 4]),
      ),
      refused(
        'a negative start',
        {
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
          start: int([2], [-1, 0]),
          size: int([2], [1, 1]),
        },
        /is negative/,
      ),
    ],
    2,
  ),
  operation(
    'SparseConcat, shape',
    'SparseConcat',
    { one: 'INT32', other: 'INT32', values: 'FP32', more: 'FP32', shape: 'INT32', another: 'INT32' },
    { T: { type: 'DT_FLOAT' }, N: { i: '2' }, concat_dim: { i: '-1' } },
    'INT32',
    [
      answered(
        'columns, in order again',
        {
          one: int([2, 2], [0, 1, 1, 0]),
          other: int([2, 2], [0, 0, 1, 1]),
          values: float([2], [1, 2]),
          more: float([2], [3, 4]),
          shape: int([2], [2, 2]),
          another: int([2], [2, 3]),
        },
        int([2], [2, 5]),
      ),
      refused(
        'rows of other sizes',
        {
          one: int([1, 2], [0, 1]),
          other: int([1, 2], [0, 0]),
          values: float([1], [1]),
          more: float([1], [3]),
          shape: int([2], [2, 2]),
          another: int([2], [3, 3]),
        },
        /cannot be joined at dimension 1/,
      ),
    ],
    2,
  ),
];
