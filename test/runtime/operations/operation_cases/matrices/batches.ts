import {
  answered,
  flag,
  float,
  type GateCase,
  int,
  operation,
  refused,
} from '../../../gate/gate_cases/case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Values by numpy: products of matrices, and matrices with diagonals. */
export const BATCH_CASES: readonly GateCase[] = [
  operation(
    'BatchMatMul',
    'BatchMatMul',
    { a: 'FP32', b: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      Ta: { type: 'DT_FLOAT' },
      Tb: { type: 'DT_FLOAT' },
      Tout: { type: 'DT_FLOAT' },
      adj_x: flag(false),
      adj_y: flag(false),
    },
    'FP32',
    [
      answered(
        'of a batch',
        { a: float([1, 2, 3], [1, 2, 3, 4, 5, 6]), b: float([1, 3, 2], [-2, -1, 0, 1, 2, 3]) },
        float([1, 2, 2], [4, 10, 4, 19]),
      ),
      answered('without batches', { a: float([0, 2, 3]), b: float([0, 3, 2]) }, float([0, 2, 2])),
      answered(
        'an inner size of 0',
        { a: float([1, 2, 0]), b: float([1, 0, 2]) },
        float([1, 2, 2], [0, 0, 0, 0]),
      ),
      answered(
        'NaN and infinities',
        { a: float([1, 1, 2], [nan, 1]), b: float([1, 2, 1], [1, infinity]) },
        float([1, 1, 1], [nan]),
      ),
      refused(
        'inner sizes that differ',
        { a: float([1, 2, 3], [1, 2, 3, 4, 5, 6]), b: float([1, 2, 3], [1, 2, 3, 4, 5, 6]) },
        /inner sizes 3 and 2/,
      ),
    ],
  ),
  operation(
    'BatchMatMul of the second, transposed',
    'BatchMatMul',
    { a: 'FP32', b: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      Ta: { type: 'DT_FLOAT' },
      Tb: { type: 'DT_FLOAT' },
      Tout: { type: 'DT_FLOAT' },
      adj_x: flag(false),
      adj_y: flag(true),
    },
    'FP32',
    [
      answered(
        'rows with rows',
        { a: float([1, 2, 3], [1, 2, 3, 4, 5, 6]), b: float([1, 2, 3], [1, 2, 3, 4, 5, 6]) },
        float([1, 2, 2], [14, 32, 32, 77]),
      ),
    ],
  ),
  operation(
    'BatchMatMul of the first, transposed',
    'BatchMatMul',
    { a: 'FP32', b: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      Ta: { type: 'DT_FLOAT' },
      Tb: { type: 'DT_FLOAT' },
      Tout: { type: 'DT_FLOAT' },
      adj_x: flag(true),
      adj_y: flag(false),
    },
    'FP32',
    [
      answered(
        'columns with columns',
        { a: float([1, 2, 3], [1, 2, 3, 4, 5, 6]), b: float([1, 2, 3], [1, 2, 3, 4, 5, 6]) },
        float([1, 3, 3], [17, 22, 27, 22, 29, 36, 27, 36, 45]),
      ),
    ],
  ),
  operation(
    'BatchMatMul of int32',
    'BatchMatMul',
    { a: 'INT32', b: 'INT32' },
    {
      T: { type: 'DT_INT32' },
      Ta: { type: 'DT_INT32' },
      Tb: { type: 'DT_INT32' },
      Tout: { type: 'DT_INT32' },
      adj_x: flag(false),
      adj_y: flag(false),
    },
    'INT32',
    [
      answered(
        'products wrap',
        { a: int([1, 1, 2], [65537, 2]), b: int([1, 2, 1], [65537, 1]) },
        int([1, 1, 1], [131075]),
      ),
    ],
  ),
  operation(
    'BatchMatMulV3',
    'BatchMatMulV3',
    { a: 'FP32', b: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      Ta: { type: 'DT_FLOAT' },
      Tb: { type: 'DT_FLOAT' },
      Tout: { type: 'DT_FLOAT' },
      adj_x: flag(false),
      adj_y: flag(false),
    },
    'FP32',
    [
      answered(
        'of a batch',
        { a: float([1, 2, 3], [1, 2, 3, 4, 5, 6]), b: float([1, 3, 2], [-2, -1, 0, 1, 2, 3]) },
        float([1, 2, 2], [4, 10, 4, 19]),
      ),
      answered('without batches', { a: float([0, 2, 3]), b: float([0, 3, 2]) }, float([0, 2, 2])),
      answered(
        'an inner size of 0',
        { a: float([1, 2, 0]), b: float([1, 0, 2]) },
        float([1, 2, 2], [0, 0, 0, 0]),
      ),
      answered(
        'NaN and infinities',
        { a: float([1, 1, 2], [nan, 1]), b: float([1, 2, 1], [1, infinity]) },
        float([1, 1, 1], [nan]),
      ),
      refused(
        'inner sizes that differ',
        { a: float([1, 2, 3], [1, 2, 3, 4, 5, 6]), b: float([1, 2, 3], [1, 2, 3, 4, 5, 6]) },
        /inner sizes 3 and 2/,
      ),
    ],
  ),
  operation(
    'BatchMatMulV3 of the second, transposed',
    'BatchMatMulV3',
    { a: 'FP32', b: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      Ta: { type: 'DT_FLOAT' },
      Tb: { type: 'DT_FLOAT' },
      Tout: { type: 'DT_FLOAT' },
      adj_x: flag(false),
      adj_y: flag(true),
    },
    'FP32',
    [
      answered(
        'rows with rows',
        { a: float([1, 2, 3], [1, 2, 3, 4, 5, 6]), b: float([1, 2, 3], [1, 2, 3, 4, 5, 6]) },
        float([1, 2, 2], [14, 32, 32, 77]),
      ),
    ],
  ),
  operation(
    'BatchMatMulV3 of the first, transposed',
    'BatchMatMulV3',
    { a: 'FP32', b: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      Ta: { type: 'DT_FLOAT' },
      Tb: { type: 'DT_FLOAT' },
      Tout: { type: 'DT_FLOAT' },
      adj_x: flag(true),
      adj_y: flag(false),
    },
    'FP32',
    [
      answered(
        'columns with columns',
        { a: float([1, 2, 3], [1, 2, 3, 4, 5, 6]), b: float([1, 2, 3], [1, 2, 3, 4, 5, 6]) },
        float([1, 3, 3], [17, 22, 27, 22, 29, 36, 27, 36, 45]),
      ),
    ],
  ),
  operation(
    'BatchMatMulV3 of int32',
    'BatchMatMulV3',
    { a: 'INT32', b: 'INT32' },
    {
      T: { type: 'DT_INT32' },
      Ta: { type: 'DT_INT32' },
      Tb: { type: 'DT_INT32' },
      Tout: { type: 'DT_INT32' },
      adj_x: flag(false),
      adj_y: flag(false),
    },
    'INT32',
    [
      answered(
        'products wrap',
        { a: int([1, 1, 2], [65537, 2]), b: int([1, 2, 1], [65537, 1]) },
        int([1, 1, 1], [131075]),
      ),
    ],
  ),
  operation(
    'BatchMatMulV3 that broadcasts',
    'BatchMatMulV3',
    { a: 'FP32', b: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      Ta: { type: 'DT_FLOAT' },
      Tb: { type: 'DT_FLOAT' },
      Tout: { type: 'DT_FLOAT' },
      adj_x: flag(false),
      adj_y: flag(false),
    },
    'FP32',
    [
      answered(
        'one matrix for all',
        {
          a: float([2, 1, 2, 3], [1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6]),
          b: float([3, 2], [-2, -1, 0, 1, 2, 3]),
        },
        float([2, 1, 2, 2], [4, 10, 4, 19, -4, -10, -4, -19]),
      ),
    ],
  ),
  operation(
    'BatchMatMulV3 of int8 to int32',
    'BatchMatMulV3',
    { a: 'INT32', b: 'INT32' },
    {
      Ta: { type: 'DT_INT8' },
      Tb: { type: 'DT_INT8' },
      Tout: { type: 'DT_INT32' },
      adj_x: flag(false),
      adj_y: flag(false),
    },
    'INT32',
    [
      answered(
        'sums beyond 8 bits',
        { a: int([1, 2], [100, 100]), b: int([2, 1], [100, 100]) },
        int([1, 1], [20000]),
      ),
    ],
  ),
];
