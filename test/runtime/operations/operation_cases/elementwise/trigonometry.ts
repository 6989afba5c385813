import { answered, float, type GateCase, operation } from '../../../gate/gate_cases/case.ts';
import { unary } from './unary_case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const third = Math.PI / 3;

/** Values of the functions at arguments where they are known in closed form, and their limits. */
export const TRIGONOMETRY_CASES: readonly GateCase[] = [
  unary(
    'Acos',
    [nan, nan, nan],
    [
      [0, Math.PI / 2],
      [1, 0],
      [-1, Math.PI],
      [0.5, third],
    ],
  ),
  unary(
    'Acosh',
    [nan, infinity, nan],
    [
      [1, 0],
      [1.25, Math.LN2],
      [0.5, nan],
    ],
  ),
  unary(
    'Asin',
    [nan, nan, nan],
    [
      [0, 0],
      [1, Math.PI / 2],
      [-0.5, -Math.PI / 6],
      [1.5, nan],
    ],
  ),
  unary(
    'Asinh',
    [nan, infinity, -infinity],
    [
      [0, 0],
      [0.75, Math.LN2],
      [-0.75, -Math.LN2],
    ],
  ),
  unary(
    'Atan',
    [nan, Math.fround(Math.PI / 2), -Math.fround(Math.PI / 2)],
    [
      [0, 0],
      [1, Math.PI / 4],
      [-1, -Math.PI / 4],
    ],
  ),
  unary(
    'Atanh',
    [nan, nan, nan],
    [
      [0, 0],
      [0.6, Math.LN2],
      [-0.6, -Math.LN2],
      [2, nan],
    ],
  ),
  unary(
    'Cosh',
    [nan, infinity, infinity],
    [
      [0, 1],
      [Math.LN2, 1.25],
      [-Math.LN2, 1.25],
    ],
  ),
  unary(
    'Sinh',
    [nan, infinity, -infinity],
    [
      [0, 0],
      [Math.LN2, 0.75],
      [-Math.LN2, -0.75],
    ],
  ),
  unary(
    'Tan',
    [nan, nan, nan],
    [
      [0, 0],
      [Math.PI / 4, 1],
      [-Math.PI / 4, -1],
    ],
  ),
  unary(
    'Tanh',
    [nan, 1, -1],
    [
      [0, 0],
      [Math.LN2, 0.6],
      [-Math.LN2, -0.6],
    ],
  ),
  operation('Tanh', 'Tanh', { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answered(
      'large values, which are 1 in float32',
      { x: float([6], [9.5, -9.5, 50, -50, infinity, -infinity]) },
      float([6], [1, -1, 1, -1, 1, -1]),
    ),
  ]),
];
