import { countUp } from '../../../builder/creation.ts';
import { add, cast, divide, maximum, minimum, multiply, subtract } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import type { Dimension } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';

/** Up to so many places are a constant. */
const MOST_PLACES = 2 ** 16;

export const COORDINATES = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
  'tf_crop_and_resize',
  'tf_half_pixel_for_nn',
] as const;
export type Coordinates = (typeof COORDINATES)[number];

/** One axis of a resized tensor; sizes and scales are numbers or scalars of the graph. */
export interface ResizedAxis {
  readonly from: Dimension;
  readonly to: Dimension;
  /** How many elements of the result there are for one of the input, a float. */
  readonly scale: number | SymbolicTensor;
  /** The length of the result before it was rounded down to a whole number, a float. */
  readonly exact: number | SymbolicTensor;
  /** The part of the input to crop, in shares of its length. */
  readonly region?: readonly [start: number | SymbolicTensor, end: number | SymbolicTensor];
}

type Float = number | SymbolicTensor;

/** Arithmetic on floats that are numbers as far as they are known. */
export const floats = (g: NodeBuilder) => ({
  add: (one: Float, other: Float): Float =>
    typeof one === 'number' && typeof other === 'number'
      ? one + other
      : add(g, asTensor(g, one), asTensor(g, other)),
  subtract: (one: Float, other: Float): Float =>
    typeof one === 'number' && typeof other === 'number'
      ? one - other
      : subtract(g, asTensor(g, one), asTensor(g, other)),
  multiply: (one: Float, other: Float): Float =>
    typeof one === 'number' && typeof other === 'number'
      ? one * other
      : multiply(g, asTensor(g, one), asTensor(g, other)),
  atLeastOne: (x: Float): Float => (typeof x === 'number' ? Math.max(x, 1) : maximum(g, x, 1)),
  atMostOne: (x: Float): Float => (typeof x === 'number' ? Math.min(x, 1) : minimum(g, x, 1)),
  divide: (one: Float, other: Float): Float =>
    typeof one === 'number' && typeof other === 'number'
      ? one / other
      : divide(g, asTensor(g, one), asTensor(g, other)),
});

export function asTensor(g: NodeBuilder, value: Float): SymbolicTensor {
  return typeof value === 'number' ? g.floats([value], []) : value;
}

export function asFloat(g: NodeBuilder, size: Dimension): Float {
  return typeof size === 'number' ? size : cast(g, size, 'float32');
}

/** Where each element of the result lies in the input, [to]: by ONNX's definition of each mode. */
export function placesInInput(g: NodeBuilder, axis: ResizedAxis, mode: Coordinates): SymbolicTensor {
  const { from, to, scale, exact, region } = axis;
  const f = floats(g);
  const { before, divisor, factor, after } = lineOf(
    f,
    {
      scale,
      exact,
      length: asFloat(g, from),
      count: asFloat(g, to),
      ...(region === undefined ? {} : { region }),
    },
    mode,
  );
  const place = (index: Float): Float =>
    f.add(f.multiply(f.divide(f.add(index, before), divisor), factor), after);
  if (typeof to === 'number' && to <= MOST_PLACES) {
    const known = Array.from({ length: to }, (_, index) => place(index)).filter(
      (each) => typeof each === 'number',
    );
    if (known.length === to) return g.floats(known);
  }
  return asTensor(g, place(cast(g, countUp(g, to), 'float32')));
}

interface Measures extends Pick<ResizedAxis, 'scale' | 'exact' | 'region'> {
  readonly length: Float;
  readonly count: Float;
}

/** (index + before) / divisor * factor + after: in this order, so that halves stay halves in single precision. */
interface Line {
  readonly before: Float;
  readonly divisor: Float;
  readonly factor: Float;
  readonly after: Float;
}

function lineOf(
  f: ReturnType<typeof floats>,
  { scale, exact, length, count, region }: Measures,
  mode: Coordinates,
): Line {
  const halves: Line = { before: 0.5, divisor: scale, factor: 1, after: -0.5 };
  // 0 for a result of one element and 1 otherwise.
  const several = f.atMostOne(f.subtract(count, 1));
  switch (mode) {
    case 'asymmetric':
      return { before: 0, divisor: scale, factor: 1, after: 0 };
    case 'half_pixel':
      return halves;
    case 'tf_half_pixel_for_nn':
      return { ...halves, after: 0 };
    case 'pytorch_half_pixel':
      return { ...halves, factor: several, after: f.multiply(-0.5, several) };
    case 'half_pixel_symmetric': {
      // The input's middle stays in the middle although the length of the result was rounded.
      const adjustment = f.divide(count, exact);
      const offset = f.multiply(f.divide(length, 2), f.subtract(1, adjustment));
      return { ...halves, after: f.subtract(offset, 0.5) };
    }
    case 'align_corners': {
      const gaps = f.subtract(exact, 1);
      // A result of one element is the first one.
      const divisor = f.add(gaps, f.subtract(1, several));
      return { before: 0, divisor, factor: f.subtract(length, 1), after: 0 };
    }
    case 'tf_crop_and_resize': {
      const [start, end] = region ?? [0, 1];
      const last = f.subtract(length, 1);
      // A single element lies in the middle of the region.
      const middle = f.multiply(f.multiply(0.5, f.subtract(end, start)), f.subtract(1, several));
      return {
        before: 0,
        divisor: f.atLeastOne(f.subtract(count, 1)),
        factor: f.multiply(f.subtract(end, start), last),
        after: f.multiply(f.add(start, middle), last),
      };
    }
  }
}
