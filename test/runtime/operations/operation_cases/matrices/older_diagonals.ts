import { answered, float, type GateCase, int, operation } from '../../../gate/gate_cases/case.ts';

/** Values by the documentation of the second versions, which align diagonals to the left. */
export const OLDER_DIAGONAL_CASES: readonly GateCase[] = [
  operation(
    'MatrixDiagV2',
    'MatrixDiagV2',
    { x: 'FP32', k: 'INT32', rows: 'INT32', columns: 'INT32', fill: 'FP32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered(
        'the diagonal',
        {
          x: float([2, 2], [1, 2, 3, 4]),
          k: int([], [0]),
          rows: int([], [-1]),
          columns: int([], [-1]),
          fill: float([], [0]),
        },
        float([2, 2, 2], [1, 0, 0, 2, 3, 0, 0, 4]),
      ),
      answered(
        'above it, filled up',
        {
          x: float([2], [1, 2]),
          k: int([], [1]),
          rows: int([], [-1]),
          columns: int([], [-1]),
          fill: float([], [9]),
        },
        float([3, 3], [9, 1, 9, 9, 9, 2, 9, 9, 9]),
      ),
      answered(
        'below it, of given sizes',
        {
          x: float([2], [1, 2]),
          k: int([], [-1]),
          rows: int([], [3]),
          columns: int([], [4]),
          fill: float([], [9]),
        },
        float([3, 4], [9, 9, 9, 9, 1, 9, 9, 9, 9, 2, 9, 9]),
      ),
    ],
  ),
  operation(
    'MatrixDiagPartV2',
    'MatrixDiagPartV2',
    { x: 'FP32', k: 'INT32', fill: 'FP32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered(
        'above the diagonal',
        { x: float([3, 4], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), k: int([], [1]), fill: float([], [0]) },
        float([3], [1, 6, 11]),
      ),
      answered(
        'a band, aligned to the left',
        {
          x: float([3, 4], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
          k: int([2], [-1, 1]),
          fill: float([], [9]),
        },
        float([3, 3], [1, 6, 11, 0, 5, 10, 4, 9, 9]),
      ),
    ],
  ),
  operation(
    'MatrixSetDiagV2',
    'MatrixSetDiagV2',
    { x: 'FP32', diagonal: 'FP32', k: 'INT32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered(
        'the diagonal',
        {
          x: float([3, 4], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
          diagonal: float([3], [9, 8, 7]),
          k: int([], [0]),
        },
        float([3, 4], [9, 1, 2, 3, 4, 8, 6, 7, 8, 9, 7, 11]),
      ),
      answered(
        'a band',
        {
          x: float([3, 4], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
          diagonal: float([3, 3], [1, 1, 1, 9, 8, 7, 6, 5, 0]),
          k: int([2], [-1, 1]),
        },
        float([3, 4], [9, 1, 2, 3, 6, 8, 1, 7, 8, 5, 7, 1]),
      ),
    ],
  ),
  operation(
    'ConjugateTranspose',
    'ConjugateTranspose',
    { x: 'FP32', order: 'INT32' },
    { T: { type: 'DT_FLOAT' }, Tperm: { type: 'DT_INT32' } },
    'FP32',
    [
      answered(
        'three dimensions',
        { x: float([1, 2, 3], [1, 2, 3, 4, 5, 6]), order: int([3], [2, 0, 1]) },
        float([3, 1, 2], [1, 4, 2, 5, 3, 6]),
      ),
      answered('a scalar', { x: float([], [1]), order: int([0]) }, float([], [1])),
      answered('nothing', { x: float([0, 2]), order: int([2], [1, 0]) }, float([2, 0])),
    ],
  ),
];
