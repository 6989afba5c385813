import { binary } from '../../../builder/elementwise.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { inFloat, tableOf } from '../../conversion/entries.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorEntry,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { refuseMalformed } from '../../conversion/refusal.ts';
import type { FusedActivation } from '../../file/option_tables.ts';
import { combineFollowed } from '../../tensors/followed.ts';
import type { TfliteTensor } from '../../tensors/tflite_tensor.ts';
import { exactDifference, exactProduct, exactSum } from '../quantization/arithmetic.ts';
import { activate } from './fused_activation.ts';

interface Arithmetic {
  readonly floats: string;
  /** That of integers, if it is another one. */
  readonly integers?: string;
  readonly compute: (left: number, right: number) => number;
  readonly activation?: (call: OperatorCall) => FusedActivation;
}

/** Both operands, which have to be of one type. */
function operands(call: OperatorCall): readonly [one: TfliteTensor, other: TfliteTensor] {
  const [one, other] = [input(call, 0), input(call, 1)];
  if (one.dtype !== other.dtype)
    refuseMalformed(`computes with ${one.type} and ${other.type}, which have to be the same`);
  return [one, other];
}

const arithmetic = ({ floats, integers = floats, compute, activation }: Arithmetic): OperatorEntry =>
  inFloat((call) => {
    const { g } = call;
    const [one, other] = operands(call);
    const fused = activation?.(call) ?? 'NONE';
    const op = one.dtype === 'int32' ? integers : floats;
    const known = fused === 'NONE' ? combineFollowed(g, op, one, other, compute) : undefined;
    return known ?? activate(g, binary(g, op, one, other), fused);
  });

/** The sum of any number of tensors of one shape. */
const addAll: Operator = (call) => {
  const tensors = call.inputs.map((_, index) => input(call, index));
  const [first, ...others] = tensors;
  if (first === undefined) return refuseMalformed('has nothing to add');
  return others.reduce<SymbolicTensor>((sum, each) => binary(call.g, 'AddV2', sum, each), first);
};

const activationOf =
  (name: 'AddOptions' | 'SubOptions' | 'MulOptions' | 'DivOptions') =>
  ({ options }: OperatorCall): FusedActivation =>
    options.read(name).fused_activation_function;

const sum = arithmetic({
  floats: 'AddV2',
  compute: (left, right) => left + right,
  activation: activationOf('AddOptions'),
});

const difference = arithmetic({
  floats: 'Sub',
  compute: (left, right) => left - right,
  activation: activationOf('SubOptions'),
});

const product = arithmetic({
  floats: 'Mul',
  compute: (left, right) => left * right,
  activation: activationOf('MulOptions'),
});

export const ARITHMETIC: OperatorTable = {
  ADD: exactSum(sum),
  ADD_N: inFloat(addAll),
  MUL: exactProduct(product),
  SUB: exactDifference(difference),
  ...tableOf<Arithmetic>(
    {
      DIV: {
        floats: 'RealDiv',
        integers: 'TruncateDiv',
        compute: (left, right) => Math.trunc(left / right),
        activation: activationOf('DivOptions'),
      },
      FLOOR_DIV: { floats: 'FloorDiv', compute: (left, right) => Math.floor(left / right) },
      FLOOR_MOD: { floats: 'FloorMod', compute: (left, right) => left - right * Math.floor(left / right) },
      POW: { floats: 'Pow', compute: (left, right) => left ** right },
      SQUARED_DIFFERENCE: { floats: 'SquaredDifference', compute: (left, right) => (left - right) ** 2 },
      ATAN2: { floats: 'Atan2', compute: Math.atan2 },
    },
    arithmetic,
  ),
};
