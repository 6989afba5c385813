import { concat, slice, type Tensor } from '@tensorflow/tfjs-core';
import { numbersInput, refuse } from '../operation.ts';
import { moving } from '../strings/movement.ts';

/** Shifts elements along dimensions; those that leave at the end come in at the beginning. */
export const roll = moving([0], (node, [x]) => {
  if (x === undefined) return refuse(node, 'there is nothing to roll');
  const shifts = numbersInput(node, 1);
  const axes = numbersInput(node, 2);
  if (shifts.length !== axes.length)
    refuse(node, `${shifts.length} shifts are not one for each of ${axes.length} axes`);
  return axes.reduce((rolled, given, index) => {
    if (given < -x.rank || given >= x.rank)
      refuse(node, `the axis ${given} is not a dimension of a tensor of ${x.rank} dimensions`);
    return rolledAlong(rolled, given < 0 ? given + x.rank : given, shifts[index] ?? 0);
  }, x.clone());
});

function rolledAlong(x: Tensor, axis: number, shift: number): Tensor {
  const size = x.shape[axis] ?? 0;
  const by = size === 0 ? 0 : ((shift % size) + size) % size;
  if (by === 0) return x;
  const begin = x.shape.map(() => 0);
  const end = slice(x, begin.with(axis, size - by), x.shape.with(axis, by));
  const start = slice(x, begin, x.shape.with(axis, size - by));
  return concat([end, start], axis);
}
