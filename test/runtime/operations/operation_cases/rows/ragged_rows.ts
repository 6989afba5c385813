import {
  answered,
  float,
  type GateCase,
  int,
  operation,
  refused,
  strings,
} from '../../../gate/gate_cases/case.ts';

/** Values by the documentation of tf.RaggedTensor.to_sparse and of tf.gather of ragged tensors. */
export const RAGGED_ROW_CASES: readonly GateCase[] = [
  operation(
    'RaggedTensorToSparse, places',
    'RaggedTensorToSparse',
    { splits: 'INT32', values: 'FP32' },
    { T: { type: 'DT_FLOAT' }, Tsplits: { type: 'DT_INT32' }, RAGGED_RANK: { i: '1' } },
    'INT32',
    [
      answered(
        'rows of three, no and one value',
        { splits: int([4], [0, 3, 3, 4]), values: float([4], [1, 2, 3, 4]) },
        int([4, 2], [0, 0, 0, 1, 0, 2, 2, 0]),
      ),
      answered(
        'rows of pairs',
        { splits: int([3], [0, 1, 1]), values: float([1, 2], [5, 6]) },
        int([2, 3], [0, 0, 0, 0, 0, 1]),
      ),
      answered('no rows', { splits: int([1], [0]), values: float([0]) }, int([0, 2])),
      refused(
        'splits that fall',
        { splits: int([3], [0, 3, 2]), values: float([2], [1, 2]) },
        /do not split/,
      ),
    ],
  ),
  operation(
    'RaggedTensorToSparse of two levels, places',
    'RaggedTensorToSparse',
    { outer: 'INT32', splits: 'INT32', values: 'BYTES' },
    { T: { type: 'DT_STRING' }, Tsplits: { type: 'DT_INT32' }, RAGGED_RANK: { i: '2' } },
    'INT32',
    [
      answered(
        'lists of lists',
        { outer: int([3], [0, 2, 3]), splits: int([4], [0, 1, 1, 3]), values: strings([3], ['a', 'b', 'c']) },
        int([3, 3], [0, 0, 0, 1, 0, 0, 1, 0, 1]),
      ),
    ],
  ),
  operation(
    'RaggedTensorToSparse, values',
    'RaggedTensorToSparse',
    { splits: 'INT32', values: 'FP32' },
    { T: { type: 'DT_FLOAT' }, Tsplits: { type: 'DT_INT32' }, RAGGED_RANK: { i: '1' } },
    'FP32',
    [
      answered(
        'rows of three, no and one value',
        { splits: int([4], [0, 3, 3, 4]), values: float([4], [1, 2, 3, 4]) },
        float([4], [1, 2, 3, 4]),
      ),
      answered(
        'rows of pairs',
        { splits: int([3], [0, 1, 1]), values: float([1, 2], [5, 6]) },
        float([2], [5, 6]),
      ),
      answered('no rows', { splits: int([1], [0]), values: float([0]) }, float([0])),
      refused(
        'splits that fall',
        { splits: int([3], [0, 3, 2]), values: float([2], [1, 2]) },
        /do not split/,
      ),
    ],
    1,
  ),
  operation(
    'RaggedTensorToSparse of two levels, values',
    'RaggedTensorToSparse',
    { outer: 'INT32', splits: 'INT32', values: 'BYTES' },
    { T: { type: 'DT_STRING' }, Tsplits: { type: 'DT_INT32' }, RAGGED_RANK: { i: '2' } },
    'BYTES',
    [
      answered(
        'lists of lists',
        { outer: int([3], [0, 2, 3]), splits: int([4], [0, 1, 1, 3]), values: strings([3], ['a', 'b', 'c']) },
        strings([3], ['a', 'b', 'c']),
      ),
    ],
    1,
  ),
  operation(
    'RaggedTensorToSparse, shape',
    'RaggedTensorToSparse',
    { splits: 'INT32', values: 'FP32' },
    { T: { type: 'DT_FLOAT' }, Tsplits: { type: 'DT_INT32' }, RAGGED_RANK: { i: '1' } },
    'INT32',
    [
      answered(
        'rows of three, no and one value',
        { splits: int([4], [0, 3, 3, 4]), values: float([4], [1, 2, 3, 4]) },
        int([2], [3, 3]),
      ),
      answered(
        'rows of pairs',
        { splits: int([3], [0, 1, 1]), values: float([1, 2], [5, 6]) },
        int([3], [2, 1, 2]),
      ),
      answered('no rows', { splits: int([1], [0]), values: float([0]) }, int([2], [0, 0])),
      refused(
        'splits that fall',
        { splits: int([3], [0, 3, 2]), values: float([2], [1, 2]) },
        /do not split/,
      ),
    ],
    2,
  ),
  operation(
    'RaggedTensorToSparse of two levels, shape',
    'RaggedTensorToSparse',
    { outer: 'INT32', splits: 'INT32', values: 'BYTES' },
    { T: { type: 'DT_STRING' }, Tsplits: { type: 'DT_INT32' }, RAGGED_RANK: { i: '2' } },
    'INT32',
    [
      answered(
        'lists of lists',
        { outer: int([3], [0, 2, 3]), splits: int([4], [0, 1, 1, 3]), values: strings([3], ['a', 'b', 'c']) },
        int([3], [2, 2, 2]),
      ),
    ],
    2,
  ),
  operation(
    'RaggedGather, splits',
    'RaggedGather',
    { splits: 'INT32', values: 'BYTES', rows: 'INT32' },
    {
      Tvalues: { type: 'DT_STRING' },
      Tindices: { type: 'DT_INT32' },
      Tsplits: { type: 'DT_INT32' },
      PARAMS_RAGGED_RANK: { i: '1' },
      OUTPUT_RAGGED_RANK: { i: '1' },
    },
    'INT32',
    [
      answered(
        'rows in another order',
        {
          splits: int([4], [0, 3, 3, 4]),
          values: strings([4], ['a', 'b', 'c', 'd']),
          rows: int([4], [2, 0, 1, 2]),
        },
        int([5], [0, 1, 4, 4, 5]),
      ),
      answered(
        'no rows',
        { splits: int([2], [0, 1]), values: strings([1], ['a']), rows: int([0]) },
        int([1], [0]),
      ),
      refused(
        'a row that there is not',
        { splits: int([2], [0, 1]), values: strings([1], ['a']), rows: int([1], [1]) },
        /the row 1 is not in/,
      ),
    ],
  ),
  operation(
    'RaggedGather, values',
    'RaggedGather',
    { splits: 'INT32', values: 'BYTES', rows: 'INT32' },
    {
      Tvalues: { type: 'DT_STRING' },
      Tindices: { type: 'DT_INT32' },
      Tsplits: { type: 'DT_INT32' },
      PARAMS_RAGGED_RANK: { i: '1' },
      OUTPUT_RAGGED_RANK: { i: '1' },
    },
    'BYTES',
    [
      answered(
        'rows in another order',
        {
          splits: int([4], [0, 3, 3, 4]),
          values: strings([4], ['a', 'b', 'c', 'd']),
          rows: int([4], [2, 0, 1, 2]),
        },
        strings([5], ['d', 'a', 'b', 'c', 'd']),
      ),
      answered(
        'no rows',
        { splits: int([2], [0, 1]), values: strings([1], ['a']), rows: int([0]) },
        strings([0]),
      ),
      refused(
        'a row that there is not',
        { splits: int([2], [0, 1]), values: strings([1], ['a']), rows: int([1], [1]) },
        /the row 1 is not in/,
      ),
    ],
    1,
  ),
  operation(
    'RaggedGather by a matrix, outer splits',
    'RaggedGather',
    { splits: 'INT32', values: 'INT32', rows: 'INT32' },
    {
      Tvalues: { type: 'DT_INT32' },
      Tindices: { type: 'DT_INT32' },
      Tsplits: { type: 'DT_INT32' },
      PARAMS_RAGGED_RANK: { i: '1' },
      OUTPUT_RAGGED_RANK: { i: '2' },
    },
    'INT32',
    [
      answered(
        'one more level',
        {
          splits: int([3], [0, 2, 3]),
          values: int([3], [2147483647, 2, 16777217]),
          rows: int([2, 2], [1, 0, 1, 1]),
        },
        int([3], [0, 2, 4]),
      ),
    ],
  ),
  operation(
    'RaggedGather by a matrix, splits',
    'RaggedGather',
    { splits: 'INT32', values: 'INT32', rows: 'INT32' },
    {
      Tvalues: { type: 'DT_INT32' },
      Tindices: { type: 'DT_INT32' },
      Tsplits: { type: 'DT_INT32' },
      PARAMS_RAGGED_RANK: { i: '1' },
      OUTPUT_RAGGED_RANK: { i: '2' },
    },
    'INT32',
    [
      answered(
        'one more level',
        {
          splits: int([3], [0, 2, 3]),
          values: int([3], [2147483647, 2, 16777217]),
          rows: int([2, 2], [1, 0, 1, 1]),
        },
        int([5], [0, 1, 3, 4, 5]),
      ),
    ],
    1,
  ),
  operation(
    'RaggedGather by a matrix, values',
    'RaggedGather',
    { splits: 'INT32', values: 'INT32', rows: 'INT32' },
    {
      Tvalues: { type: 'DT_INT32' },
      Tindices: { type: 'DT_INT32' },
      Tsplits: { type: 'DT_INT32' },
      PARAMS_RAGGED_RANK: { i: '1' },
      OUTPUT_RAGGED_RANK: { i: '2' },
    },
    'INT32',
    [
      answered(
        'one more level',
        {
          splits: int([3], [0, 2, 3]),
          values: int([3], [2147483647, 2, 16777217]),
          rows: int([2, 2], [1, 0, 1, 1]),
        },
        int([5], [16777217, 2147483647, 2, 16777217, 16777217]),
      ),
    ],
    2,
  ),
];
