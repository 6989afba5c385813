import { add, maximum, minimum } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import { reshape, slice } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { asCodes } from '../../conversion/entries.ts';
import { input, knownSize, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';

/** The places of so many elements or rows are a constant. */
const MOST_PLACES = 2 ** 18;

/** A box of the tensor is replaced. It is moved so that it lies within the tensor. */
const updateSlice: Operator = (call) => {
  const { g } = call;
  const [x, update, starts] = [input(call, 0), input(call, 1), input(call, 2)];
  if (rank(update) !== rank(x))
    refuseMalformed(`puts ${rank(update)} dimensions into a tensor of ${rank(x)}`);
  const whole = x.shape.map((_, axis) => knownSize(x, axis, 'a tensor of known sizes'));
  const sizes = update.shape.map((_, axis) => knownSize(update, axis, 'an update of known sizes'));
  // The last axes along which the update is as long as the tensor have no places.
  const depth = sizes.findLastIndex((size, axis) => size !== whole[axis]) + 1;
  if (depth === 0) return update;
  const room = sizes.slice(0, depth).map((size, axis) => (whole[axis] ?? size) - size);
  const count = sizes.slice(0, depth).reduce((product, size) => product * size, 1);
  if (count > MOST_PLACES) refuse(`replaces ${count} places, where at most ${MOST_PLACES} are listed`);
  const places = placesOf(g, starts, sizes.slice(0, depth), room);
  return g.node(
    'TensorScatterUpdate',
    [x, places, reshape(g, update, [count, ...sizes.slice(depth)])],
    { shape: x.shape },
    { Tindices: typeValue('int32') },
  );
};

/** The place of every element of a box, [count, axes]. @param room how far the box may be moved along each axis */
function placesOf(
  g: NodeBuilder,
  starts: SymbolicTensor,
  sizes: readonly number[],
  room: readonly number[],
): SymbolicTensor {
  const count = sizes.reduce((product, size) => product * size, 1);
  const within = Array.from({ length: count }, (_, index) => {
    let rest = index;
    return sizes
      .toReversed()
      .map((size) => {
        const place = rest % size;
        rest = Math.floor(rest / size);
        return place;
      })
      .toReversed();
  });
  const own = slice(g, starts, 0, 0, sizes.length);
  const corner = maximum(g, minimum(g, own, g.integers(room)), 0);
  return add(g, g.integers(within.flat(), [count, sizes.length]), corner);
}

export const UPDATING: OperatorTable = { DYNAMIC_UPDATE_SLICE: asCodes(updateSlice) };
