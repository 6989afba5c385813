import {
  answered,
  float,
  type GateCase,
  int,
  operation,
  refused,
  strings,
  texts,
} from '../../gate/gate_cases/case.ts';

const TYPES = { FP32: 'DT_FLOAT', INT32: 'DT_INT32', BYTES: 'DT_STRING' } as const;

function padding(
  partitions: readonly string[],
  dtype: keyof typeof TYPES,
  asked: GateCase['asked'],
): GateCase {
  const inputs = Object.fromEntries(partitions.map((_, index) => [`p${index}`, 'INT32' as const]));
  return operation(
    `RaggedTensorToTensor of ${dtype} by ${partitions.join(' and ')}`,
    'RaggedTensorToTensor',
    { shape: 'INT32', x: dtype, other: dtype, ...inputs },
    {
      T: { type: TYPES[dtype] },
      Tindex: { type: 'DT_INT32' },
      Tshape: { type: 'DT_INT32' },
      num_row_partition_tensors: { i: String(partitions.length) },
      row_partition_types: texts(...partitions),
    },
    dtype,
    asked,
  );
}

const open = int([2], [-1, -1]);
const five = { x: float([5], [1, 2, 3, 4, 5]), other: float([], [0]) };

/** The values are those of the documentation of tf.RaggedTensor.to_tensor: rows are padded, or cut off. */
export const RAGGED_CASES: readonly GateCase[] = [
  padding(['ROW_SPLITS'], 'FP32', [
    answered(
      'rows of 2, 0 and 3 values, as long as the longest',
      { shape: open, ...five, p0: int([4], [0, 2, 2, 5]) },
      float([3, 3], [1, 2, 0, 0, 0, 0, 3, 4, 5]),
    ),
    answered(
      'rows that are cut off, and rows that are added',
      { shape: int([2], [4, 2]), ...five, p0: int([4], [0, 2, 2, 5]) },
      float([4, 2], [1, 2, 0, 0, 3, 4, 0, 0]),
    ),
    answered(
      'fewer rows than there are',
      { shape: int([2], [1, -1]), ...five, p0: int([4], [0, 2, 2, 5]) },
      float([1, 3], [1, 2, 0]),
    ),
    answered(
      'a shape of unknown rank',
      { shape: int([], [-1]), ...five, p0: int([3], [0, 4, 5]) },
      float([2, 4], [1, 2, 3, 4, 5, 0, 0, 0]),
    ),
    answered(
      'no rows',
      { shape: open, x: float([0]), other: float([], [7]), p0: int([1], [0]) },
      float([0, 0]),
    ),
    answered(
      'values with a dimension of their own, and a default value for each',
      {
        shape: int([3], [-1, -1, 2]),
        x: float([3, 2], [1, 2, 3, 4, 5, 6]),
        other: float([2], [8, 9]),
        p0: int([3], [0, 1, 3]),
      },
      float([2, 2, 2], [1, 2, 8, 9, 3, 4, 5, 6]),
    ),
    refused('splits out of order', { shape: open, ...five, p0: int([4], [0, 3, 2, 5]) }, /do not ascend/),
    refused(
      'splits that do not begin with 0',
      { shape: open, ...five, p0: int([2], [1, 5]) },
      /begin with 0/,
    ),
    refused(
      'splits beyond the values',
      { shape: open, ...five, p0: int([2], [0, 2147483647]) },
      /2147483647 values, and there are 5/,
    ),
    refused('no splits', { shape: open, ...five, p0: int([0]) }, /cannot have -1 rows/),
    refused(
      'a row that would make the others enormous',
      { shape: int([2], [2147483647, 2147483647]), ...five, p0: int([2], [0, 5]) },
      /no memory for a padded tensor/,
    ),
    refused('another rank', { shape: int([3], [-1, -1, -1]), ...five, p0: int([2], [0, 5]) }, /2 dimensions/),
  ]),
  padding(['FIRST_DIM_SIZE', 'VALUE_ROWIDS'], 'BYTES', [
    answered(
      'words of three texts, the second without any',
      {
        shape: open,
        x: strings([3], ['a', 'b', 'c']),
        other: strings([], ['-']),
        p0: int([], [3]),
        p1: int([3], [0, 2, 2]),
      },
      strings([3, 2], ['a', '-', '-', '-', 'b', 'c']),
    ),
    refused(
      'rows out of order',
      {
        shape: open,
        x: strings([2], ['a', 'b']),
        other: strings([], ['-']),
        p0: int([], [3]),
        p1: int([2], [2, 1]),
      },
      /do not ascend/,
    ),
    refused(
      'a row that there is not',
      {
        shape: open,
        x: strings([2], ['a', 'b']),
        other: strings([], ['-']),
        p0: int([], [3]),
        p1: int([2], [0, 3]),
      },
      /below 3/,
    ),
    refused(
      'a number of rows that nobody has memory for',
      {
        shape: open,
        x: strings([1], ['a']),
        other: strings([], ['-']),
        p0: int([], [2147483647]),
        p1: int([1], [0]),
      },
      /cannot have 2147483647 rows/,
    ),
  ]),
  padding(['ROW_SPLITS', 'ROW_SPLITS'], 'INT32', [
    answered(
      'rows of rows',
      {
        shape: int([3], [-1, -1, -1]),
        x: int([4], [1, 2, 3, 4]),
        other: int([], [-1]),
        p0: int([3], [0, 2, 3]),
        p1: int([4], [0, 1, 1, 4]),
      },
      int([2, 2, 3], [1, -1, -1, -1, -1, -1, 2, 3, 4, -1, -1, -1]),
    ),
    answered(
      'rows of rows that are cut off',
      {
        shape: int([3], [-1, 1, 2]),
        x: int([4], [1, 2, 3, 4]),
        other: int([], [0]),
        p0: int([3], [0, 2, 3]),
        p1: int([4], [0, 1, 1, 4]),
      },
      int([2, 1, 2], [1, 0, 2, 3]),
    ),
  ]),
];
