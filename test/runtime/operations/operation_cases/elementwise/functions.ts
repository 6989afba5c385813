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
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const scalar = (value: number) => float([], [value]);

const of = (op: string, values: readonly number[], results: readonly number[]): GateCase =>
  operation(op, op, { x: 'FP32' }, T, 'FP32', [
    answered(
      'values, NaN and infinities',
      { x: float([values.length], values) },
      float([results.length], results),
    ),
    answered('no values', { x: float([0, 2]) }, float([0, 2])),
  ]);

const ofTwo = (op: string, asked: GateCase['asked']): GateCase =>
  operation(op, op, { x: 'FP32', other: 'FP32' }, T, 'FP32', asked);

/** Values by the definitions in TensorFlow's documentation, and exact in binary where they are not powers of e. */
export const FUNCTION_CASES: readonly GateCase[] = [
  of('Softsign', [1, -1, 3, 0, nan, 1e-30], [0.5, -0.5, 0.75, 0, nan, Math.fround(1e-30)]),
  of(
    'Rint',
    [0.5, 1.5, 2.5, -1.5, 8388609, infinity, -infinity, nan],
    [0, 2, 2, -2, 8388609, infinity, -infinity, nan],
  ),
  of('Inv', [2, -4, infinity, nan, 0], [0.5, -0.25, 0, nan, infinity]),
  // Values of the functions by SciPy, to the digits of float32.
  of(
    'Erfc',
    [0, 0.5, 2.5, -1, 9, 30, nan],
    [1, 0.4795001221869535, 0.00040695201744495886, 1.8427007929497148, 4.137031746513811e-37, 0, nan].map(
      Math.fround,
    ),
  ),
  of(
    'Erfinv',
    [0, 0.5, -0.96875, 1, -1, 2, 2 ** -30],
    [0, 0.4769362762044699, -1.523019401996956, infinity, -infinity, nan, 8.253631419062224e-10].map(
      Math.fround,
    ),
  ),
  of(
    'Ndtri',
    [0.5, 0.25, 0.96875, 0, 1, 2 ** -40],
    [0, -0.6744897501960817, 1.8627318674216515, -infinity, infinity, -7.047700256664409].map(Math.fround),
  ),
  of(
    'Lgamma',
    [1, 0.5, 4, 100.5, -1.5, 0, -2, infinity],
    [
      0,
      0.5723649429247001,
      1.791759469228055,
      361.43554046777757,
      0.860047015376481,
      infinity,
      infinity,
      infinity,
    ].map(Math.fround),
  ),
  of(
    'Digamma',
    [1, 0.5, 10, -0.5, infinity, -1],
    [-0.5772156649015329, -1.9635100260214235, 2.251752589066721, 0.03648997397857651, infinity, nan].map(
      Math.fround,
    ),
  ),
  operation('L2Loss', 'L2Loss', { x: 'FP32' }, T, 'FP32', [
    answered('half of the sum of squares', { x: float([2, 2], [1, 2, 3, 4]) }, scalar(15)),
    answered('nothing', { x: float([0]) }, scalar(0)),
  ]),
  operation(
    'EuclideanNorm',
    'EuclideanNorm',
    { x: 'FP32', axis: 'INT32' },
    { ...T, keep_dims: { b: true } },
    'FP32',
    [
      answered('rows', { x: float([2, 2], [3, 4, 5, 12]), axis: int([], [-1]) }, float([2, 1], [5, 13])),
      answered('all', { x: float([2], [3, -4]), axis: int([1], [0]) }, float([1], [5])),
    ],
  ),
  ofTwo('Xdivy', [
    answered(
      'zeros by whatever there is',
      { x: float([6], [0, 0, 0, 1, 3, -1]), other: float([6], [0, nan, infinity, 0, 2, infinity]) },
      float([6], [0, 0, 0, infinity, 1.5, -0]),
    ),
    answered('a divisor for all', { x: float([2], [0, 1]), other: scalar(2) }, float([2], [0, 0.5])),
    answered('one zero for all', { x: scalar(0), other: float([2], [nan, 0]) }, float([2], [0, 0])),
  ]),
  ofTwo('Xlogy', [
    answered(
      'zeros times the log of whatever there is',
      { x: float([5], [0, 0, 0, 2, nan]), other: float([5], [0, nan, infinity, 1, 1]) },
      float([5], [0, 0, 0, 0, nan]),
    ),
    answered('the log of 0', { x: scalar(1), other: scalar(0) }, scalar(-infinity)),
  ]),
  ofTwo('Xlog1py', [
    answered(
      'zeros, and a small argument whose log it is nearly',
      { x: float([3], [0, 0, 1]), other: float([3], [-1, nan, 2 ** -40]) },
      float([3], [0, 0, 2 ** -40]),
    ),
  ]),
  ofTwo('MulNoNan', [
    answered(
      'whatever there is, by 0',
      { x: float([4], [nan, infinity, 2, nan]), other: float([4], [0, 0, 3, 1]) },
      float([4], [0, 0, 6, nan]),
    ),
  ]),
  ofTwo('Cross', [
    answered(
      'unit vectors, and two that are parallel',
      { x: float([2, 3], [1, 0, 0, 1, 2, 3]), other: float([2, 3], [0, 1, 0, 2, 4, 6]) },
      float([2, 3], [0, 0, 1, 0, 0, 0]),
    ),
    refused('vectors of two', { x: float([2], [1, 2]), other: float([2], [1, 2]) }, /no vectors of three/),
  ]),
  operation(
    'ApproximateEqual',
    'ApproximateEqual',
    { x: 'FP32', other: 'FP32' },
    { ...T, tolerance: { f: 0.5 } },
    'BOOL',
    [
      answered(
        'less apart than the tolerance',
        { x: float([4], [1, 1, 1, nan]), other: float([4], [1.25, 1.5, 0, nan]) },
        bool([4], [1, 0, 0, 0]),
      ),
    ],
  ),
  operation(
    'BatchNormWithGlobalNormalization',
    'BatchNormWithGlobalNormalization',
    { x: 'FP32', mean: 'FP32', variance: 'FP32', beta: 'FP32', gamma: 'FP32' },
    { ...T, variance_epsilon: { f: 1 }, scale_after_normalization: { b: true } },
    'FP32',
    [
      answered(
        'two channels',
        {
          x: float([1, 1, 1, 2], [3, 30]),
          mean: float([2], [1, 10]),
          variance: float([2], [3, 15]),
          beta: float([2], [0, 5]),
          gamma: float([2], [10, 1]),
        },
        float([1, 1, 1, 2], [10, 10]),
      ),
    ],
  ),
  operation(
    'AccumulateNV2',
    'AccumulateNV2',
    { a: 'FP32', b: 'FP32', c: 'FP32' },
    { ...T, N: { i: '3' }, shape: { shape: { dim: [{ size: '2' }] } } },
    'FP32',
    [
      answered(
        'three lists',
        { a: float([2], [1, 2]), b: float([2], [10, 20]), c: float([2], [100, nan]) },
        float([2], [111, nan]),
      ),
    ],
  ),
  operation('ClipByValue', 'ClipByValue', { x: 'FP32', min: 'FP32', max: 'FP32' }, T, 'FP32', [
    answered(
      'bounds for all, and infinities',
      { x: float([4], [-5, 0.5, 5, infinity]), min: scalar(-1), max: scalar(1) },
      float([4], [-1, 0.5, 1, 1]),
    ),
    answered(
      'bounds for each column',
      { x: float([2, 2], [-5, 5, 0, 0]), min: float([2], [-1, 1]), max: float([2], [2, 3]) },
      float([2, 2], [-1, 3, 0, 1]),
    ),
    answered(
      'bounds upside down, of which the least one holds',
      { x: float([2], [0, 9]), min: scalar(2), max: scalar(1) },
      float([2], [2, 2]),
    ),
    answered(
      'both bounds the same',
      { x: float([2], [0, 9]), min: scalar(2), max: scalar(2) },
      float([2], [2, 2]),
    ),
  ]),
  operation(
    'ClipByValue of int32',
    'ClipByValue',
    { x: 'INT32', min: 'INT32', max: 'INT32' },
    { T: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'the extremes',
        {
          x: int([3], [-2147483648, 16777217, 2147483647]),
          min: int([], [-2147483647]),
          max: int([], [2147483646]),
        },
        int([3], [-2147483647, 16777217, 2147483646]),
      ),
    ],
  ),
  operation(
    'BiasAdd with channels first',
    'BiasAdd',
    { x: 'FP32', bias: 'FP32' },
    { ...T, data_format: text('NCHW') },
    'FP32',
    [
      answered(
        'an image',
        { x: float([1, 2, 1, 2], [1, 2, 3, 4]), bias: float([2], [10, 20]) },
        float([1, 2, 1, 2], [11, 12, 23, 24]),
      ),
      answered('rows', { x: float([1, 2], [1, 2]), bias: float([2], [10, 20]) }, float([1, 2], [11, 22])),
      refused(
        'another number of channels',
        { x: float([1, 1, 2], [1, 2]), bias: float([2], [10, 20]) },
        /BiasAdd: a bias of shape \[2\] does not fit/,
      ),
    ],
  ),
  operation(
    'LinSpace',
    'LinSpace',
    { start: 'FP32', stop: 'FP32', num: 'INT32' },
    { ...T, Tidx: { type: 'DT_INT32' } },
    'FP32',
    [
      answered(
        'the example of its documentation',
        { start: scalar(10), stop: scalar(12), num: int([], [3]) },
        float([3], [10, 11, 12]),
      ),
      answered('one value', { start: scalar(5), stop: scalar(9), num: int([], [1]) }, float([1], [5])),
      answered(
        'downwards',
        { start: scalar(1), stop: scalar(-1), num: int([], [5]) },
        float([5], [1, 0.5, 0, -0.5, -1]),
      ),
      answered(
        'errors that do not add up',
        { start: scalar(0), stop: scalar(1), num: int([], [11]) },
        float(
          [11],
          Array.from({ length: 11 }, (_, index) =>
            index === 10 ? 1 : Math.fround(Math.fround(0.1) * index),
          ),
        ),
      ),
      refused('none', { start: scalar(0), stop: scalar(1), num: int([], [0]) }, /./),
    ],
  ),
];
