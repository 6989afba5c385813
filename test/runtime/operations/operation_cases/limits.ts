import { answered, float, type GateCase, int, operation, refused } from '../../gate/gate_cases/case.ts';

/** Attributes and inputs at their limits. Values by TensorFlow's definitions. */
export const LIMIT_CASES: readonly GateCase[] = [
  operation(
    'LRN with a radius far beyond the channels',
    'LRN',
    { x: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      depth_radius: { i: '2147483647' },
      bias: { f: 1 },
      alpha: { f: 1 },
      beta: { f: 1 },
    },
    'FP32',
    [
      answered(
        // Each by 1 + 1^2 + 2^2 + 1^2 + 1^2 = 8.
        'all channels',
        { x: float([1, 1, 1, 4], [1, 2, 1, 1]) },
        float([1, 1, 1, 4], [0.125, 0.25, 0.125, 0.125]),
      ),
    ],
  ),
  operation(
    'Range of int32',
    'Range',
    { start: 'INT32', limit: 'INT32', delta: 'INT32' },
    { Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'down to a limit that is left out',
        { start: int([], [5]), limit: int([], [0]), delta: int([], [-2]) },
        int([3], [5, 3, 1]),
      ),
      answered('nothing', { start: int([], [3]), limit: int([], [3]), delta: int([], [1]) }, int([0])),
    ],
  ),
  operation(
    'Range of int32 from fractions',
    'Range',
    { start: 'FP32', limit: 'FP32', delta: 'FP32' },
    { Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      refused(
        'a start of a half',
        { start: float([], [0.5]), limit: float([], [3]), delta: float([], [1]) },
        /are not integers/,
      ),
    ],
  ),
];
