import {
  add,
  binary,
  cast,
  divide,
  maximum,
  multiply,
  select,
  subtract,
  unary,
} from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { Operated, OperationCall } from './call/operation_call.ts';

type OfFloats = (g: NodeBuilder, x: SymbolicTensor) => SymbolicTensor;

/** The largest number of float32, which Keras puts in the place of infinity. */
const LARGEST = 3.4028234663852886e38;

const isAbove = (g: NodeBuilder, x: SymbolicTensor, limit: number) => binary(g, 'Greater', x, limit);
const scaled =
  (factor: number): OfFloats =>
  (g, x) =>
    multiply(g, x, factor);

/** Functions of one tensor of floats that TensorFlow has no operation for. */
const OF_ONE: Readonly<Record<string, OfFloats>> = {
  cbrt: (g, x) => multiply(g, unary(g, 'Sign', x), binary(g, 'Pow', unary(g, 'Abs', x), 1 / 3)),
  deg2rad: scaled(Math.PI / 180),
  exp2: (g, x) => binary(g, 'Pow', g.floats([2], []), x),
  isneginf: (g, x) => binary(g, 'Less', x, -LARGEST),
  isposinf: (g, x) => isAbove(g, x, LARGEST),
  log10: (g, x) => multiply(g, unary(g, 'Log', x), Math.LOG10E),
  log2: (g, x) => multiply(g, unary(g, 'Log', x), Math.LOG2E),
  logical_not: (g, x) => unary(g, 'LogicalNot', cast(g, x, 'bool')),
  rad2deg: scaled(180 / Math.PI),
  signbit: (g, x) => binary(g, 'Less', x, 0),
  sinc: (g, x) => {
    const angle = multiply(g, x, Math.PI);
    const isZero = binary(g, 'Equal', x, 0);
    return select(g, isZero, 1, divide(g, unary(g, 'Sin', angle), select(g, isZero, 1, angle)));
  },
  trunc: (g, x) => multiply(g, unary(g, 'Sign', x), unary(g, 'Floor', unary(g, 'Abs', x))),
};

type OfTwo = (g: NodeBuilder, x: SymbolicTensor, y: SymbolicTensor) => SymbolicTensor;

/** log(exp(x) + exp(y)) from the larger one on, so that nothing overflows. */
const logSum: OfTwo = (g, x, y) => {
  const distance = unary(g, 'Abs', subtract(g, x, y));
  return add(g, maximum(g, x, y), unary(g, 'Log1p', unary(g, 'Exp', unary(g, 'Neg', distance))));
};

/** Functions of two tensors of floats. */
const OF_TWO: Readonly<Record<string, OfTwo>> = {
  heaviside: (g, x, y) => select(g, binary(g, 'Equal', x, 0), y, cast(g, isAbove(g, x, 0), 'float32')),
  ldexp: (g, x, y) => multiply(g, x, binary(g, 'Pow', g.floats([2], []), y)),
  hypot: (g, x, y) => unary(g, 'Sqrt', add(g, unary(g, 'Square', x), unary(g, 'Square', y))),
  logaddexp: logSum,
  logaddexp2: (g, x, y) =>
    multiply(g, logSum(g, multiply(g, x, Math.LN2), multiply(g, y, Math.LN2)), Math.LOG2E),
  logical_xor: (g, x, y) =>
    binary(g, 'NotEqual', cast(g, cast(g, x, 'bool'), 'int32'), cast(g, cast(g, y, 'bool'), 'int32')),
};

/** Operations that consist of others; undefined where the operation is none of them. */
export function derivedOperation(name: string, call: OperationCall, x: SymbolicTensor): Operated | undefined {
  const { g } = call;
  const floats = cast(g, x, 'float32');
  if (Object.hasOwn(OF_ONE, name)) return OF_ONE[name]?.(g, floats);
  if (Object.hasOwn(OF_TWO, name)) {
    const y = call.tensor(1, ['x2', 'y']);
    return y && OF_TWO[name]?.(g, floats, cast(g, y, 'float32'));
  }
  switch (name) {
    case 'isclose': {
      const y = call.tensor(1, ['x2']);
      if (y === undefined || call.flag(['equal_nan'])) return undefined;
      const [relative, absolute] = [call.number(['rtol'], 2) ?? 1e-5, call.number(['atol'], 3) ?? 1e-8];
      const other = cast(g, y, 'float32');
      const tolerance = add(g, multiply(g, unary(g, 'Abs', other), relative), absolute);
      const isNear = binary(g, 'LessEqual', unary(g, 'Abs', subtract(g, floats, other)), tolerance);
      return binary(g, 'LogicalOr', isNear, binary(g, 'Equal', floats, other));
    }
    case 'nan_to_num': {
      const [nan, most, least] = [
        call.number(['nan'], 1) ?? 0,
        call.number(['posinf'], 2) ?? LARGEST,
        call.number(['neginf'], 3) ?? -LARGEST,
      ];
      const known = select(g, unary(g, 'IsNan', floats), nan, floats);
      const below = select(g, binary(g, 'Less', known, -LARGEST), least, known);
      return select(g, isAbove(g, below, LARGEST), most, below);
    }
    case 'round': {
      const decimals = call.number(['decimals'], 1) ?? 0;
      if (x.dtype === 'int32') return decimals >= 0 ? x : undefined;
      const factor = 10 ** decimals;
      return decimals === 0
        ? unary(g, 'Round', floats)
        : divide(g, unary(g, 'Round', multiply(g, floats, factor)), factor);
    }
    default:
      return undefined;
  }
}
