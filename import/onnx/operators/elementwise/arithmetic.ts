import { binary, cast, clip, divide, maximum, minimum, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { dimensions, reshape } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { dataTypeOf, isFloating, isInteger } from '../../values/element_types.ts';
import { combineElements, constantFrom, isFollowed } from '../../values/elements.ts';
import { numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuseMalformed } from '../../values/refusal.ts';
import { wrapped } from './integers.ts';

/** Both operands. Before operator set 7, the second one is laid along an axis of the first. */
export function operands(call: OperatorCall): readonly [one: OnnxTensor, other: OnnxTensor] {
  const [one, other] = [input(call, 0), input(call, 1)];
  const axis = call.attributes.integer('axis');
  call.attributes.ignore('broadcast', 'consumed_inputs');
  if (axis === undefined || call.opset >= 7) return [one, other];
  const ones = rank(one) - (axis < 0 ? axis + rank(one) : axis) - rank(other);
  const sizes = [...dimensions(call.g, other), ...Array.from({ length: Math.max(ones, 0) }, () => 1)];
  return [one, typed(reshape(call.g, other, sizes), other.type)];
}

function sameType(one: OnnxTensor, other: OnnxTensor): void {
  if (one.type !== other.type)
    refuseMalformed(`computes with ${one.type} and ${other.type}, which have to be the same`);
}

interface Arithmetic {
  readonly floats: string;
  readonly integers?: string;
  readonly compute: (left: number, right: number) => number;
}

const arithmetic =
  ({ floats, integers = floats, compute }: Arithmetic): Operator =>
  (call) => {
    const [one, other] = operands(call);
    sameType(one, other);
    const op = isInteger(one.type) ? integers : floats;
    const known = combineElements(call.g, op, one, other, compute);
    return known ?? wrapped(call.g, binary(call.g, op, one, other), one.type);
  };

const modulo: Operator = (call) => {
  const [one, other] = operands(call);
  sameType(one, other);
  // The sign of the dividend as C's fmod, or that of the divisor as Python's %.
  const isTruncated = call.attributes.flag('fmod');
  const op = isTruncated ? 'TruncateMod' : 'FloorMod';
  const known = combineElements(call.g, op, one, other, (left, right) =>
    isTruncated ? left % right : left - right * Math.floor(left / right),
  );
  return known ?? typed(binary(call.g, op, one, other), one.type);
};

/** The result has the type of the base, whatever that of the exponent is. */
const power: Operator = (call) => {
  const [base, exponent] = operands(call);
  const isSquare = isFloating(base.type) && numbersOf(exponent)?.every((value) => value === 2);
  if (isSquare && exponent.elements?.length === 1 && rank(exponent) <= rank(base))
    return typed(unary(call.g, 'Square', base), base.type);
  const raised = binary(call.g, 'Pow', base, exponent);
  return wrapped(call.g, cast(call.g, raised, dataTypeOf(base.type)), base.type);
};

/** An operation on any number of tensors, two by two. */
const variadic =
  (op: string, compute: (left: number, right: number) => number): Operator =>
  (call) => {
    call.attributes.ignore('consumed_inputs');
    let result = input(call, 0);
    for (let index = 1; index < call.inputs.length; index++) {
      const other = input(call, index);
      const known = combineElements(call.g, op, result, other, compute);
      result = known ?? typed(binary(call.g, op, result, other), result.type);
    }
    return result;
  };

const sum = variadic('AddV2', (left, right) => left + right);

const mean: Operator = (call) => {
  const first = input(call, 0);
  const total = sum(call);
  return 'ref' in total ? typed(divide(call.g, total, call.inputs.length), first.type) : total;
};

const unaryOf =
  (op: string): Operator =>
  (call) => {
    call.attributes.ignore('consumed_inputs');
    const x = input(call, 0);
    return wrapped(call.g, unary(call.g, op, x), x.type);
  };

const negative: Operator = (call) => {
  const x = input(call, 0);
  const known = isFollowed(x.type) && rank(x) <= 1 ? numbersOf(x) : undefined;
  if (known !== undefined)
    return constantFrom(
      call.g,
      known.map((value) => -value),
      x.shape.map((size) => size ?? 1),
      x.type,
    );
  return wrapped(call.g, unary(call.g, 'Neg', x), x.type);
};

/** The limits are attributes before operator set 11, and inputs since; either may be missing. */
const clipped: Operator = (call) => {
  const { g, attributes, inputs } = call;
  attributes.ignore('consumed_inputs');
  const x = input(call, 0);
  const least = attributes.float('min') ?? inputs[1];
  const most = attributes.float('max') ?? inputs[2];
  const numbers = [least, most].map((limit) => (typeof limit === 'object' ? limit.elements?.[0] : limit));
  const [low, high] = numbers;
  if (isFloating(x.type) && low === 0 && most === undefined) return typed(unary(g, 'Relu', x), x.type);
  if (typeof low === 'number' && typeof high === 'number' && isFloating(x.type)) {
    return typed(between(g, x, low, high), x.type);
  }
  let result: SymbolicTensor = x;
  if (least !== undefined) result = maximum(g, result, least);
  if (most !== undefined) result = minimum(g, result, most);
  return typed(result, x.type);
};

/** In the form that a convolution or a product before it can take in, if there is one. */
function between(g: NodeBuilder, x: SymbolicTensor, low: number, high: number): SymbolicTensor {
  if (low === 0 && high === 6) return unary(g, 'Relu6', x);
  if (low > high) return clip(g, x, low, high);
  return g.node('ClipByValue', [x, g.floats([low], []), g.floats([high], [])], { shape: x.shape });
}

const isNotANumber: Operator = (call) => typed(unary(call.g, 'IsNan', input(call, 0)), 'BOOL');

const isInfinite: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  const [below, above] = [attributes.flag('detect_negative', true), attributes.flag('detect_positive', true)];
  const infinite = unary(g, 'IsInf', x);
  if (below && above) return typed(infinite, 'BOOL');
  if (!below && !above) return typed(binary(g, 'NotEqual', x, x), 'BOOL');
  return typed(binary(g, 'LogicalAnd', infinite, binary(g, above ? 'Greater' : 'Less', x, 0)), 'BOOL');
};

