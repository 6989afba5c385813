import { answered, bool, float, type GateCase, int, operation } from '../../../gate/gate_cases/case.ts';
import { unary } from './unary_case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const EDGES = [nan, infinity, -infinity];

const predicate = (op: string, edges: readonly number[]): GateCase =>
  operation(op, op, { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'BOOL', [
    answered(
      'values',
      { x: float([3], [0, -1.5, 3e38]) },
      bool([3], op === 'IsFinite' ? [1, 1, 1] : [0, 0, 0]),
    ),
    answered('NaN and infinities', { x: float([3], EDGES) }, bool([3], edges)),
    answered('no values', { x: float([0]) }, bool([0])),
  ]);

/**
 * Values of the functions at arguments where they are known in closed form, and their limits. Rounding is to even, as
 * TensorFlow's documentation of tf.round says.
 */
export const UNARY_CASES: readonly GateCase[] = [
  unary(
    'Ceil',
    [nan, infinity, -infinity],
    [
      [1.25, 2],
      [-1.25, -1],
      [-3, -3],
      [8388609, 8388609],
    ],
  ),
  unary(
    'Floor',
    [nan, infinity, -infinity],
    [
      [1.25, 1],
      [-1.25, -2],
      [-3, -3],
      [8388609, 8388609],
    ],
  ),
  unary(
    'Round',
    [nan, infinity, -infinity],
    [
      [0.5, 0],
      [1.5, 2],
      [2.5, 2],
      [-0.5, 0],
      [-1.5, -2],
      [-2.25, -2],
    ],
  ),
  unary(
    'Elu',
    [nan, infinity, -1],
    [
      [2, 2],
      [0, 0],
      [-Math.LN2, -0.5],
    ],
  ),
  unary(
    'Selu',
    [nan, infinity, Math.fround(-1.7580993408473766)],
    [
      [2, 2.1014019747],
      [0, 0],
      [-Math.LN2, -0.8790496704],
    ],
  ),
  unary(
    'Erf',
    [nan, 1, -1],
    [
      [0, 0],
      [0.5, 0.5204998778],
      [-1, -0.8427007929],
      [2, 0.995322265],
    ],
  ),
  unary(
    'Exp',
    [nan, infinity, 0],
    [
      [0, 1],
      [Math.LN2, 2],
      [-Math.LN2, 0.5],
      [-200, 0],
      [100, infinity],
    ],
  ),
  unary(
    'Log',
    [nan, infinity, nan],
    [
      [1, 0],
      [2, Math.LN2],
      [0, -infinity],
      [-1, nan],
    ],
  ),
  unary(
    'LeakyRelu',
    [nan, infinity, -infinity],
    [
      [3, 3],
      [0, 0],
      [-4, -1],
    ],
    { alpha: { f: 0.25 } },
  ),
  unary(
    'Relu',
    [nan, infinity, 0],
    [
      [3, 3],
      [0, 0],
      [-4, 0],
    ],
  ),
  unary(
    'Relu6',
    [nan, 6, 0],
    [
      [3, 3],
      [7, 6],
      [-4, 0],
    ],
  ),
  unary(
    'Reciprocal',
    [nan, 0, 0],
    [
      [2, 0.5],
      [-4, -0.25],
      [0, infinity],
    ],
  ),
  unary(
    'Sqrt',
    [nan, infinity, nan],
    [
      [4, 2],
      [0, 0],
      [2, Math.SQRT2],
      [-1, nan],
    ],
  ),
  unary(
    'Rsqrt',
    [nan, 0, nan],
    [
      [4, 0.5],
      [0.25, 2],
      [0, infinity],
      [-1, nan],
    ],
  ),
  unary(
    'Sigmoid',
    [nan, 1, 0],
    [
      [0, 0.5],
      [Math.log(3), 0.75],
      [-Math.log(3), 0.25],
    ],
  ),
  unary(
    'Softplus',
    [nan, infinity, 0],
    [
      [0, Math.LN2],
      [Math.log(3), Math.log(4)],
      [100, 100],
      [-100, 0],
    ],
  ),
  predicate('IsFinite', [0, 0, 0]),
  predicate('IsInf', [0, 1, 1]),
  predicate('IsNan', [1, 0, 0]),
  operation('LogicalNot', 'LogicalNot', { x: 'BOOL' }, {}, 'BOOL', [
    answered('truths', { x: bool([2], [0, 1]) }, bool([2], [1, 0])),
    answered('no truths', { x: bool([0]) }, bool([0])),
  ]),
  operation('Relu of integers', 'Relu', { x: 'INT32' }, { T: { type: 'DT_INT32' } }, 'INT32', [
    answered('the ends', { x: int([3], [-2147483648, 2147483647, 0]) }, int([3], [0, 2147483647, 0])),
  ]),
];
