import { add, binary, maximum, select } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { pad, reshape } from '../../../builder/shaping.ts';
import { stridedSlice } from '../../../builder/strided_slice.ts';
import { knownCount, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { OperatorCall } from '../../conversion/operator_call.ts';
import { dataTypeOf, integerRange } from '../../values/element_types.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { type PaddedWindow, samePads } from './windows.ts';

/** Each is a node. */
const MOST_PLACES = 1024;

/** So many elements are numbered by a constant. */
const MOST_NUMBERED = 2 ** 22;

type Space = Pick<PaddedWindow, 'size' | 'strides' | 'dilations'>;

/**
 * The elements at each place of a window, for all windows at once: as many tensors as the window has elements.
 *
 * @param first the dimension in which space begins
 */
function placesOf(
  g: NodeBuilder,
  x: SymbolicTensor,
  { size, strides, dilations }: Space,
  first: number,
): SymbolicTensor[] {
  const count = size.reduce((product, length) => product * length, 1);
  if (count > MOST_PLACES) refuse(`has a window of ${count} elements, which is too large for its form`);
  const space = size.map((length, index) => {
    const whole = x.shape[first + index] ?? refuse('needs known sizes in space');
    return Math.floor((whole - (length - 1) * (dilations[index] ?? 1) - 1) / (strides[index] ?? 1)) + 1;
  });
  return Array.from({ length: count }, (_, place) => {
    const offsets: number[] = [];
    let rest = place;
    for (let index = size.length - 1; index >= 0; index--) {
      const length = size[index] ?? 1;
      offsets.unshift((rest % length) * (dilations[index] ?? 1));
      rest = Math.floor(rest / length);
    }
    const inSpace = (axis: number) => axis >= first && axis < first + size.length;
    const at = (values: (axis: number) => number, others: number) =>
      x.shape.map((_, axis) => (inSpace(axis) ? values(axis - first) : others));
    const mask = x.shape.reduce<number>((bits, _, axis) => (inSpace(axis) ? bits : bits | (1 << axis)), 0);
    const end = (index: number) =>
      (offsets[index] ?? 0) + ((space[index] ?? 1) - 1) * (strides[index] ?? 1) + 1;
    const shape = x.shape.map((length, axis) => (inSpace(axis) ? (space[axis - first] ?? 1) : length));
    const ranges = {
      begin: at((index) => offsets[index] ?? 0, 0),
      end: at(end, 0),
      steps: at((index) => strides[index] ?? 1, 1),
    };
    return stridedSlice(g, x, ranges, shape, { begin: mask, end: mask });
  });
}

/** The sums of windows of [batch, ...space, channels]. */
export function sumWindows(g: NodeBuilder, x: SymbolicTensor, window: Space): SymbolicTensor {
  return alongEach(g, x, window, 1, (one, other) => add(g, one, other));
}

/** Combines the elements of windows along one dimension of space after the other. */
function alongEach(
  g: NodeBuilder,
  x: SymbolicTensor,
  { size, strides, dilations }: Space,
  first: number,
  combine: (one: SymbolicTensor, other: SymbolicTensor) => SymbolicTensor,
): SymbolicTensor {
  return size.reduce((whole, length, index) => {
    const one = { size: [length], strides: [strides[index] ?? 1], dilations: [dilations[index] ?? 1] };
    return placesOf(g, whole, one, first + index).reduce(combine);
  }, x);
}

/** The largest element of each window of [batch, channels, ...space], and where it is in the whole tensor. */
export function poolBySlices(
  { g }: OperatorCall,
  x: OnnxTensor,
  window: PaddedWindow,
  givesPlaces: boolean,
  isColumnMajor: boolean,
): readonly OnnxTensor[] {
  const { pads } = window;
  const around = pads === 'same' ? samePads(x.shape.slice(2), window) : pads;
  const least = integerRange(x.type)?.[0] ?? Number.NEGATIVE_INFINITY;
  const widths = [[0, 0] as const, [0, 0] as const, ...around];
  const padded = padWith(g, x, widths, Math.max(least, -(2 ** 31)));
  if (!givesPlaces) {
    return [
      typed(
        alongEach(g, padded, window, 2, (one, other) => maximum(g, one, other)),
        x.type,
      ),
    ];
  }
  const slices = placesOf(g, padded, window, 2);
  const places = placesOf(g, pad(g, numbered(g, x, isColumnMajor), widths), window, 2);
  const [first, firstPlace] = [slices[0], places[0]];
  if (first === undefined || firstPlace === undefined) return refuse('has an empty window');
  let largest: SymbolicTensor = first;
  let place: SymbolicTensor = firstPlace;
  for (const [index, each] of slices.entries()) {
    const where = places[index];
    if (index === 0 || where === undefined) continue;
    const isLarger = binary(g, 'Greater', each, largest);
    place = select(g, isLarger, where, place);
    largest = select(g, isLarger, each, largest);
  }
  return [typed(largest, x.type), typed(place, 'INT64')];
}

function padWith(
  g: NodeBuilder,
  x: OnnxTensor,
  widths: readonly (readonly [before: number, after: number])[],
  value: number,
): SymbolicTensor {
  // Zero is the least of unsigned integers.
  return pad(g, x, widths, dataTypeOf(x.type) === 'int32' ? Math.trunc(value) : value);
}

/** The number of each element of the tensor, counted along rows or along columns. */
function numbered(g: NodeBuilder, x: OnnxTensor, isColumnMajor: boolean): SymbolicTensor {
  const count =
    knownCount(x.shape) ?? refuse('gives the places of elements of a tensor whose sizes the request decides');
  if (count > MOST_NUMBERED) refuse(`gives the places of ${count} elements, which are too many`);
  const sizes = x.shape.map((size) => size ?? 1);
  const space = sizes.slice(2);
  const inSpace = space.reduce((product, size) => product * size, 1);
  const numbers = Array.from({ length: count }, (_, index) => {
    if (!isColumnMajor) return index;
    let [rest, place] = [index % inSpace, 0];
    const position: number[] = [];
    for (let axis = space.length - 1; axis >= 0; axis--) {
      position.unshift(rest % (space[axis] ?? 1));
      rest = Math.floor(rest / (space[axis] ?? 1));
    }
    for (let axis = space.length - 1; axis >= 0; axis--)
      place = place * (space[axis] ?? 1) + (position[axis] ?? 0);
    return index - (index % inSpace) + place;
  });
  return reshape(g, g.integers(numbers), sizes);
}
