import { binary, cast, maximum, minimum, type Operand, select, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { expandDimension } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { asCodes, inFloat, tableOf } from '../../conversion/entries.ts';
import { input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { refuse } from '../../conversion/refusal.ts';
import { combineFollowed } from '../../tensors/followed.ts';

const COMPARISONS = {
  EQUAL: 'Equal',
  GREATER: 'Greater',
  GREATER_EQUAL: 'GreaterEqual',
  LESS: 'Less',
  LESS_EQUAL: 'LessEqual',
  NOT_EQUAL: 'NotEqual',
} as const;

const LOGICAL = { LOGICAL_AND: 'LogicalAnd', LOGICAL_OR: 'LogicalOr' } as const;

/** Truth values are compared as numbers. */
function comparable(g: NodeBuilder, x: SymbolicTensor): SymbolicTensor {
  return x.dtype === 'bool' ? cast(g, x, 'int32') : x;
}

interface Extreme {
  readonly op: 'Maximum' | 'Minimum';
  readonly build: (g: NodeBuilder, one: Operand, other: Operand) => SymbolicTensor;
  readonly compute: (...values: number[]) => number;
}

const EXTREMES: Readonly<Record<string, Extreme>> = {
  MAXIMUM: { op: 'Maximum', build: maximum, compute: Math.max },
  MINIMUM: { op: 'Minimum', build: minimum, compute: Math.min },
};

/** The condition of rank 1 is for the rows of tensors of a higher rank; else all have one shape. */
const selectRows: Operator = (call) => {
  const { g } = call;
  const [one, other] = [input(call, 1), input(call, 2)];
  let condition: SymbolicTensor = input(call, 0);
  while (rank(condition) > 0 && rank(condition) < rank(one)) {
    condition = expandDimension(g, condition, rank(condition));
  }
  return select(g, condition, one, other);
};

const bitwiseXor: Operator = (call) => {
  const { g } = call;
  const [one, other] = [input(call, 0), input(call, 1)];
  if (one.dtype === 'bool') return binary(g, 'NotEqual', comparable(g, one), comparable(g, other));
  return cast(g, binary(g, 'BitwiseXor', cast(g, one, 'int32'), cast(g, other, 'int32')), one.dtype);
};

/** The sign is shifted in, as C++ does with signed types. */
const rightShift: Operator = (call) => {
  const { g } = call;
  const [x, bits] = [input(call, 0), input(call, 1)];
  if (x.type === 'UINT32') refuse('shifts integers of type UINT32, whose uppermost bit is not a sign');
  return cast(g, binary(g, 'RightShift', cast(g, x, 'int32'), cast(g, bits, 'int32')), x.dtype);
};

export const LOGIC: OperatorTable = {
  ...tableOf(COMPARISONS, (op) =>
    inFloat((call) =>
      binary(call.g, op, comparable(call.g, input(call, 0)), comparable(call.g, input(call, 1))),
    ),
  ),
  ...tableOf(LOGICAL, (op) => asCodes((call) => binary(call.g, op, input(call, 0), input(call, 1)))),
  ...tableOf(EXTREMES, ({ op, build, compute }) =>
    asCodes((call) => {
      const [one, other] = [input(call, 0), input(call, 1)];
      return combineFollowed(call.g, op, one, other, compute) ?? build(call.g, one, other);
    }),
  ),
  BITWISE_XOR: asCodes(bitwiseXor),
  LOGICAL_NOT: asCodes((call) => unary(call.g, 'LogicalNot', input(call, 0))),
  RIGHT_SHIFT: asCodes(rightShift),
  SELECT: asCodes(selectRows),
  SELECT_V2: asCodes((call) => select(call.g, input(call, 0), input(call, 1), input(call, 2))),
};
