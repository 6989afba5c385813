import {
  at,
  broadcast,
  broadcastValue,
  build,
  type Call,
  type Dtype,
  type Expected,
  flag,
  input,
  inputs,
  isSame,
  number,
  type Operation,
  refuse,
  require,
  Unpredicted,
} from './tensor.ts';

const FLOAT: readonly Dtype[] = ['float32'];
const NUMBERS: readonly Dtype[] = ['float32', 'int32'];

type Compared = NonNullable<Expected['compared']>;

function unary(
  compute: (x: number, call: Call) => number,
  dtypes = FLOAT,
  output?: Dtype,
  compared: Compared = 'always',
): Operation {
  return (call) => {
    const x = input(call, 'x', ...dtypes);
    return [
      {
        ...build(output ?? x.dtype, [x.values.length], ([index = 0]) => compute(at(x.values, index), call)),
        shape: x.shape,
        compared: x.dtype === 'int32' ? 'ordinary' : compared,
      },
    ];
  };
}

function binary(
  compute: (a: number, b: number, dtype: Dtype) => number,
  dtypes = NUMBERS,
  output?: Dtype,
  compared: Compared = 'always',
  names: readonly [string, string] = ['a', 'b'],
): Operation {
  return (call) => {
    const a = input(call, names[0], ...dtypes);
    const b = input(call, names[1], a.dtype);
    return [
      build(
        output ?? a.dtype,
        broadcast(a.shape, b.shape),
        (index) => compute(broadcastValue(a, index), broadcastValue(b, index), a.dtype),
        a.dtype === 'int32' && output === undefined ? 'ordinary' : compared,
      ),
    ];
  };
}

function divided(compute: (a: number, b: number) => number): Operation {
  return binary(
    (a, b, dtype) => {
      if (dtype === 'int32' && b === 0) refuse('an integer is divided by zero');
      return compute(a, b);
    },
    NUMBERS,
    undefined,
    'ordinary',
  );
}

/** The series of Abramowitz and Stegun, exact to 1e-7 for the values that tests use. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

const floorMod = (a: number, b: number): number => {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
};

const cast: Operation = (call) => {
  const x = input(call, 'x', 'float32', 'int32', 'bool');
  const dtype = call.attributes.dtype;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    return refuse(`a cast to ${String(dtype)}`);
  const convert = (each: number): number => {
    if (dtype === 'bool') return each === 0 ? 0 : 1;
    return dtype === 'int32' ? Math.trunc(each) : Math.fround(each);
  };
  return [
    {
      dtype,
      shape: x.shape,
      values: x.values.map(convert),
      compared: dtype === 'int32' ? 'ordinary' : 'always',
    },
  ];
};

const addN: Operation = (call) => {
  const list = inputs(call);
  const [first] = list;
  if (first === undefined) return refuse('nothing to add');
  require(NUMBERS.includes(first.dtype), `${first.dtype} cannot be added`);
  require(list.every(
    ({ dtype, shape }) => dtype === first.dtype && isSame(shape, first.shape),
  ), 'the tensors differ');
  const values = first.values.map((_, index) => list.reduce((sum, { values }) => sum + at(values, index), 0));
  return [{ dtype: first.dtype, shape: first.shape, values, compared: 'ordinary' }];
};

const prelu: Operation = (call) => {
  const x = input(call, 'x', 'float32');
  const alpha = input(call, 'alpha', 'float32');
  require(isSame(broadcast(x.shape, alpha.shape), x.shape), 'alpha does not broadcast to x');
  return [
    build(
      'float32',
      x.shape,
      (index) => {
        const each = broadcastValue(x, index);
        return each < 0 ? each * broadcastValue(alpha, index) : each;
      },
      'ordinary',
    ),
  ];
};

const select: Operation = (call) => {
  const condition = input(call, 'condition', 'bool');
  const t = input(call, 't');
  const e = input(call, 'e', t.dtype);
  // Select chooses rows if the condition is a vector. SelectV2 broadcasts, so the shapes are equal here.
  const byRow = condition.shape.length === 1 && t.shape.length > 1 && condition.shape[0] === t.shape[0];
  require(isSame(t.shape, e.shape), 't and e differ');
  require(byRow ||
    condition.shape.length === 0 ||
    isSame(condition.shape, t.shape), 'the condition does not fit');
  return [
    build(t.dtype, t.shape, (index) => {
      const [row = 0] = index;
      const chosen = byRow ? at(condition.values, row) : broadcastValue(condition, index);
      return broadcastValue(chosen === 0 ? e : t, index);
    }),
  ];
};

const same: Operation = (call) => {
  const x = input(call, 'x');
  return [{ ...x, compared: 'always' }];
};

const filled =
  (fill: number): Operation =>
  (call) => {
    const x = input(call, 'x');
    require(x.dtype !== 'string' || fill === 0, 'a string is not one');
    if (x.dtype === 'string') return [{ dtype: x.dtype, shape: x.shape }];
    return [{ dtype: x.dtype, shape: x.shape, values: x.values.map(() => fill) }];
  };

const compare = (compute: (a: number, b: number) => boolean): Operation =>
  binary((a, b) => (compute(a, b) ? 1 : 0), ['float32', 'int32', 'bool'], 'bool');
/** Strings are the numbers of words here. */
const equality = (compute: (a: number, b: number) => boolean): Operation =>
  binary((a, b) => (compute(a, b) ? 1 : 0), ['float32', 'int32', 'bool', 'string'], 'bool');
