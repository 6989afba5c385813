import { flag, float32, float32s, int8 } from '../../../../fixtures/models/flatbuffer.ts';
import { codes, constant, floats, integers, type OperatorCase, truths } from './operator_case.ts';

const RELU = int8(1);
const [one, other] = [floats([4], [1, -2, 3, 7.5]), floats([4], [2, 4, -2, 2])];
const whole = [integers([4], [7, -7, 7, -7]), integers([4], [2, 2, -2, -2])] as const;

const binary = (op: string, values: readonly number[]): OperatorCase => ({
  op,
  inputs: [one, other],
  outputs: [floats([4], values)],
});

const ofIntegers = (op: string, values: readonly number[]): OperatorCase => ({
  op,
  about: 'of integers',
  inputs: [...whole],
  outputs: [integers([4], values)],
});

const comparison = (op: string, values: readonly number[]): OperatorCase => ({
  op,
  inputs: [floats([3], [1, 2, 3]), floats([3], [2, 2, 2])],
  outputs: [truths([3], values)],
});

const POINTS = [-3, -0.5, 0, 0.5, 2, 4];

const unary = (op: string, compute: (x: number) => number, points = POINTS): OperatorCase => ({
  op,
  inputs: [floats([points.length], points)],
  outputs: [floats([points.length], points.map(compute))],
});

const configured = (
  op: string,
  options: NonNullable<OperatorCase['options']>,
  compute: (x: number) => number,
): OperatorCase => ({ ...unary(op, compute), options, about: 'with options' });

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** By Abramowitz and Stegun's formula 7.1.26, which is good to 1.5e-7. */
function errorFunction(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const sum = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592].reduce(
    (rest, each) => (rest + each) * t,
    0,
  );
  return Math.sign(x) * (1 - sum * Math.exp(-x * x));
}

const exponentials = [1, 2, 3].map(Math.exp);
const total = exponentials.reduce((sum, each) => sum + each, 0);
const eighths = codes(0.125, -3);

