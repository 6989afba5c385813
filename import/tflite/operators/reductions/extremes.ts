import { cast } from '../../../builder/elementwise.ts';
import { typeValue } from '../../../builder/node_builder.ts';
import { largest } from '../../../builder/sorting.ts';
import { rank } from '../../../builder/symbolic_tensor.ts';
import { asCodes } from '../../conversion/entries.ts';
import {
  axisIn,
  constantNumbers,
  input,
  type Operator,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { numbersOf } from '../../tensors/tflite_tensor.ts';
import { onlyElement } from '../shapes/only_element.ts';

/** The place of the first largest or smallest element along an axis. */
const argument =
  (op: 'ArgMax' | 'ArgMin'): Operator =>
  (call) => {
    const { g, options } = call;
    options.read(`${op}Options`);
    const x = input(call, 0);
    const [given = 0] = constantNumbers(input(call, 1), 'an axis');
    const axis = axisIn(rank(x), given);
    return g.node(
      op,
      [cast(g, x, 'float32'), g.integers([axis], [])],
      { shape: x.shape.filter((_, index) => index !== axis), dtype: 'int32' },
      { Tidx: typeValue('int32'), output_type: typeValue('int32') },
    );
  };

/** The largest values of the last dimension and their places. Of equal values, the first comes first. */
const topK: Operator = (call) => {
  const { g } = call;
  const count = input(call, 1);
  return largest(g, input(call, 0), numbersOf(count)?.[0] ?? onlyElement(g, count));
};

export const EXTREMES: OperatorTable = {
  ARG_MAX: asCodes(argument('ArgMax')),
  ARG_MIN: asCodes(argument('ArgMin')),
  TOPK_V2: asCodes(topK),
};
