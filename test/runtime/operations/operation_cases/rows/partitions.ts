import {
  answered,
  bool,
  float,
  type GateCase,
  int,
  operation,
  refused,
  strings,
} from '../../../gate/gate_cases/case.ts';

const T = { T: { type: 'DT_FLOAT' } };
const rows = float([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]);

function partition(index: number, asked: GateCase['asked']): GateCase {
  return operation(
    `DynamicPartition, the list ${index}`,
    'DynamicPartition',
    { data: 'FP32', partitions: 'INT32' },
    { ...T, num_partitions: { i: '3' } },
    'FP32',
    asked,
    index,
  );
}

const stitch = (op: string, asked: GateCase['asked']): GateCase =>
  operation(op, op, { i: 'INT32', j: 'INT32', a: 'FP32', b: 'FP32' }, { ...T, N: { i: '2' } }, 'FP32', asked);

const scattered = (name: string, wanted: readonly number[]): GateCase =>
  operation(
    `TensorScatter${name}`,
    `TensorScatter${name}`,
    { x: 'FP32', indices: 'INT32', updates: 'FP32' },
    T,
    'FP32',
    [
      answered(
        'one place twice',
        {
          x: float([3], [10, 10, 10]),
          indices: int([3, 1], [2, 0, 2]),
          updates: float([3], [1, 12, 20]),
        },
        float([3], wanted),
      ),
      answered(
        'no updates',
        { x: float([1], [4]), indices: int([0, 1]), updates: float([0]) },
        float([1], [4]),
      ),
      refused(
        'a place that there is not',
        { x: float([1], [4]), indices: int([1, 1], [1]), updates: float([1], [1]) },
        /the index 1 is not in/,
      ),
    ],
  );

const reversed = (batch: number, sequence: number, asked: GateCase['asked']): GateCase =>
  operation(
    `ReverseSequence along ${sequence}, the batch along ${batch}`,
    'ReverseSequence',
    { x: 'FP32', lengths: 'INT32' },
    { ...T, batch_dim: { i: String(batch) }, seq_dim: { i: String(sequence) } },
    'FP32',
    asked,
  );

