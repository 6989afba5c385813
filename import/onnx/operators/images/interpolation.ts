import { countUp } from '../../../builder/creation.ts';
import {
  add,
  binary,
  cast,
  divide,
  maximum,
  multiply,
  select,
  subtract,
  unary,
} from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import { expandDimension } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { scalarOf } from '../shapes/sizes.ts';
import { asFloat, asTensor, floats, type ResizedAxis } from './coordinates.ts';

interface Options {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly cubic: number;
  readonly excludesOutside: boolean;
  readonly isAntialiased: boolean;
}

/** Indices beyond the ends are those of the ends. */
export function within(g: NodeBuilder, indices: SymbolicTensor, size: ResizedAxis['from']): SymbolicTensor {
  const last = typeof size === 'number' ? size - 1 : subtract(g, scalarOf(g, size), 1);
  return maximum(g, binary(g, 'Minimum', indices, last), 0);
}

/** How much of each element of the input goes into each of the result, [to, from]. */
export function weightsOf(
  g: NodeBuilder,
  places: SymbolicTensor,
  axis: ResizedAxis,
  options: Options,
): SymbolicTensor {
  const f = floats(g);
  const { from, scale } = axis;
  const reach = options.mode === 'linear' ? 1 : 2;
  // A smoothed reduction looks at more elements, in proportion.
  const narrowing = !options.isAntialiased
    ? 1
    : typeof scale === 'number'
      ? Math.min(scale, 1)
      : binary(g, 'Minimum', scale, g.floats([1], []));
  const column = expandDimension(g, places, 1);
  const first = unary(g, 'Floor', column);
  // [to, taps]
  const indices = add(g, first, expandDimension(g, offsetsOf(g, f.divide(reach, narrowing)), 0));
  const distance = multiply(g, unary(g, 'Abs', subtract(g, column, indices)), narrowing);
  let weights = options.mode === 'linear' ? linear(g, distance) : cubic(g, distance, options.cubic);
  if (options.excludesOutside) {
    const last = f.subtract(asFloat(g, from), 1);
    const isInside = binary(
      g,
      'LogicalAnd',
      binary(g, 'GreaterEqual', indices, 0),
      binary(g, 'LessEqual', indices, asTensor(g, last)),
    );
    weights = multiply(g, weights, cast(g, isInside, 'float32'));
  }
  if (options.excludesOutside || options.isAntialiased)
    weights = divide(g, weights, reduce(g, 'Sum', weights, [1], true));
  // Elements beyond the ends are those at the ends.
  const clamped = within(g, cast(g, indices, 'int32'), from);
  const hot = binary(g, 'Equal', expandDimension(g, clamped, 2), countUp(g, from));
  return reduce(g, 'Sum', multiply(g, expandDimension(g, weights, 2), cast(g, hot, 'float32')), [1]);
}

/** How far the elements that count are from that at or before a place. @param reach the farthest distance */
function offsetsOf(g: NodeBuilder, reach: number | SymbolicTensor): SymbolicTensor {
  if (typeof reach === 'number') {
    const taps = Math.ceil(reach);
    return g.floats(Array.from({ length: 2 * taps }, (_, index) => index - taps + 1));
  }
  const taps = unary(g, 'Ceil', reach);
  const numbers = cast(g, countUp(g, cast(g, multiply(g, taps, 2), 'int32')), 'float32');
  return subtract(g, numbers, subtract(g, taps, 1));
}

function linear(g: NodeBuilder, distance: SymbolicTensor): SymbolicTensor {
  return maximum(g, subtract(g, 1, distance), 0);
}

/** Keys' cubic convolution: the weight at a distance. @param a its coefficient */
export function cubic(g: NodeBuilder, d: SymbolicTensor, a: number): SymbolicTensor {
  const square = multiply(g, d, d);
  const cube = multiply(g, square, d);
  const near = add(g, subtract(g, multiply(g, cube, a + 2), multiply(g, square, a + 3)), 1);
  const far = subtract(
    g,
    add(g, subtract(g, multiply(g, cube, a), multiply(g, square, 5 * a)), multiply(g, d, 8 * a)),
    4 * a,
  );
  const outer = select(g, binary(g, 'Less', d, 2), far, multiply(g, d, 0));
  return select(g, binary(g, 'LessEqual', d, 1), near, outer);
}
