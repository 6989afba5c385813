import { multiply, unary } from '../../../builder/elementwise.ts';
import { inFloat, tableOf } from '../../conversion/entries.ts';
import { input, type OperatorTable } from '../../conversion/operator_call.ts';

/** TensorFlow's operations of the same meaning; all round half to even where they round. */
const EQUALS = {
  ABS: 'Abs',
  CEIL: 'Ceil',
  COS: 'Cos',
  EXP: 'Exp',
  FLOOR: 'Floor',
  LOG: 'Log',
  NEG: 'Neg',
  ROUND: 'Round',
  RSQRT: 'Rsqrt',
  SIGN: 'Sign',
  SIN: 'Sin',
  SQRT: 'Sqrt',
} as const;

/** Functions of each element. */
export const FUNCTIONS: OperatorTable = {
  ...tableOf(EQUALS, (op) => inFloat((call) => unary(call.g, op, input(call, 0)))),
  SQUARE: inFloat((call) => multiply(call.g, input(call, 0), input(call, 0))),
};