export const ELEMENTWISE_CASES: readonly OperatorCase[] = [
  binary('ADD', [3, 2, 1, 9.5]),
  { ...binary('ADD', [3, 2, 1, 9.5]), about: 'with RELU', options: ['AddOptions', [RELU]] },
  { ...binary('SUB', [0, 0, 5, 5.5]), about: 'with RELU', options: ['SubOptions', [RELU]] },
  binary('MUL', [2, -8, -6, 15]),
  binary('DIV', [0.5, -0.5, -1.5, 3.75]),
  binary('FLOOR_DIV', [0, -1, -2, 3]),
  binary('FLOOR_MOD', [1, 2, -1, 1.5]),
  binary('POW', [1, 16, 1 / 9, 56.25]),
  binary('SQUARED_DIFFERENCE', [1, 36, 25, 30.25]),
  binary('MAXIMUM', [2, 4, 3, 7.5]),
  binary('MINIMUM', [1, -2, -2, 2]),
  {
    op: 'ATAN2',
    inputs: [floats([3], [1, -1, 0]), floats([3], [1, -1, -2])],
    outputs: [floats([3], [Math.PI / 4, (-3 * Math.PI) / 4, Math.PI])],
  },
  ofIntegers('DIV', [3, -3, -3, 3]),
  ofIntegers('FLOOR_DIV', [3, -4, -4, 3]),
  ofIntegers('FLOOR_MOD', [1, 1, -1, -1]),
  {
    op: 'ADD_N',
    inputs: [floats([2], [1, 2]), floats([2], [10, 20]), floats([2], [100, 200])],
    outputs: [floats([2], [111, 222])],
  },
  {
    op: 'ADD',
    about: 'of integers with three scales',
    // 1.5 + 2.25 = 3.75 and -2 + 1 = -1
    inputs: [eighths([2], [9, -19]), codes(0.25, 5)([2], [14, 9])],
    outputs: [codes(0.5, 1)([2], [9, -1])],
  },
  {
    op: 'MUL',
    about: 'that broadcasts',
    inputs: [floats([2, 2], [1, 2, 3, 4]), constant(floats([2], [10, 100]))],
    outputs: [floats([2, 2], [10, 200, 30, 400])],
  },
  comparison('EQUAL', [0, 1, 0]),
  comparison('NOT_EQUAL', [1, 0, 1]),
  comparison('GREATER', [0, 0, 1]),
  comparison('GREATER_EQUAL', [0, 1, 1]),
  comparison('LESS', [1, 0, 0]),
  comparison('LESS_EQUAL', [1, 1, 0]),
  {
    op: 'LESS',
    about: 'of integers with two scales',
    // 1 < 0.75 and -1 < -0.5
    inputs: [eighths([2], [5, -11]), codes(0.25, 0)([2], [3, -2])],
    outputs: [truths([2], [0, 1])],
  },
  {
    op: 'LOGICAL_AND',
    inputs: [truths([4], [0, 0, 1, 1]), truths([4], [0, 1, 0, 1])],
    outputs: [truths([4], [0, 0, 0, 1])],
  },
  {
    op: 'LOGICAL_OR',
    inputs: [truths([4], [0, 0, 1, 1]), truths([4], [0, 1, 0, 1])],
    outputs: [truths([4], [0, 1, 1, 1])],
  },
  { op: 'LOGICAL_NOT', inputs: [truths([2], [0, 1])], outputs: [truths([2], [1, 0])] },
  {
    op: 'BITWISE_XOR',
    inputs: [integers([3], [0, 5, 3]), integers([3], [5, 0, 7])],
    outputs: [integers([3], [5, 5, 4])],
  },
  {
    op: 'RIGHT_SHIFT',
    inputs: [integers([3], [-1, -16, 31]), integers([3], [1, 2, 3])],
    outputs: [integers([3], [-1, -4, 3])],
  },
  {
    op: 'SELECT',
    about: 'of rows',
    inputs: [truths([2], [1, 0]), floats([2, 2], [1, 2, 3, 4]), floats([2, 2], [5, 6, 7, 8])],
    outputs: [floats([2, 2], [1, 2, 7, 8])],
  },
  {
    op: 'SELECT_V2',
    about: 'that broadcasts',
    inputs: [truths([2, 1], [1, 0]), floats([2], [1, 2]), floats([], [9])],
    outputs: [floats([2, 2], [1, 2, 9, 9])],
  },
  unary('ABS', Math.abs),
  unary('CEIL', Math.ceil),
  unary('COS', Math.cos),
  unary('EXP', Math.exp),
  unary('FLOOR', Math.floor),
  unary('LOG', Math.log, [0.5, 1, 10]),
  unary('NEG', (x) => -x),
  unary('RSQRT', (x) => 1 / Math.sqrt(x), [0.25, 4, 9]),
  unary('SIGN', Math.sign),
  unary('SIN', Math.sin),
  unary('SQRT', Math.sqrt, [0, 2, 9]),
  unary('SQUARE', (x) => x * x),
  {
    op: 'ROUND',
    about: 'to even numbers',
    inputs: [floats([6], [0.5, 1.5, 2.5, -0.5, -1.5, 2.6])],
    outputs: [floats([6], [0, 2, 2, 0, -2, 3])],
  },
  unary('ELU', (x) => (x < 0 ? Math.expm1(x) : x)),
  unary('HARD_SWISH', (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6),
  unary('LOGISTIC', sigmoid),
  unary('RELU', (x) => Math.max(x, 0)),
  unary('RELU6', (x) => Math.min(Math.max(x, 0), 6), [-1, 3, 7]),
  unary('RELU_0_TO_1', (x) => Math.min(Math.max(x, 0), 1)),
  unary('RELU_N1_TO_1', (x) => Math.min(Math.max(x, -1), 1)),
  unary('TANH', Math.tanh),
  configured('LEAKY_RELU', ['LeakyReluOptions', [float32(0.25)]], (x) => (x < 0 ? x / 4 : x)),
  configured('GELU', ['GeluOptions', [flag(false)]], (x) => (x / 2) * (1 + errorFunction(x / Math.SQRT2))),
  configured(
    'GELU',
    ['GeluOptions', [flag(true)]],
    (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  ),
  {
    op: 'PRELU',
    inputs: [floats([2, 2], [-1, 2, -3, -4]), constant(floats([2], [0.5, 0.25]))],
    outputs: [floats([2, 2], [-0.5, 2, -1.5, -1])],
  },
  {
    op: 'SOFTMAX',
    about: 'of twice the tensor',
    options: ['SoftmaxOptions', [float32(2)]],
    inputs: [floats([1, 3], [0.5, 1, 1.5])],
    outputs: [
      floats(
        [1, 3],
        exponentials.map((each) => each / total),
      ),
    ],
  },
  {
    op: 'LOG_SOFTMAX',
    inputs: [floats([1, 3], [1, 2, 3])],
    outputs: [
      floats(
        [1, 3],
        exponentials.map((each) => Math.log(each / total)),
      ),
    ],
  },
  {
    op: 'LOGISTIC',
    about: 'of integers',
    inputs: [eighths([3], [-3, 13, -128])],
    outputs: [codes(1 / 256, -128)([3], [0, Math.round(256 * sigmoid(2)) - 128, -128])],
  },
  {
    op: 'SOFTMAX',
    about: 'of integers',
    options: ['SoftmaxOptions', [float32(1)]],
    inputs: [codes(1, 0)([1, 3], [1, 2, 3])],
    outputs: [
      codes(1 / 256, -128)(
        [1, 3],
        exponentials.map((each) => Math.round((256 * each) / total) - 128),
      ),
    ],
  },
  {
    op: 'MAXIMUM',
    about: 'of integers',
    inputs: [eighths([2], [5, -11]), eighths([2], [6, -12])],
    outputs: [eighths([2], [6, -11])],
  },
  {
    op: 'BUCKETIZE',
    options: ['BucketizeOptions', [float32s([0, 10, 100])]],
    inputs: [floats([6], [-5, 10000, 150, 10, 5, 100])],
    outputs: [integers([6], [0, 3, 3, 2, 1, 3])],
  },
  {
    op: 'CAST',
    about: 'to integers, towards zero',
    inputs: [floats([4], [1.9, -1.9, 0.5, 7])],
    outputs: [integers([4], [1, -1, 0, 7])],
  },
  {
    op: 'CAST',
    about: 'to eight bits, of which the lowest stay',
    inputs: [integers([3], [300, -1, 7])],
    outputs: [{ type: 'UINT8', shape: [3], values: [44, 255, 7] }],
  },
  { op: 'CAST', about: 'to truth', inputs: [floats([3], [0, 0.5, -2])], outputs: [truths([3], [0, 1, 1])] },
  { op: 'CAST', about: 'of truth', inputs: [truths([2], [0, 1])], outputs: [floats([2], [0, 1])] },
];