const reciprocal: Operator = (call) => {
  const x = input(call, 0);
  return typed(divide(call.g, 1, x), x.type);
};

const UNARY = {
  Abs: 'Abs',
  Acos: 'Acos',
  Acosh: 'Acosh',
  Asin: 'Asin',
  Asinh: 'Asinh',
  Atan: 'Atan',
  Atanh: 'Atanh',
  Ceil: 'Ceil',
  Cos: 'Cos',
  Cosh: 'Cosh',
  Erf: 'Erf',
  Exp: 'Exp',
  Floor: 'Floor',
  Log: 'Log',
  Round: 'Round',
  Sign: 'Sign',
  Sin: 'Sin',
  Sinh: 'Sinh',
  Sqrt: 'Sqrt',
  Tan: 'Tan',
  Tanh: 'Tanh',
} as const;

export const ARITHMETIC: OperatorTable = {
  ...Object.fromEntries(Object.entries(UNARY).map(([name, op]) => [name, unaryOf(op)])),
  Add: arithmetic({ floats: 'AddV2', compute: (left, right) => left + right }),
  Clip: clipped,
  Div: arithmetic({
    floats: 'RealDiv',
    integers: 'TruncateDiv',
    compute: (left, right) => Math.trunc(left / right),
  }),
  IsInf: isInfinite,
  IsNaN: isNotANumber,
  Max: variadic('Maximum', Math.max),
  Mean: mean,
  Min: variadic('Minimum', Math.min),
  Mod: modulo,
  Mul: arithmetic({ floats: 'Mul', compute: (left, right) => left * right }),
  Neg: negative,
  Pow: power,
  Reciprocal: reciprocal,
  Sub: arithmetic({ floats: 'Sub', compute: (left, right) => left - right }),
  Sum: sum,
};
