import { type NodeBuilder, typeValue } from '../../../../builder/node_builder.ts';
import { reshape } from '../../../../builder/shaping.ts';
import { axisOf, knownCount, rank, type SymbolicTensor } from '../../../../builder/symbolic_tensor.ts';
import { OPERAND, type Operated, type OperationCall } from './operation_call.ts';

/** All elements in one dimension. */
export function flat(g: NodeBuilder, x: SymbolicTensor): SymbolicTensor {
  if (rank(x) === 1) return x;
  const count = knownCount(x.shape);
  const open = g.node('Reshape', [x, g.integers([-1])], { shape: [null] }, { Tshape: typeValue('int32') });
  return count === undefined ? open : reshape(g, x, [count]);
}

type OnTensor = (x: SymbolicTensor, call: OperationCall) => Operated | undefined;

/** An operation of one tensor. */
export const onTensor =
  (action: OnTensor) =>
  (call: OperationCall): Operated | undefined => {
    const x = call.tensor(0, OPERAND);
    return x && action(x, call);
  };

/** An axis that the operation is told, or all elements in one dimension where it is told none. */
export function axisOrFlat(call: OperationCall, x: SymbolicTensor, position: number) {
  const given = call.number(['axis'], position);
  const axis = given === undefined ? 0 : axisOf(x, given);
  return axis === undefined ? undefined : { axis, tensor: given === undefined ? flat(call.g, x) : x };
}
