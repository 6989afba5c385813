import {
  answered,
  bool,
  float,
  type GateCase,
  int,
  operation,
  refused,
  text,
} from '../../../gate/gate_cases/case.ts';

const T = { T: { type: 'DT_FLOAT' } };
const align = (value: string) => ({ ...T, align: text(value) });
const scalar = (value: number) => int([], [value]);
const square = { rows: scalar(-1), columns: scalar(-1), padding: float([], [0]) };

const made = (
  name: string,
  op: string,
  attr: Readonly<Record<string, unknown>>,
  asked: GateCase['asked'],
): GateCase =>
  operation(
    name,
    op,
    { diagonal: 'FP32', k: 'INT32', rows: 'INT32', columns: 'INT32', padding: 'FP32' },
    attr,
    'FP32',
    asked,
  );
const part = (
  name: string,
  op: string,
  attr: Readonly<Record<string, unknown>>,
  asked: GateCase['asked'],
): GateCase => operation(name, op, { x: 'FP32', k: 'INT32', padding: 'FP32' }, attr, 'FP32', asked);
const replaced = (
  name: string,
  op: string,
  attr: Readonly<Record<string, unknown>>,
  asked: GateCase['asked'],
): GateCase => operation(name, op, { x: 'FP32', diagonal: 'FP32', k: 'INT32' }, attr, 'FP32', asked);

const wide = float([3, 4], [1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7, 6]);
const sevens = float(
  [3, 4],
  Array.from({ length: 12 }, () => 7),
);
const zero = { padding: float([], [0]) };