/** Values by the documentation of each operation. */
export const PARTITION_CASES: readonly GateCase[] = [
  partition(0, [
    answered('two rows', { data: rows, partitions: int([4], [0, 2, 0, 2]) }, float([2, 2], [1, 2, 5, 6])),
    answered('none', { data: rows, partitions: int([4], [2, 2, 2, 2]) }, float([0, 2])),
    answered('no rows', { data: float([0, 2]), partitions: int([0]) }, float([0, 2])),
    refused(
      'a list that there is not',
      { data: rows, partitions: int([4], [0, 3, 0, 0]) },
      /partition 3 is not in/,
    ),
    refused('fewer than rows', { data: rows, partitions: int([2], [0, 0]) }, /do not fit/),
  ]),
  partition(2, [
    answered(
      'elements of two dimensions',
      { data: rows, partitions: int([4, 2], [0, 2, 0, 0, 2, 0, 0, 2]) },
      float([3], [2, 5, 8]),
    ),
  ]),
  operation(
    'DynamicPartition of strings',
    'DynamicPartition',
    { data: 'BYTES', partitions: 'INT32' },
    { T: { type: 'DT_STRING' }, num_partitions: { i: '2' } },
    'BYTES',
    [
      answered(
        'the second list',
        { data: strings([3], ['a', 'b', 'c']), partitions: int([3], [1, 0, 1]) },
        strings([2], ['a', 'c']),
      ),
    ],
    1,
  ),
  stitch('DynamicStitch', [
    answered(
      'rows from two lists',
      {
        i: int([2], [3, 0]),
        j: int([2], [1, 2]),
        a: float([2, 1], [30, 0]),
        b: float([2, 1], [10, 20]),
      },
      float([4, 1], [0, 10, 20, 30]),
    ),
    answered(
      'the last of two rows for one place',
      { i: int([1], [0]), j: int([2], [0, 1]), a: float([1], [5]), b: float([2], [6, 7]) },
      float([2], [6, 7]),
    ),
    answered(
      'a scalar index',
      { i: int([], [1]), j: int([1], [0]), a: float([2], [3, 4]), b: float([1, 2], [1, 2]) },
      float([2, 2], [1, 2, 3, 4]),
    ),
    answered('nothing', { i: int([0]), j: int([0]), a: float([0]), b: float([0]) }, float([0])),
    refused(
      'rows of different sizes',
      { i: int([1], [0]), j: int([1], [1]), a: float([1, 2], [1, 2]), b: float([1, 1], [1]) },
      /do not fit/,
    ),
    refused(
      'a negative place',
      { i: int([1], [-1]), j: int([1], [1]), a: float([1], [1]), b: float([1], [1]) },
      /the index -1 is negative/,
    ),
  ]),
  stitch('ParallelDynamicStitch', [
    answered(
      'rows from two lists',
      { i: int([1], [1]), j: int([1], [0]), a: float([1], [8]), b: float([1], [9]) },
      float([2], [9, 8]),
    ),
  ]),
  operation('InvertPermutation', 'InvertPermutation', { x: 'INT32' }, { T: { type: 'DT_INT32' } }, 'INT32', [
    answered('the example of its documentation', { x: int([5], [3, 4, 0, 2, 1]) }, int([5], [2, 4, 3, 0, 1])),
    answered('nothing', { x: int([0]) }, int([0])),
    refused('one place twice', { x: int([2], [1, 1]) }, /1 stands twice/),
    refused('a place outside', { x: int([2], [0, 2]) }, /2 is not in \[0, 2\)/),
  ]),
  scattered('Add', [22, 10, 31]),
  scattered('Sub', [-2, 10, -11]),
  scattered('Max', [12, 10, 20]),
  scattered('Min', [10, 10, 1]),
  operation(
    'TensorScatterAdd of int64',
    'TensorScatterAdd',
    { x: 'INT32', indices: 'INT32', updates: 'INT32' },
    { T: { type: 'DT_INT64' } },
    'INT32',
    [
      answered(
        'a row',
        { x: int([2, 2], [1, 2, 3, 4]), indices: int([1, 1], [1]), updates: int([1, 2], [10, 20]) },
        int([2, 2], [1, 2, 13, 24]),
      ),
      refused(
        'a sum that does not fit',
        { x: int([1], [2147483647]), indices: int([1, 1], [0]), updates: int([1], [1]) },
        /does not fit 32 bits/,
      ),
    ],
  ),
  reversed(0, 1, [
    answered(
      'lengths of 0, of some and of all',
      { x: float([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]), lengths: int([3], [0, 2, 3]) },
      float([3, 3], [1, 2, 3, 5, 4, 6, 9, 8, 7]),
    ),
    answered('no elements', { x: float([0, 3]), lengths: int([0]) }, float([0, 3])),
    refused(
      'a length that is too large',
      { x: float([1, 2], [1, 2]), lengths: int([1], [3]) },
      /length of 3 is not in/,
    ),
    refused('a negative length', { x: float([1, 2], [1, 2]), lengths: int([1], [-1]) }, /length of -1/),
    refused(
      'fewer lengths than rows',
      { x: float([2, 2], [1, 2, 3, 4]), lengths: int([1], [1]) },
      /not one for each/,
    ),
  ]),
  reversed(1, 0, [
    answered(
      'rows of vectors',
      { x: float([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), lengths: int([2], [2, 1]) },
      float([2, 2, 2], [5, 6, 3, 4, 1, 2, 7, 8]),
    ),
  ]),
  ...([false, true] as const).map((isTurned) =>
    operation(
      `SparseTensorDenseMatMul${isTurned ? ' of transposed matrices' : ''}`,
      'SparseTensorDenseMatMul',
      { places: 'INT32', values: 'FP32', shape: 'INT32', dense: 'FP32' },
      { ...T, adjoint_a: { b: isTurned }, adjoint_b: { b: isTurned } },
      'FP32',
      [
        answered(
          'two values of one row, and a row without any',
          {
            places: int([2, 2], isTurned ? [0, 1, 2, 1] : [1, 0, 1, 2]),
            values: float([2], [2, 3]),
            shape: int([2], isTurned ? [3, 2] : [2, 3]),
            dense: isTurned ? float([2, 3], [1, 2, 3, 10, 20, 30]) : float([3, 2], [1, 10, 2, 20, 3, 30]),
          },
          float([2, 2], [0, 0, 11, 110]),
        ),
        refused(
          'sizes that do not fit',
          {
            places: int([1, 2], [0, 0]),
            values: float([1], [1]),
            shape: int([2], [5, 5]),
            dense: float([2, 3], [1, 2, 3, 4, 5, 6]),
          },
          /have no product/,
        ),
      ],
    ),
  ),
  operation('Roll', 'Roll', { x: 'FP32', shift: 'INT32', axis: 'INT32' }, T, 'FP32', [
    answered(
      'the first example of its documentation',
      { x: float([5], [0, 1, 2, 3, 4]), shift: int([], [2]), axis: int([], [0]) },
      float([5], [3, 4, 0, 1, 2]),
    ),
    answered(
      'two dimensions',
      {
        x: float([2, 5], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        shift: int([2], [1, -2]),
        axis: int([2], [0, 1]),
      },
      float([2, 5], [7, 8, 9, 5, 6, 2, 3, 4, 0, 1]),
    ),
    answered(
      'one dimension twice, and shifts beyond its size',
      {
        x: float([2, 5], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        shift: int([2], [2, -5]),
        axis: int([2], [-1, 1]),
      },
      float([2, 5], [3, 4, 0, 1, 2, 8, 9, 5, 6, 7]),
    ),
    answered('no elements', { x: float([0, 2]), shift: int([], [1]), axis: int([], [0]) }, float([0, 2])),
    refused(
      'a dimension that there is not',
      { x: float([1], [1]), shift: int([], [1]), axis: int([], [1]) },
      /Roll: the axis 1 is not a dimension/,
    ),
    refused(
      'more shifts than axes',
      { x: float([1], [1]), shift: int([2], [1, 1]), axis: int([], [0]) },
      /Roll: 2 shifts are not one for each of 1 axes/,
    ),
  ]),
  operation(
    'Roll of truths',
    'Roll',
    { x: 'BOOL', shift: 'INT32', axis: 'INT32' },
    { T: { type: 'DT_BOOL' } },
    'BOOL',
    [
      answered(
        'by one',
        { x: bool([3], [1, 0, 0]), shift: int([], [1]), axis: int([], [0]) },
        bool([3], [0, 1, 0]),
      ),
    ],
  ),
  operation(
    'Roll of strings',
    'Roll',
    { x: 'BYTES', shift: 'INT32', axis: 'INT32' },
    { T: { type: 'DT_STRING' } },
    'BYTES',
    [
      answered(
        'back by one',
        { x: strings([3], ['a', 'b', 'c']), shift: int([], [-1]), axis: int([], [0]) },
        strings([3], ['b', 'c', 'a']),
      ),
    ],
  ),
];
