import fc from 'fast-check';
import type { Dtype } from '../../oracle/tensor.ts';
import { type Calls, floats, shapes, size } from '../kernel_call.ts';

const unary = (...dtypes: Dtype[]): Calls =>
  fc.record({ shape: shapes(0, 5), dtype: fc.constantFrom(...dtypes) }).map(({ shape, dtype }) => ({
    inputs: { x: { dtype, shape } },
  }));

/** Two shapes that broadcast: each side may lack leading dimensions, or have 1 where the result has more. */
const broadcasting = fc
  .record({
    shape: fc.array(size, { maxLength: 5 }),
    aOnes: fc.nat(31),
    bOnes: fc.nat(31),
    aLacks: fc.nat(2),
    bLacks: fc.nat(2),
    isSame: fc.boolean(),
  })
  .map(({ shape, aOnes, bOnes, aLacks, bLacks, isSame }) => {
    if (isSame) return { a: shape, b: shape };
    const side = (ones: number, lacks: number) =>
      shape.map((each, axis) => ((ones >> axis) & 1 ? 1 : each)).slice(lacks);
    return { a: side(aOnes, aLacks), b: side(bOnes & ~aOnes, bLacks) };
  });

const binary = (names: readonly [string, string], ...dtypes: Dtype[]): Calls =>
  fc.record({ sides: broadcasting, dtype: fc.constantFrom(...dtypes) }).map(({ sides, dtype }) => ({
    inputs: { [names[0]]: { dtype, shape: sides.a }, [names[1]]: { dtype, shape: sides.b } },
  }));

/** Integers with valid divisors. */
const divided: Calls = fc
  .record({ sides: broadcasting, isInteger: fc.boolean() })
  .map(({ sides, isInteger }) => ({
    inputs: isInteger
      ? { a: { dtype: 'int32', shape: sides.a }, b: { dtype: 'int32', shape: sides.b, range: [1, 9] } }
      : { a: floats(sides.a), b: floats(sides.b) },
  }));

const AB = ['a', 'b'] as const;
const numeric = binary(AB, 'float32', 'int32');
const compared = binary(AB, 'float32', 'int32', 'bool');
const logical = binary(AB, 'bool');
const floating = unary('float32');
const either = unary('float32', 'int32');
const anything = unary('float32', 'int32', 'bool', 'string');

export const ELEMENTWISE_CALLS: Readonly<Record<string, Calls>> = {
  ...Object.fromEntries(
    [
      'Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Elu Erf Exp Expm1 Floor IsFinite IsInf IsNan Log Log1p',
      'Reciprocal Relu6 Rsqrt Selu Sigmoid Sin Sinh Softplus Sqrt Tan Tanh',
    ]
      .flatMap((names) => names.split(' '))
      .map((name) => [name, floating]),
  ),
  ...Object.fromEntries(['Abs', 'Neg', 'Relu', 'Round', 'Sign', 'Square'].map((name) => [name, either])),
  ...Object.fromEntries(
    ['Add', 'Maximum', 'Minimum', 'Multiply', 'SquaredDifference', 'Sub'].map((name) => [name, numeric]),
  ),
  ...Object.fromEntries(
    ['Equal', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'NotEqual'].map((name) => [name, compared]),
  ),
  ...Object.fromEntries(['FloorDiv', 'Mod', 'RealDiv'].map((name) => [name, divided])),
  ...Object.fromEntries(['LogicalAnd', 'LogicalOr', 'LogicalXor'].map((name) => [name, logical])),
  AddN: fc
    .record({
      shape: shapes(0, 4),
      dtype: fc.constantFrom<Dtype>('float32', 'int32'),
      count: fc.integer({ min: 1, max: 4 }),
    })
    .map(({ shape, dtype, count }) => ({
      isList: true,
      inputs: Object.fromEntries(
        Array.from({ length: count }, (_, each) => [String(each), { dtype, shape }]),
      ),
    })),
  ...Object.fromEntries(
    ['Atan2', 'Igamma', 'Igammac', 'NextAfter', 'Polygamma', 'Zeta'].map((name) => [
      name,
      binary(AB, 'float32'),
    ]),
  ),
  Betainc: shapes(0, 4).map((shape) => ({ inputs: { a: floats(shape), b: floats([]), x: floats(shape) } })),
  BitwiseAnd: fc.record({ shape: shapes(0, 4) }).map(({ shape }) => ({
    inputs: { a: { dtype: 'int32', shape }, b: { dtype: 'int32', shape } },
  })),
  Cast: fc
    .record({
      shape: shapes(0, 4),
      from: fc.constantFrom<Dtype>('float32', 'int32', 'bool'),
      dtype: fc.constantFrom<Dtype>('float32', 'int32', 'bool'),
    })
    .map(({ shape, from, dtype }) => ({ inputs: { x: { dtype: from, shape } }, attributes: { dtype } })),
  ClipByValue: shapes(0, 4).map((shape) => ({
    inputs: { x: floats(shape) },
    attributes: { clipValueMin: -1, clipValueMax: 2 },
  })),
  EluGrad: shapes(0, 4).map((shape) => ({
    inputs: { dy: floats(shape), y: floats(shape) },
    mayRefuse: true,
  })),
  Identity: anything,
  LeakyRelu: shapes(0, 4).map((shape) => ({ inputs: { x: floats(shape) }, attributes: { alpha: 0.25 } })),
  LogicalNot: unary('bool'),
  OnesLike: unary('float32', 'int32', 'bool'),
  Pow: fc.record({ sides: broadcasting, isInteger: fc.boolean() }).map(({ sides, isInteger }) => ({
    inputs: isInteger
      ? {
          a: { dtype: 'int32', shape: sides.a, range: [-5, 5] },
          b: { dtype: 'int32', shape: sides.b, range: [0, 5] },
        }
      : { a: floats(sides.a), b: floats(sides.b) },
  })),
  Prelu: fc
    .record({ shape: fc.array(size, { minLength: 1, maxLength: 4 }), ones: fc.nat(15), lacks: fc.nat(3) })
    .map(({ shape, ones, lacks }) => ({
      inputs: {
        x: floats(shape),
        alpha: floats(shape.map((each, axis) => ((ones >> axis) & 1 ? 1 : each)).slice(lacks)),
      },
    })),
  Select: fc
    .record({ shape: shapes(0, 4), dtype: fc.constantFrom<Dtype>('float32', 'int32', 'bool') })
    .map(({ shape, dtype }) => ({
      inputs: { condition: { dtype: 'bool', shape }, t: { dtype, shape }, e: { dtype, shape } },
    })),
  Step: shapes(0, 4).map((shape) => ({
    inputs: { x: floats(shape) },
    attributes: { alpha: 0.25 },
    mayRefuse: true,
  })),
  ZerosLike: unary('float32', 'int32', 'bool'),
};
