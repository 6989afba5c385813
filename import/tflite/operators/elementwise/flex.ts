import { binary, unary } from '../../../builder/elementwise.ts';
import { inFloat, tableOf } from '../../conversion/entries.ts';
import { input, type OperatorTable } from '../../conversion/operator_call.ts';
import { refuse } from '../../conversion/refusal.ts';
import type { TfliteTensor } from '../../tensors/tflite_tensor.ts';

const names = (list: string): Record<string, string> =>
  Object.fromEntries(list.split(' ').map((op) => [`Flex${op}`, op]));

/** TensorFlow's operations that a converter keeps as they are ("select TensorFlow operators"), and that have no attributes. */
const UNARY = names(
  'Acos Acosh Asin Asinh Atan Atanh Cosh Digamma Erf Erfc Erfinv Expm1 IsFinite IsInf IsNan Lgamma Log1p Reciprocal Rint Selu ' +
    'Sigmoid Sinh Softplus Softsign Tan',
);
const BINARY = names(
  'AddV2 Atan2 DivNoNan MulNoNan RealDiv SquaredDifference TruncateDiv TruncateMod Xdivy Xlogy',
);

/** Only types that are computed as themselves: narrower integers would wrap around in TensorFlow. */
function computed(tensor: TfliteTensor): TfliteTensor {
  return ['FLOAT32', 'INT32', 'INT64'].includes(tensor.type) ? tensor : refuse(`takes ${tensor.type}`);
}

/** By the names that models give them. */
export const FLEX: OperatorTable = {
  ...tableOf(UNARY, (op) => inFloat((call) => unary(call.g, op, computed(input(call, 0))))),
  ...tableOf(BINARY, (op) =>
    inFloat((call) => binary(call.g, op, computed(input(call, 0)), computed(input(call, 1)))),
  ),
};
