import { binary, cast, clip, type Operand, select, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { activationNamed } from '../activation_functions.ts';
import { unitVectors } from '../layers/merging.ts';
import { OPERAND, type Operated, type OperationCall } from './call/operation_call.ts';
import { derivedOperation } from './derived_operations.ts';

/** TensorFlow's operations of one tensor, by Keras's names. */
const UNARY: Readonly<Record<string, string>> = {
  abs: 'Abs',
  arccos: 'Acos',
  arccosh: 'Acosh',
  arcsin: 'Asin',
  arcsinh: 'Asinh',
  arctan: 'Atan',
  arctanh: 'Atanh',
  bitwise_invert: 'Invert',
  bitwise_not: 'Invert',
  ceil: 'Ceil',
  cos: 'Cos',
  cosh: 'Cosh',
  erf: 'Erf',
  erfc: 'Erfc',
  erfinv: 'Erfinv',
  exp: 'Exp',
  expm1: 'Expm1',
  floor: 'Floor',
  identity: 'Identity',
  isfinite: 'IsFinite',
  isinf: 'IsInf',
  isnan: 'IsNan',
  log: 'Log',
  log1p: 'Log1p',
  negative: 'Neg',
  ones_like: 'OnesLike',
  reciprocal: 'Reciprocal',
  rsqrt: 'Rsqrt',
  sign: 'Sign',
  sin: 'Sin',
  sinh: 'Sinh',
  sqrt: 'Sqrt',
  square: 'Square',
  stop_gradient: 'Identity',
  tan: 'Tan',
  zeros_like: 'ZerosLike',
};

/** Those that integers come out of as floats in Keras. */
const OF_FLOATS: ReadonlySet<string> = new Set([
  'Acos',
  'Acosh',
  'Asin',
  'Asinh',
  'Atan',
  'Atanh',
  'Ceil',
  'Cos',
  'Cosh',
  'Erf',
  'Erfc',
  'Erfinv',
  'Exp',
  'Expm1',
  'Floor',
  'IsFinite',
  'IsInf',
  'IsNan',
  'Log',
  'Log1p',
  'Reciprocal',
  'Rsqrt',
  'Sin',
  'Sinh',
  'Sqrt',
  'Tan',
]);

/** TensorFlow's operations of two tensors, by Keras's names. */
const BINARY: Readonly<Record<string, string>> = {
  add: 'AddV2',
  arctan2: 'Atan2',
  bitwise_and: 'BitwiseAnd',
  bitwise_left_shift: 'LeftShift',
  bitwise_or: 'BitwiseOr',
  bitwise_right_shift: 'RightShift',
  bitwise_xor: 'BitwiseXor',
  divide: 'RealDiv',
  divide_no_nan: 'DivNoNan',
  equal: 'Equal',
  floor_divide: 'FloorDiv',
  fmod: 'TruncateMod',
  greater: 'Greater',
  greater_equal: 'GreaterEqual',
  left_shift: 'LeftShift',
  less: 'Less',
  less_equal: 'LessEqual',
  logical_and: 'LogicalAnd',
  logical_or: 'LogicalOr',
  maximum: 'Maximum',
  minimum: 'Minimum',
  mod: 'FloorMod',
  multiply: 'Mul',
  not_equal: 'NotEqual',
  power: 'Pow',
  right_shift: 'RightShift',
  squared_difference: 'SquaredDifference',
  subtract: 'Sub',
};

/** Operations of two floats, whatever they are given. */
const BINARY_OF_FLOATS: ReadonlySet<string> = new Set(['Atan2', 'RealDiv', 'DivNoNan']);

const OTHER = ['y', 'x2', 'b'];

export function unaryOperation(name: string, call: OperationCall): Operated | undefined {
  const op = UNARY[name];
  const x = call.tensor(0, OPERAND);
  if (x === undefined) return undefined;
  if (op !== undefined) return unary(call.g, op, OF_FLOATS.has(op) ? cast(call.g, x, 'float32') : x);
  const derived = derivedOperation(name, call, x);
  if (derived !== undefined) return derived;
  switch (name) {
    case 'clip': {
      const [least, most] = [
        call.number(['x_min', 'clip_value_min', 'a_min'], 1),
        call.number(['x_max', 'clip_value_max', 'a_max'], 2),
      ];
      return least === undefined || most === undefined ? undefined : clip(call.g, x, least, most);
    }
    case 'cast': {
      const dtype = dataType(call.value(['dtype'], 1));
      return dtype === undefined ? undefined : cast(call.g, x, dtype);
    }
    case 'l2_normalize':
      return unitVectors(call.g, x, call.axis(x, 1, -1));
    case 'where': {
      const [one, other] = [call.operand(1, ['x1', 'x']), call.operand(2, ['x2', 'y'])];
      const condition = call.tensor(0, ['condition', 'cond']);
      if (one === undefined || other === undefined || condition === undefined) return undefined;
      return select(call.g, cast(call.g, condition, 'bool'), one, other);
    }
  }
  return activationNamed(name, call, 3)?.(call.g, cast(call.g, x, 'float32'));
}

export function binaryOperation(
  name: string,
  isReversed: boolean,
  call: OperationCall,
): Operated | undefined {
  const op = BINARY[name];
  const [one, other] = [call.operand(0, OPERAND), call.operand(1, OTHER)];
  if (op === undefined || one === undefined || other === undefined) return undefined;
  const [left, right] = isReversed ? [other, one] : [one, other];
  const plain = op.startsWith('Logical') ? truth : BINARY_OF_FLOATS.has(op) ? float : same;
  return binary(call.g, op, plain(call.g, left), plain(call.g, right));
}

const same = (_: NodeBuilder, operand: Operand): Operand => operand;
const truth = (g: NodeBuilder, operand: Operand): Operand =>
  typeof operand === 'number' ? cast(g, g.floats([operand], []), 'bool') : cast(g, operand, 'bool');
const float = (g: NodeBuilder, operand: Operand): Operand =>
  typeof operand === 'number' ? operand : cast(g, operand, 'float32');

function dataType(value: unknown): 'float32' | 'int32' | 'bool' | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^(b?float(16|32|64)|half|double)$/.test(value)) return 'float32';
  if (/^u?int(8|16|32|64)$/.test(value)) return 'int32';
  return value === 'bool' ? 'bool' : undefined;
}
