import { answered, bool, float, type GateCase, int, operation, refused } from '../../gate/gate_cases/case.ts';

const indices = int([2, 2], [0, 2, 1, -1]);
const floats = { depth: int([], [3]), on: float([], [5]), off: float([], [-2]) };

function along(
  axis: number | undefined,
  asked: GateCase['asked'],
  dtype: 'FP32' | 'BOOL' | 'INT32' = 'FP32',
): GateCase {
  return operation(
    `OneHot of ${dtype} along ${axis ?? 'the default axis'}`,
    'OneHot',
    { x: 'INT32', depth: 'INT32', on: dtype, off: dtype },
    {
      T: { type: { FP32: 'DT_FLOAT', BOOL: 'DT_BOOL', INT32: 'DT_INT32' }[dtype] },
      TI: { type: 'DT_INT32' },
      ...(axis === undefined ? {} : { axis: { i: String(axis) } }),
    },
    dtype,
    asked,
  );
}

/** The values are those of the definition in TensorFlow's documentation of tf.one_hot. */
export const ONE_HOT_CASES: readonly GateCase[] = [
  along(undefined, [
    answered(
      'a matrix of indices, one of them outside',
      { x: indices, ...floats },
      float([2, 2, 3], [5, -2, -2, -2, -2, 5, -2, 5, -2, -2, -2, -2]),
    ),
  ]),
  along(-1, [
    answered('a scalar', { x: int([], [1]), ...floats }, float([3], [-2, 5, -2])),
    answered('no indices', { x: int([0]), ...floats }, float([0, 3])),
    answered('a depth of 1', { x: int([2], [0, 1]), ...floats, depth: int([], [1]) }, float([2, 1], [5, -2])),
    answered('a depth of 0', { x: int([2], [0, 1]), ...floats, depth: int([], [0]) }, float([2, 0])),
    answered(
      'NaN for what is off',
      { x: int([1], [1]), depth: int([], [2]), on: float([], [1]), off: float([], [Number.NaN]) },
      float([1, 2], [Number.NaN, 1]),
    ),
  ]),
  along(0, [
    answered(
      'a matrix of indices, one of them outside',
      { x: indices, ...floats },
      float([3, 2, 2], [5, -2, -2, -2, -2, -2, 5, -2, -2, 5, -2, -2]),
    ),
    answered('a list', { x: int([2], [1, 0]), ...floats }, float([3, 2], [-2, 5, 5, -2, -2, -2])),
  ]),
  along(1, [
    answered(
      'a matrix of indices, one of them outside',
      { x: indices, ...floats },
      float([2, 3, 2], [5, -2, -2, -2, -2, 5, -2, -2, 5, -2, -2, -2]),
    ),
    refused('a scalar', { x: int([], [1]), ...floats }, /the axis 1 is not in \[-1, 0\]/),
  ]),
  along(
    0,
    [
      answered(
        'truths',
        { x: int([2], [1, 0]), depth: int([], [2]), on: bool([], [1]), off: bool([], [0]) },
        bool([2, 2], [0, 1, 1, 0]),
      ),
    ],
    'BOOL',
  ),
  along(
    0,
    [
      answered(
        'the extremes of int32',
        { x: int([1], [0]), depth: int([], [2]), on: int([], [2147483647]), off: int([], [-2147483648]) },
        int([2, 1], [2147483647, -2147483648]),
      ),
    ],
    'INT32',
  ),
];
