import {
  answered,
  float,
  type GateCase,
  int,
  operation,
  refused,
  strings,
  texts,
} from '../../../gate/gate_cases/case.ts';

const attributes = (type: string, ...types: readonly string[]) => ({
  T: { type },
  Tindex: { type: 'DT_INT64' },
  Tshape: { type: 'DT_INT64' },
  num_row_partition_tensors: { i: String(types.length) },
  row_partition_types: texts(...types),
});
const scalar = (value: number) => int([], [value]);
const list = (...values: number[]) => int([values.length], values);

const bySplits = (asked: GateCase['asked']): GateCase =>
  operation(
    'RaggedTensorToTensor by row splits',
    'RaggedTensorToTensor',
    { shape: 'INT32', values: 'INT32', otherwise: 'INT32', splits: 'INT32' },
    attributes('DT_INT32', 'ROW_SPLITS'),
    'INT32',
    asked,
  );
const byRows = (asked: GateCase['asked']): GateCase =>
  operation(
    'RaggedTensorToTensor by the rows of its values',
    'RaggedTensorToTensor',
    { shape: 'INT32', values: 'INT32', otherwise: 'INT32', size: 'INT32', rows: 'INT32' },
    attributes('DT_INT32', 'FIRST_DIM_SIZE', 'VALUE_ROWIDS'),
    'INT32',
    asked,
  );
const range = (index: number, asked: GateCase['asked']): GateCase =>
  operation(
    `RaggedRange, output ${index}`,
    'RaggedRange',
    { starts: 'INT32', limits: 'INT32', deltas: 'INT32' },
    { T: { type: 'DT_INT32' }, Tsplits: { type: 'DT_INT64' } },
    'INT32',
    asked,
    index,
  );

/** Rows of three, no and one value. */
const values = { shape: scalar(-1), values: list(1, 2, 3, 4), otherwise: scalar(0) };
const three = { ...values, splits: list(0, 3, 3, 4) };

/** Values by the documentation of tf.RaggedTensor.to_tensor and tf.ragged.range. */
export const RAGGED_CASES: readonly GateCase[] = [
  bySplits([
    answered('as wide as its longest row', three, int([3, 3], [1, 2, 3, 0, 0, 0, 4, 0, 0])),
    answered(
      'another default',
      { ...three, otherwise: scalar(-1) },
      int([3, 3], [1, 2, 3, -1, -1, -1, 4, -1, -1]),
    ),
    answered('cropped and filled up', { ...three, shape: list(4, 2) }, int([4, 2], [1, 2, 0, 0, 4, 0, 0, 0])),
    answered('one of two sizes', { ...three, shape: list(-1, 1) }, int([3, 1], [1, 0, 4])),
    answered('nothing', { ...three, values: int([0]), splits: list(0) }, int([0, 0])),
    answered(
      'rows of pairs',
      {
        ...three,
        values: int([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
        otherwise: list(8, 9),
        splits: list(0, 1, 4),
      },
      int([2, 3, 2], [1, 2, 8, 9, 8, 9, 3, 4, 5, 6, 7, 8]),
    ),
    refused('splits that fall', { ...three, splits: list(0, 3, 2, 4) }, /the row split 2 follows 3/),
    refused('splits that do not begin at 0', { ...three, splits: list(1, 4) }, /row splits from 1/),
    refused('more values than rows have', { ...three, splits: list(0, 3) }, /are not 3 rows/),
    refused('a shape of other dimensions', { ...three, shape: list(1, 2, 3) }, /is not one of 2 dimensions/),
    refused('a default that does not fit', { ...three, otherwise: list(1, 2, 3) }, /a default of shape/),
  ]),
  byRows([
    answered(
      'as wide as its longest row',
      { ...values, size: scalar(3), rows: list(0, 0, 0, 2) },
      int([3, 3], [1, 2, 3, 0, 0, 0, 4, 0, 0]),
    ),
    answered(
      'rows at the end that no value has',
      { ...values, size: scalar(3), rows: list(0, 0, 1, 1) },
      int([3, 2], [1, 2, 3, 4, 0, 0]),
    ),
    refused(
      'a row that there is not',
      { ...values, size: scalar(2), rows: list(0, 0, 0, 2) },
      /the row 2 follows 0 of 2 rows/,
    ),
    refused('rows that fall', { ...values, size: scalar(3), rows: list(0, 2, 1, 2) }, /the row 1 follows 2/),
    refused('a negative number of rows', { ...values, size: scalar(-1), rows: list(0, 0, 0, 0) }, /-1 rows/),
  ]),
  operation(
    'RaggedTensorToTensor of two ragged dimensions',
    'RaggedTensorToTensor',
    { shape: 'INT32', values: 'FP32', otherwise: 'FP32', outer: 'INT32', inner: 'INT32' },
    attributes('DT_FLOAT', 'ROW_SPLITS', 'ROW_SPLITS'),
    'FP32',
    [
      answered(
        'lists of lists',
        {
          shape: scalar(-1),
          values: float([3], [1, 2, 3]),
          otherwise: float([], [0]),
          outer: list(0, 2, 3),
          inner: list(0, 1, 1, 3),
        },
        float([2, 2, 2], [1, 0, 0, 0, 2, 3, 0, 0]),
      ),
    ],
  ),
  operation(
    'RaggedTensorToTensor of strings',
    'RaggedTensorToTensor',
    { shape: 'INT32', values: 'BYTES', otherwise: 'BYTES', splits: 'INT32' },
    attributes('DT_STRING', 'ROW_SPLITS'),
    'BYTES',
    [
      answered(
        'words',
        {
          shape: scalar(-1),
          values: strings([3], ['a', 'b', 'c']),
          otherwise: strings([], ['-']),
          splits: list(0, 1, 3),
        },
        strings([2, 2], ['a', '-', 'b', 'c']),
      ),
    ],
  ),
  range(0, [
    answered(
      'row splits',
      { starts: list(0, 5, 8), limits: list(3, 5, 12), deltas: scalar(1) },
      list(0, 3, 3, 7),
    ),
    answered('of scalars', { starts: scalar(2), limits: scalar(5), deltas: scalar(2) }, list(0, 2)),
    refused('a step of 0', { starts: list(0), limits: list(3), deltas: scalar(0) }, /no step of 0/),
    refused(
      'lists of different lengths',
      { starts: list(0, 1), limits: list(3), deltas: scalar(1) },
      /do not belong together/,
    ),
  ]),
  range(1, [
    answered(
      'numbers up and down',
      { starts: list(0, 5, 8), limits: list(3, 5, 4), deltas: list(1, 1, -2) },
      list(0, 1, 2, 8, 6),
    ),
  ]),
];