/** Most values are those of TensorFlow's documentation of tf.raw_ops.MatrixDiagV3, MatrixDiagPartV3 and MatrixSetDiagV3. */
export const DIAGONAL_CASES: readonly GateCase[] = [
  operation('MatrixDiag', 'MatrixDiag', { diagonal: 'FP32' }, T, 'FP32', [
    answered(
      'a batch of diagonals',
      { diagonal: float([2, 2], [1, 2, 3, 4]) },
      float([2, 2, 2], [1, 0, 0, 2, 3, 0, 0, 4]),
    ),
    answered('no elements', { diagonal: float([2, 0]) }, float([2, 0, 0])),
    refused('a scalar', { diagonal: float([], [1]) }, /MatrixDiag: a tensor of shape \[\]/),
  ]),
  operation('MatrixDiag of truths', 'MatrixDiag', { diagonal: 'BOOL' }, { T: { type: 'DT_BOOL' } }, 'BOOL', [
    answered('two', { diagonal: bool([2], [1, 1]) }, bool([2, 2], [1, 0, 0, 1])),
  ]),
  made('MatrixDiagV3', 'MatrixDiagV3', align('RIGHT_LEFT'), [
    answered(
      'a diagonal above the main one',
      { diagonal: float([3], [1, 2, 3]), k: scalar(1), ...square },
      float([4, 4], [0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0]),
    ),
    answered(
      'three diagonals',
      { diagonal: float([3, 3], [0, 8, 9, 1, 2, 3, 4, 5, 0]), k: int([2], [-1, 1]), ...square },
      float([3, 3], [1, 8, 0, 4, 2, 9, 0, 5, 3]),
    ),
    answered(
      'a matrix that is not square',
      { diagonal: float([2], [1, 2]), k: scalar(-1), ...square, rows: scalar(3), columns: scalar(4) },
      float([3, 4], [0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0]),
    ),
    answered(
      'columns as they come out, and padding',
      {
        diagonal: float([2], [1, 2]),
        k: scalar(-1),
        rows: scalar(3),
        columns: scalar(-1),
        padding: float([], [9]),
      },
      float([3, 2], [9, 9, 1, 9, 9, 2]),
    ),
    refused(
      'too few rows',
      { diagonal: float([2], [1, 2]), k: scalar(-1), ...square, rows: scalar(2), columns: scalar(2) },
      /do not fit a matrix of 2 by 2/,
    ),
    refused(
      'more rows and columns than the diagonals have',
      { diagonal: float([2], [1, 2]), k: scalar(0), ...square, rows: scalar(3), columns: scalar(3) },
      /do not fit a matrix of 3 by 3/,
    ),
    refused(
      'fewer diagonals than k says',
      { diagonal: float([2, 2], [1, 2, 3, 4]), k: int([2], [-1, 1]), ...square },
      /is not made of the diagonals -1 to 1/,
    ),
    refused(
      'diagonals upside down',
      { diagonal: float([2, 2], [1, 2, 3, 4]), k: int([2], [1, 0]), ...square },
      /MatrixDiag/,
    ),
  ]),
  made('MatrixDiagV3 aligned the other way round', 'MatrixDiagV3', align('LEFT_RIGHT'), [
    answered(
      'three diagonals',
      { diagonal: float([3, 3], [8, 9, 0, 1, 2, 3, 0, 4, 5]), k: int([2], [-1, 1]), ...square },
      float([3, 3], [1, 8, 0, 4, 2, 9, 0, 5, 3]),
    ),
  ]),
  made('MatrixDiagV2', 'MatrixDiagV2', T, [
    answered(
      'three diagonals, all of them at the left',
      { diagonal: float([3, 3], [8, 9, 0, 1, 2, 3, 4, 5, 0]), k: int([2], [-1, 1]), ...square },
      float([3, 3], [1, 8, 0, 4, 2, 9, 0, 5, 3]),
    ),
  ]),
  operation('MatrixDiagPart', 'MatrixDiagPart', { x: 'FP32' }, T, 'FP32', [
    answered('a wide matrix', { x: wide }, float([3], [1, 6, 7])),
    answered('no matrices', { x: float([0, 2, 2]) }, float([0, 2])),
    answered('no rows', { x: float([0, 2]) }, float([0])),
    refused('a list', { x: float([2], [1, 2]) }, /is no matrix/),
  ]),
  part('MatrixDiagPartV3', 'MatrixDiagPartV3', align('RIGHT_LEFT'), [
    answered('one above the main one', { x: wide, k: scalar(1), ...zero }, float([3], [2, 7, 6])),
    answered(
      'four diagonals',
      { x: wide, k: int([2], [-1, 2]), ...zero },
      float([4, 3], [0, 3, 8, 2, 7, 6, 1, 6, 7, 5, 8, 0]),
    ),
    answered(
      'padding',
      { x: wide, k: int([2], [2, 3]), padding: float([], [9]) },
      float([2, 2], [9, 4, 3, 8]),
    ),
    refused('a diagonal that there is not', { x: wide, k: scalar(4), ...zero }, /there is no diagonal 4/),
  ]),
  part('MatrixDiagPartV3 aligned the other way round', 'MatrixDiagPartV3', align('LEFT_RIGHT'), [
    answered(
      'four diagonals',
      { x: wide, k: int([2], [-1, 2]), ...zero },
      float([4, 3], [3, 8, 0, 2, 7, 6, 1, 6, 7, 0, 5, 8]),
    ),
  ]),
  part('MatrixDiagPartV2', 'MatrixDiagPartV2', T, [
    answered(
      'four diagonals, all of them at the left',
      { x: wide, k: int([2], [-1, 2]), ...zero },
      float([4, 3], [3, 8, 0, 2, 7, 6, 1, 6, 7, 5, 8, 0]),
    ),
  ]),
  operation('MatrixSetDiag', 'MatrixSetDiag', { x: 'FP32', diagonal: 'FP32' }, T, 'FP32', [
    answered(
      'the main diagonal',
      { x: sevens, diagonal: float([3], [1, 2, 3]) },
      float([3, 4], [1, 7, 7, 7, 7, 2, 7, 7, 7, 7, 3, 7]),
    ),
    answered(
      'NaN on a diagonal that is replaced',
      { x: float([1, 1], [Number.NaN]), diagonal: float([1], [1]) },
      float([1, 1], [1]),
    ),
    refused(
      'a diagonal that is too long',
      { x: sevens, diagonal: float([4], [1, 2, 3, 4]) },
      /is not of the shape \[3\]/,
    ),
  ]),
  replaced('MatrixSetDiagV3', 'MatrixSetDiagV3', align('RIGHT_LEFT'), [
    answered(
      'one above the main one',
      { x: sevens, diagonal: float([3], [1, 2, 3]), k: scalar(1) },
      float([3, 4], [7, 1, 7, 7, 7, 7, 2, 7, 7, 7, 7, 3]),
    ),
    answered(
      'four diagonals',
      { x: sevens, diagonal: float([4, 3], [0, 9, 1, 6, 5, 8, 1, 2, 3, 4, 5, 0]), k: int([2], [-1, 2]) },
      float([3, 4], [1, 6, 9, 7, 4, 2, 5, 1, 7, 5, 3, 8]),
    ),
  ]),
  operation('Diag', 'Diag', { x: 'FP32' }, T, 'FP32', [
    answered('a list', { x: float([2], [1, 2]) }, float([2, 2], [1, 0, 0, 2])),
    answered('a matrix', { x: float([1, 2], [1, 2]) }, float([1, 2, 1, 2], [1, 0, 0, 2])),
  ]),
  operation('DiagPart', 'DiagPart', { x: 'FP32' }, T, 'FP32', [
    answered('of four dimensions', { x: float([1, 2, 1, 2], [1, 5, 6, 2]) }, float([1, 2], [1, 2])),
    refused('of three dimensions', { x: float([1, 1, 1], [1]) }, /is not twice of one shape/),
  ]),
];
