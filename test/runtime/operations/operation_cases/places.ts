import { answered, flag, float, type GateCase, int, operation, refused } from '../../gate/gate_cases/case.ts';

const { POSITIVE_INFINITY: infinity } = Number;

/** Values by the documentation of tf.unravel_index, of non-maximum suppression and of the largest values. */
export const PLACE_CASES: readonly GateCase[] = [
  operation(
    'UnravelIndex',
    'UnravelIndex',
    { numbers: 'INT32', shape: 'INT32' },
    { Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'the example of its documentation',
        { numbers: int([3], [22, 41, 37]), shape: int([2], [7, 6]) },
        int([2, 3], [3, 6, 6, 4, 5, 1]),
      ),
      answered('a scalar', { numbers: int([], [5]), shape: int([2], [2, 3]) }, int([2], [1, 2])),
      answered('no numbers', { numbers: int([0]), shape: int([2], [2, 3]) }, int([2, 0])),
      refused('beyond the last', { numbers: int([1], [6]), shape: int([2], [2, 3]) }, /6 is no place/),
    ],
  ),
  operation(
    'NonMaxSuppressionWithOverlaps',
    'NonMaxSuppressionWithOverlaps',
    { overlaps: 'FP32', scores: 'FP32', most: 'INT32', overlap: 'FP32', least: 'FP32' },
    {},
    'INT32',
    [
      answered(
        'the best, and what does not overlap it',
        {
          overlaps: float([3, 3], [1, 0.6, 0.1, 0.6, 1, 0.5, 0.1, 0.5, 1]),
          scores: float([3], [0.8, 0.9, 0.7]),
          most: int([], [3]),
          overlap: float([], [0.5]),
          least: float([], [0]),
        },
        int([2], [1, 2]),
      ),
      answered(
        'an overlap as large as the threshold is kept',
        {
          overlaps: float([3, 3], [1, 0.6, 0.1, 0.6, 1, 0.5, 0.1, 0.5, 1]),
          scores: float([3], [0.1, 0.9, 0.7]),
          most: int([], [2]),
          overlap: float([], [0.5]),
          least: float([], [0.2]),
        },
        int([2], [1, 2]),
      ),
      answered(
        'the first of equal scores',
        {
          overlaps: float([3, 3], [1, 0.6, 0.1, 0.6, 1, 0.5, 0.1, 0.5, 1]),
          scores: float([3], [0.5, 0.5, 0.5]),
          most: int([], [1]),
          overlap: float([], [0]),
          least: float([], [0]),
        },
        int([1], [0]),
      ),
      answered(
        'no boxes',
        {
          overlaps: float([0, 0]),
          scores: float([0]),
          most: int([], [1]),
          overlap: float([], [0.5]),
          least: float([], [0]),
        },
        int([0]),
      ),
      refused(
        'overlaps of other boxes',
        {
          overlaps: float([3, 3], [1, 0.6, 0.1, 0.6, 1, 0.5, 0.1, 0.5, 1]),
          scores: float([1], [0.5]),
          most: int([], [1]),
          overlap: float([], [0.5]),
          least: float([], [0]),
        },
        /do not fit scores/,
      ),
    ],
  ),
  operation(
    'TopK, values',
    'TopK',
    { x: 'FP32' },
    { T: { type: 'DT_FLOAT' }, k: { i: '2' }, sorted: flag(true) },
    'FP32',
    [
      answered(
        'the largest of each row, the first of equal ones',
        { x: float([2, 3], [1, 3, 3, 5, -1, infinity]) },
        float([2, 2], [3, 3, infinity, 5]),
      ),
      answered('no rows', { x: float([0, 3]) }, float([0, 2])),
    ],
  ),
  operation(
    'TopK, places',
    'TopK',
    { x: 'FP32' },
    { T: { type: 'DT_FLOAT' }, k: { i: '2' }, sorted: flag(true) },
    'INT32',
    [
      answered(
        'the largest of each row, the first of equal ones',
        { x: float([2, 3], [1, 3, 3, 5, -1, infinity]) },
        int([2, 2], [1, 2, 2, 0]),
      ),
      answered('no rows', { x: float([0, 3]) }, int([0, 2])),
    ],
    1,
  ),
];
