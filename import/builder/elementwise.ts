import type { DataType } from '../../worker/model/dtype.ts';
import type { NodeAttribute } from '../graph/graph.ts';
import { type NodeBuilder, typeValue } from './node_builder.ts';
import { broadcastShape, type SymbolicTensor } from './symbolic_tensor.ts';

/** A tensor, or a number that stands for one of the other's type. */
export type Operand = SymbolicTensor | number;

const COMPARISONS: ReadonlySet<string> = new Set([
  'Equal',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'LogicalAnd',
  'LogicalOr',
  'NotEqual',
]);

const TESTS: ReadonlySet<string> = new Set(['IsFinite', 'IsInf', 'IsNan']);

/** An operation on two tensors that broadcast. Where one of them is of floats, so is the other. */
export function binary(g: NodeBuilder, op: string, one: Operand, other: Operand): SymbolicTensor {
  const [left, right] = promoted(g, one, other);
  const dtype = COMPARISONS.has(op) ? { dtype: 'bool' as const } : {};
  return g.node(op, [left, right], { shape: broadcastShape(left.shape, right.shape), ...dtype });
}

function promoted(
  g: NodeBuilder,
  one: Operand,
  other: Operand,
): readonly [left: SymbolicTensor, right: SymbolicTensor] {
  const tensor = typeof one === 'number' ? other : one;
  const dtype = typeof tensor === 'number' ? 'float32' : tensor.dtype;
  const plain = (operand: Operand): SymbolicTensor => {
    if (typeof operand !== 'number') return operand;
    return g.scalar(operand, dtype === 'int32' && Number.isInteger(operand) ? 'int32' : 'float32');
  };
  const [left, right] = [plain(one), plain(other)];
  if (left.dtype === right.dtype) return [left, right];
  const common: DataType = [left, right].some((each) => each.dtype === 'float32') ? 'float32' : 'int32';
  return [cast(g, left, common), cast(g, right, common)];
}

export const add = (g: NodeBuilder, one: Operand, other: Operand) => binary(g, 'AddV2', one, other);
export const subtract = (g: NodeBuilder, one: Operand, other: Operand) => binary(g, 'Sub', one, other);
export const multiply = (g: NodeBuilder, one: Operand, other: Operand) => binary(g, 'Mul', one, other);
export const divide = (g: NodeBuilder, one: Operand, other: Operand) => binary(g, 'RealDiv', one, other);
export const maximum = (g: NodeBuilder, one: Operand, other: Operand) => binary(g, 'Maximum', one, other);
export const minimum = (g: NodeBuilder, one: Operand, other: Operand) => binary(g, 'Minimum', one, other);

export function unary(
  g: NodeBuilder,
  op: string,
  x: SymbolicTensor,
  attributes: Readonly<Record<string, NodeAttribute>> = {},
): SymbolicTensor {
  const dtype = TESTS.has(op) ? { dtype: 'bool' as const } : {};
  return g.node(op, [x], { shape: x.shape, ...dtype }, attributes);
}

export function cast(g: NodeBuilder, x: SymbolicTensor, dtype: DataType): SymbolicTensor {
  if (x.dtype === dtype) return x;
  const attributes = { SrcT: typeValue(x.dtype), DstT: typeValue(dtype) };
  return g.node('Cast', [x], { shape: x.shape, dtype }, attributes);
}

/** The values of one tensor where the condition holds, else those of the other. */
export function select(
  g: NodeBuilder,
  condition: SymbolicTensor,
  one: Operand,
  other: Operand,
): SymbolicTensor {
  const [left, right] = promoted(g, one, other);
  const shape = broadcastShape(condition.shape, broadcastShape(left.shape, right.shape));
  return g.node(
    'SelectV2',
    [condition, left, right],
    { shape, dtype: left.dtype },
    {
      T: typeValue(left.dtype),
    },
  );
}

export function clip(g: NodeBuilder, x: SymbolicTensor, least: number, most: number): SymbolicTensor {
  return minimum(g, maximum(g, x, least), most);
}
