import {
  answered,
  answeredNearly,
  bool,
  float,
  type GateCase,
  int,
  operation,
} from '../../../gate/gate_cases/case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const EDGES = [nan, infinity, -infinity];

/** What an operation returns for a few arguments, then for NaN, infinity and minus infinity. */
type Values = readonly (readonly [argument: number, value: number])[];

const unary = (op: string, edges: readonly number[], values: Values, attr = {}): GateCase => {
  const [given, wanted] = [values.map(([argument]) => argument), values.map(([, value]) => value)];
  return operation(op, op, { x: 'FP32' }, { T: { type: 'DT_FLOAT' }, ...attr }, 'FP32', [
    answeredNearly('values', { x: float([1, given.length], given) }, float([1, wanted.length], wanted)),
    answeredNearly('NaN and infinities', { x: float([3], EDGES) }, float([3], edges)),
    answered(
      'a scalar',
      { x: float([], [given[0] ?? 0]) },
      {
        ...(answeredNearly('', {}, float([], [wanted[0] ?? 0])).answer?.y ?? float([])),
      },
    ),
    answered('no values', { x: float([2, 0]) }, float([2, 0])),
  ]);
};

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

const third = Math.PI / 3;

/**
 * Values of the functions at arguments where they are known in closed form, and their limits. Rounding is to even, as
 * TensorFlow's documentation of tf.round says.
 */
export const UNARY_CASES: readonly GateCase[] = [
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