const logical = (compute: (a: number, b: number) => number): Operation => binary(compute, ['bool'], 'bool');

export const ELEMENTWISE: Readonly<Record<string, Operation>> = {
  Abs: unary(Math.abs, NUMBERS),
  Acos: unary(Math.acos),
  Acosh: unary(Math.acosh, FLOAT, undefined, 'ordinary'),
  Add: binary((a, b) => a + b),
  AddN: addN,
  Asin: unary(Math.asin),
  Asinh: unary(Math.asinh, FLOAT, undefined, 'ordinary'),
  Atan: unary(Math.atan),
  Atan2: binary(Math.atan2, FLOAT),
  Atanh: unary(Math.atanh),
  BitwiseAnd: binary((a, b) => a & b, ['int32']),
  Cast: cast,
  Ceil: unary(Math.ceil),
  ClipByValue: (call) => {
    const [low, high] = [number(call, 'clipValueMin'), number(call, 'clipValueMax')];
    if (!(low <= high)) throw new Unpredicted();
    return unary((x) => Math.min(Math.max(x, low), high), NUMBERS, undefined, 'ordinary')(call);
  },
  Cos: unary(Math.cos, FLOAT, undefined, 'ordinary'),
  Cosh: unary(Math.cosh, FLOAT, undefined, 'ordinary'),
  Elu: unary((x) => (x < 0 ? Math.expm1(x) : x)),
  EluGrad: binary((dy, y) => (y >= 0 ? dy : dy * (y + 1)), FLOAT, undefined, 'ordinary', ['dy', 'y']),
  Equal: equality((a, b) => a === b),
  Erf: unary(erf),
  Exp: unary(Math.exp),
  Expm1: unary(Math.expm1),
  Floor: unary(Math.floor),
  FloorDiv: divided((a, b) => Math.floor(a / b)),
  Greater: compare((a, b) => a > b),
  GreaterEqual: compare((a, b) => a >= b),
  Identity: same,
  IsFinite: unary((x) => (Number.isFinite(x) ? 1 : 0), FLOAT, 'bool'),
  IsInf: unary((x) => (Math.abs(x) === Number.POSITIVE_INFINITY ? 1 : 0), FLOAT, 'bool'),
  IsNan: unary((x) => (Number.isNaN(x) ? 1 : 0), FLOAT, 'bool'),
  LeakyRelu: unary((x, call) => (x < 0 ? x * number(call, 'alpha') : x), FLOAT, undefined, 'ordinary'),
  Less: compare((a, b) => a < b),
  LessEqual: compare((a, b) => a <= b),
  Log: unary(Math.log),
  Log1p: unary(Math.log1p, FLOAT, undefined, 'ordinary'),
  LogicalAnd: logical((a, b) => a & b),
  LogicalNot: unary((x) => 1 - x, ['bool']),
  LogicalOr: logical((a, b) => a | b),
  LogicalXor: logical((a, b) => a ^ b),
  Maximum: binary((a, b) => Math.max(a, b), NUMBERS, undefined, 'ordinary'),
  Minimum: binary((a, b) => Math.min(a, b), NUMBERS, undefined, 'ordinary'),
  Mod: divided(floorMod),
  Multiply: binary((a, b) => a * b),
  Neg: unary((x) => -x, NUMBERS),
  NotEqual: equality((a, b) => a !== b),
  OnesLike: filled(1),
  Pow: binary(
    (a, b, dtype) => {
      if (dtype === 'int32' && b < 0) refuse('an integer has no negative power');
      if (dtype === 'int32' && Math.abs(a ** b) > 2 ** 31) throw new Unpredicted();
      return a ** b;
    },
    NUMBERS,
    undefined,
    'ordinary',
  ),
  Prelu: prelu,
  RealDiv: divided((a, b) => a / b),
  Reciprocal: unary((x) => 1 / x),
  Relu: unary((x) => Math.max(x, 0), NUMBERS),
  Relu6: unary((x) => Math.min(Math.max(x, 0), 6), NUMBERS),
  Round: unary(roundHalfEven, NUMBERS),
  Rsqrt: unary((x) => 1 / Math.sqrt(x)),
  Select: select,
  Selu: unary((x) => SELU_SCALE * (x < 0 ? SELU_ALPHA * Math.expm1(x) : x)),
  Sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  Sign: unary((x) => Math.sign(x), NUMBERS, undefined, 'ordinary'),
  Sin: unary(Math.sin, FLOAT, undefined, 'ordinary'),
  Sinh: unary(Math.sinh, FLOAT, undefined, 'ordinary'),
  Softplus: unary((x) => (x > 30 ? x : Math.log1p(Math.exp(x))), FLOAT, undefined, 'ordinary'),
  Sqrt: unary(Math.sqrt),
  Square: unary((x) => x * x, NUMBERS),
  SquaredDifference: binary((a, b) => (a - b) ** 2),
  Step: unary(
    (x, call) => (x > 0 ? 1 : flag(call, 'never') ? 0 : number(call, 'alpha')),
    FLOAT,
    undefined,
    'ordinary',
  ),
  Sub: binary((a, b) => a - b),
  Tan: unary(Math.tan, FLOAT, undefined, 'ordinary'),
  Tanh: unary(Math.tanh),
  ZerosLike: filled(0),
};
