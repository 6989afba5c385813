import { binary, cast, select, unary } from '../../../builder/elementwise.ts';
import type { Dimension } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { elementsTensor, followed } from '../../values/elements.ts';
import { numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { operands } from './arithmetic.ts';
import { wrapped } from './integers.ts';

const comparison =
  (op: string, compare: (left: number, right: number) => boolean): Operator =>
  (call) => {
    const [one, other] = operands(call);
    const result = typed(
      binary(call.g, op, withoutBooleans(call, one), withoutBooleans(call, other)),
      'BOOL',
    );
    const [left, right] = [numbersOf(one), numbersOf(other)];
    if (left === undefined || right === undefined || (left.length !== right.length && right.length !== 1))
      return result;
    const known = left.map((value, index) =>
      compare(value, right[right.length === 1 ? 0 : index] ?? 0) ? 1 : 0,
    );
    return result.shape.length <= 1 ? { ...result, elements: known } : result;
  };

/** Truth values are compared as numbers. */
function withoutBooleans({ g }: OperatorCall, x: OnnxTensor): SymbolicTensor {
  return x.type === 'BOOL' ? cast(g, x, 'int32') : x;
}

const logical =
  (op: string): Operator =>
  (call) => {
    const [one, other] = operands(call);
    return typed(binary(call.g, op, one, other), 'BOOL');
  };

const not: Operator = (call) => {
  const x = input(call, 0);
  const known = numbersOf(x)?.map((value) => (value === 0 ? 1 : 0));
  return typed(unary(call.g, 'LogicalNot', x), 'BOOL', known);
};

const where: Operator = (call) => {
  const [condition, one, other] = [input(call, 0), input(call, 1), input(call, 2)];
  const chosen = chosenElements(condition, one, other);
  if (chosen !== undefined) return elementsTensor(call.g, chosen, one.type);
  return typed(select(call.g, condition, one, other), one.type);
};

/** Of sizes that are followed, by a condition that is known. */
function chosenElements(
  condition: OnnxTensor,
  one: OnnxTensor,
  other: OnnxTensor,
): readonly Dimension[] | undefined {
  const [yes, no, known] = [followed(one), followed(other), numbersOf(condition)];
  if (yes === undefined || no === undefined || known === undefined || known.length !== yes.length)
    return undefined;
  if (one.shape.length !== 1 || yes.length !== no.length || condition.shape.length > 1) return undefined;
  return known.flatMap((each, index) => (each === 0 ? no[index] : yes[index]) ?? []);
}

const bitwise =
  (op: string): Operator =>
  (call) => {
    const [one, other] = [input(call, 0), input(call, 1)];
    return wrapped(call.g, binary(call.g, op, one, other), one.type);
  };

const bitwiseNot: Operator = (call) => {
  const x = input(call, 0);
  return wrapped(call.g, unary(call.g, 'Invert', x), x.type);
};

const bitShift: Operator = (call) => {
  const [x, bits] = [input(call, 0), input(call, 1)];
  const direction = call.attributes.choice('direction', ['LEFT', 'RIGHT'], 'LEFT');
  return wrapped(call.g, binary(call.g, direction === 'LEFT' ? 'LeftShift' : 'RightShift', x, bits), x.type);
};

export const LOGIC: OperatorTable = {
  And: logical('LogicalAnd'),
  BitShift: bitShift,
  BitwiseAnd: bitwise('BitwiseAnd'),
  BitwiseNot: bitwiseNot,
  BitwiseOr: bitwise('BitwiseOr'),
  BitwiseXor: bitwise('BitwiseXor'),
  Equal: comparison('Equal', (left, right) => left === right),
  Greater: comparison('Greater', (left, right) => left > right),
  GreaterOrEqual: comparison('GreaterEqual', (left, right) => left >= right),
  Less: comparison('Less', (left, right) => left < right),
  LessOrEqual: comparison('LessEqual', (left, right) => left <= right),
  Not: not,
  Or: logical('LogicalOr'),
  Where: where,
  Xor: comparison('NotEqual', (left, right) => left !== right),
};
