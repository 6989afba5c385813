import {
  answered,
  answeredNearly,
  bool,
  float,
  type GateCase,
  int,
  operation,
  strings,
} from '../../../gate/gate_cases/case.ts';

/** Values by the documentation of tf.sparse.softmax and tf.sparse.fill_empty_rows. */
export const EMPTY_ROW_CASES: readonly GateCase[] = [
  operation(
    'SparseSoftmax',
    'SparseSoftmax',
    { places: 'INT32', values: 'FP32', shape: 'INT32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answeredNearly(
        'shares of what a row has',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [7, 0, 1.0986123]),
          shape: int([2], [2, 3]),
        },
        float([3], [1, 0.25, 0.75]),
      ),
      answered(
        'far apart',
        { places: int([2, 2], [0, 0, 0, 1]), values: float([2], [1000, -1000]), shape: int([2], [1, 2]) },
        float([2], [1, 0]),
      ),
      answered('nothing', { places: int([0, 2]), values: float([0]), shape: int([2], [2, 2]) }, float([0])),
    ],
  ),
  operation(
    'SparseFillEmptyRows of strings, places',
    'SparseFillEmptyRows',
    { places: 'INT32', values: 'BYTES', shape: 'INT32', otherwise: 'BYTES' },
    { T: { type: 'DT_STRING' } },
    'INT32',
    [
      answered(
        'a row of three',
        {
          places: int([2, 2], [0, 1, 2, 0]),
          values: strings([2], ['a', 'b']),
          shape: int([2], [3, 2]),
          otherwise: strings([], ['-']),
        },
        int([3, 2], [0, 1, 1, 0, 2, 0]),
      ),
      answered(
        'all rows',
        { places: int([0, 2]), values: strings([0]), shape: int([2], [2, 2]), otherwise: strings([], ['-']) },
        int([2, 2], [0, 0, 1, 0]),
      ),
    ],
  ),
  operation(
    'SparseFillEmptyRows of strings, values',
    'SparseFillEmptyRows',
    { places: 'INT32', values: 'BYTES', shape: 'INT32', otherwise: 'BYTES' },
    { T: { type: 'DT_STRING' } },
    'BYTES',
    [
      answered(
        'a row of three',
        {
          places: int([2, 2], [0, 1, 2, 0]),
          values: strings([2], ['a', 'b']),
          shape: int([2], [3, 2]),
          otherwise: strings([], ['-']),
        },
        strings([3], ['a', '-', 'b']),
      ),
      answered(
        'all rows',
        { places: int([0, 2]), values: strings([0]), shape: int([2], [2, 2]), otherwise: strings([], ['-']) },
        strings([2], ['-', '-']),
      ),
    ],
    1,
  ),
  operation(
    'SparseFillEmptyRows of strings, rows that were empty',
    'SparseFillEmptyRows',
    { places: 'INT32', values: 'BYTES', shape: 'INT32', otherwise: 'BYTES' },
    { T: { type: 'DT_STRING' } },
    'BOOL',
    [
      answered(
        'a row of three',
        {
          places: int([2, 2], [0, 1, 2, 0]),
          values: strings([2], ['a', 'b']),
          shape: int([2], [3, 2]),
          otherwise: strings([], ['-']),
        },
        bool([3], [0, 1, 0]),
      ),
      answered(
        'all rows',
        { places: int([0, 2]), values: strings([0]), shape: int([2], [2, 2]), otherwise: strings([], ['-']) },
        bool([2], [1, 1]),
      ),
    ],
    2,
  ),
  operation(
    'SparseFillEmptyRows of strings, where the values are',
    'SparseFillEmptyRows',
    { places: 'INT32', values: 'BYTES', shape: 'INT32', otherwise: 'BYTES' },
    { T: { type: 'DT_STRING' } },
    'INT32',
    [
      answered(
        'a row of three',
        {
          places: int([2, 2], [0, 1, 2, 0]),
          values: strings([2], ['a', 'b']),
          shape: int([2], [3, 2]),
          otherwise: strings([], ['-']),
        },
        int([2], [0, 2]),
      ),
      answered(
        'all rows',
        { places: int([0, 2]), values: strings([0]), shape: int([2], [2, 2]), otherwise: strings([], ['-']) },
        int([0]),
      ),
    ],
    3,
  ),
  operation(
    'SparseFillEmptyRows of truths',
    'SparseFillEmptyRows',
    { places: 'INT32', values: 'BOOL', shape: 'INT32', otherwise: 'BOOL' },
    { T: { type: 'DT_BOOL' } },
    'BOOL',
    [
      answered(
        'a row of two',
        {
          places: int([1, 2], [1, 0]),
          values: bool([1], [0]),
          shape: int([2], [2, 1]),
          otherwise: bool([], [1]),
        },
        bool([2], [1, 0]),
      ),
    ],
    1,
  ),
];
