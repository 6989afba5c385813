import { activationNamed } from '../activation_functions.ts';
import { unitVectors } from '../layers/merging.ts';
import { binary, cast, clip, select, unary } from '../nodes/elementwise.ts';
import type { Operated, OperationCall } from './operation_call.ts';

/** TensorFlow's operations of one tensor, by Keras's names. */
const UNARY: Readonly<Record<string, string>> = {
  abs: 'Abs',
  ceil: 'Ceil',
  cos: 'Cos',
  erf: 'Erf',
  exp: 'Exp',
  expm1: 'Expm1',
  floor: 'Floor',
  identity: 'Identity',
  log: 'Log',
  log1p: 'Log1p',
  logical_not: 'LogicalNot',
  negative: 'Neg',
  ones_like: 'OnesLike',
  reciprocal: 'Reciprocal',
  round: 'Round',
  rsqrt: 'Rsqrt',
  sign: 'Sign',
  sin: 'Sin',
  sqrt: 'Sqrt',
  square: 'Square',
  stop_gradient: 'Identity',
  tan: 'Tan',
  zeros_like: 'ZerosLike',
};

/** Those that integers come out of as floats in Keras. */
const OF_FLOATS: ReadonlySet<string> = new Set([
  'Ceil',
  'Cos',
  'Erf',
  'Exp',
  'Expm1',
  'Floor',
  'Log',
  'Log1p',
  'Reciprocal',
  'Rsqrt',
  'Sin',
  'Sqrt',
  'Tan',
]);

/** TensorFlow's operations of two tensors, by Keras's names. */
const BINARY: Readonly<Record<string, string>> = {
  add: 'AddV2',
  divide: 'RealDiv',
  divide_no_nan: 'DivNoNan',
  equal: 'Equal',
  floor_divide: 'FloorDiv',
  greater: 'Greater',
  greater_equal: 'GreaterEqual',
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
  squared_difference: 'SquaredDifference',
  subtract: 'Sub',
};

const TENSOR = ['x', 'inputs', 'input', 'input_tensor', 'tensor', 'logits', 'features', 'a', 'x1'];
const OTHER = ['y', 'x2', 'b'];

export function unaryOperation(name: string, call: OperationCall): Operated | undefined {
  const op = UNARY[name];
  const x = call.tensor(0, TENSOR);
  if (x === undefined) return undefined;
  if (op !== undefined) return unary(call.g, op, OF_FLOATS.has(op) ? cast(call.g, x, 'float32') : x);
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
  const [one, other] = [call.operand(0, TENSOR), call.operand(1, OTHER)];
  if (op === undefined || one === undefined || other === undefined) return undefined;
  const [left, right] = isReversed ? [other, one] : [one, other];
  if (op !== 'RealDiv') return binary(call.g, op, left, right);
  const floats = (operand: typeof left) =>
    typeof operand === 'number' ? operand : cast(call.g, operand, 'float32');
  return binary(call.g, op, floats(left), floats(right));
}

function dataType(value: unknown): 'float32' | 'int32' | 'bool' | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^(b?float(16|32|64)|half|double)$/.test(value)) return 'float32';
  if (/^u?int(8|16|32|64)$/.test(value)) return 'int32';
  return value === 'bool' ? 'bool' : undefined;
}
