import { answered, float, type GateCase, int, operation, strings } from '../../../gate/gate_cases/case.ts';

/** Values by the documentation of tf.shape, tf.size and tf.rank. */
export const SHAPE_CASES: readonly GateCase[] = [
  operation('Rank', 'Rank', { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'INT32', [
    answered('a scalar', { x: float([], [1]) }, int([], [0])),
    answered('six dimensions', { x: float([1, 2, 1, 2, 1, 2], [0, 0, 0, 0, 0, 0, 0, 0]) }, int([], [6])),
    answered('nothing', { x: float([2, 0]) }, int([], [2])),
  ]),
  operation(
    'Size',
    'Size',
    { x: 'FP32' },
    { T: { type: 'DT_FLOAT' }, out_type: { type: 'DT_INT32' } },
    'INT32',
    [
      answered('a scalar', { x: float([], [1]) }, int([], [1])),
      answered('six dimensions', { x: float([1, 2, 1, 2, 1, 2], [0, 0, 0, 0, 0, 0, 0, 0]) }, int([], [8])),
      answered('nothing', { x: float([2, 0]) }, int([], [0])),
    ],
  ),
  operation(
    'Shape of strings',
    'Shape',
    { x: 'BYTES' },
    { T: { type: 'DT_STRING' }, out_type: { type: 'DT_INT32' } },
    'INT32',
    [
      answered('a scalar', { x: strings([], ['a']) }, int([0])),
      answered('a matrix', { x: strings([1, 2], ['a', 'b']) }, int([2], [1, 2])),
    ],
  ),
  operation(
    'ShapeN, 0',
    'ShapeN',
    { a: 'FP32', b: 'FP32' },
    { T: { type: 'DT_FLOAT' }, N: { i: '2' }, out_type: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'of a matrix and a scalar',
        { a: float([2, 3], [0, 0, 0, 0, 0, 0]), b: float([], [1]) },
        int([2], [2, 3]),
      ),
      answered('of nothing', { a: float([2, 0]), b: float([0]) }, int([2], [2, 0])),
    ],
  ),
  operation(
    'ShapeN, 1',
    'ShapeN',
    { a: 'FP32', b: 'FP32' },
    { T: { type: 'DT_FLOAT' }, N: { i: '2' }, out_type: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'of a matrix and a scalar',
        { a: float([2, 3], [0, 0, 0, 0, 0, 0]), b: float([], [1]) },
        int([0]),
      ),
      answered('of nothing', { a: float([2, 0]), b: float([0]) }, int([1], [0])),
    ],
    1,
  ),
];
