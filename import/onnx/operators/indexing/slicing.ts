import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import { expandDimension } from '../../../builder/shaping.ts';
import { stridedSlice } from '../../../builder/strided_slice.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  axesIn,
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { elementsTensor, followed } from '../../values/elements.ts';
import { numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuseMalformed } from '../../values/refusal.ts';
import { fromStart, lengthOf } from '../shapes/sizes.ts';

/** Ranges of some axes, as Python's slices. */
interface Ranges {
  readonly axes: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly steps: readonly number[];
}

const [LEAST, MOST] = [-(2 ** 31), 2 ** 31 - 1];
const bounded = (value: number): number => Math.max(LEAST, Math.min(MOST, value));

const sliceOperator: Operator = (call) => {
  const x = input(call, 0);
  const ranges = rangesOf(call, x);
  if (ranges === undefined) return sliceByTensors(call, x);
  const list = followed(x);
  if (list !== undefined && rank(x) === 1) {
    const places = placesOf(list.length, ranges);
    return elementsTensor(
      call.g,
      places.flatMap((place) => list[place] ?? []),
      x.type,
    );
  }
  return typed(strided(call.g, x, ranges), x.type);
};

/** The ranges, if all are known: attributes before operator set 10, and inputs since. */
function rangesOf(call: OperatorCall, x: OnnxTensor): Ranges | undefined {
  const { attributes, inputs } = call;
  const isOld = call.opset < 10;
  const named = (name: string, index: number) =>
    isOld ? attributes.places(name) : inputs[index] === undefined ? undefined : numbersOf(input(call, index));
  const [starts, ends] = [named('starts', 1), named('ends', 2)];
  const [axes, steps] = [named('axes', 3), isOld ? undefined : named('steps', 4)];
  const isKnown = (value: unknown, index: number) =>
    isOld || inputs[index] === undefined || value !== undefined;
  if (!isKnown(starts, 1) || !isKnown(ends, 2) || !isKnown(axes, 3) || !isKnown(steps, 4)) return undefined;
  if (starts === undefined || ends === undefined) return refuseMalformed('has no starts or no ends');
  if (steps?.includes(0)) return refuseMalformed('has a step of 0');
  return {
    starts,
    ends,
    axes: axes === undefined ? [...starts.keys()] : axesIn(rank(x), axes),
    steps: steps ?? starts.map(() => 1),
  };
}

/** The places that a range of one axis keeps. */
function placesOf(
  length: number,
  { starts: [start = 0], ends: [end = 0], steps: [step = 1] }: Ranges,
): number[] {
  const [least, most] = step > 0 ? [0, length] : [-1, length - 1];
  const limit = (value: number) => Math.max(least, Math.min(most, value < 0 ? value + length : value));
  const [from, to] = [limit(start), limit(end)];
  const count = Math.max(Math.ceil((to - from) / step), 0);
  return Array.from({ length: count }, (_, index) => from + index * step);
}

function strided(g: NodeBuilder, x: SymbolicTensor, { axes, starts, ends, steps }: Ranges): SymbolicTensor {
  let mask = 0;
  const begin = x.shape.map(() => 0);
  const end = x.shape.map(() => 0);
  const step = x.shape.map(() => 1);
  for (const axis of x.shape.keys()) {
    const index = axes.indexOf(axis);
    if (index < 0) mask |= 1 << axis;
    else {
      begin[axis] = bounded(starts[index] ?? 0);
      end[axis] = bounded(ends[index] ?? 0);
      step[axis] = bounded(steps[index] ?? 1);
    }
  }
  const shape = x.shape.map((size, axis) => {
    const index = axes.indexOf(axis);
    if (index < 0 || size === null) return size;
    const own = {
      axes: [0],
      starts: starts.slice(index),
      ends: ends.slice(index),
      steps: steps.slice(index),
    };
    return placesOf(size, own).length;
  });
  return stridedSlice(g, x, { begin, end, steps: step }, shape, { begin: mask, end: mask });
}

/** A constant may lie beyond 32 bits, for "to the end". */
function within32Bits(g: NodeBuilder, tensor: OnnxTensor): SymbolicTensor {
  const numbers = numbersOf(tensor);
  return numbers === undefined ? tensor : g.integers(numbers.map(bounded));
}

/** Ranges that the request decides: they are put in the places of their axes, beside ranges of everything. */
function sliceByTensors(call: OperatorCall, x: OnnxTensor): OnnxTensor {
  const { g, inputs } = call;
  const [starts, ends, axes, steps] = [input(call, 1), input(call, 2), inputs[3], inputs[4]];
  const count = lengthOf(starts, 'starts');
  const places = axes === undefined ? g.integers([...Array(count).keys()]) : fromStart(g, axes, rank(x));
  const column = expandDimension(g, places, 1);
  const whole = (value: number) => g.integers(x.shape.map(() => value));
  const put = (values: OnnxTensor, absent: number) =>
    g.node(
      'TensorScatterUpdate',
      [whole(absent), column, within32Bits(g, values)],
      { shape: [rank(x)] },
      { Tindices: typeValue('int32') },
    );
  const shape = x.shape.map(() => null);
  const own = steps === undefined ? whole(1) : put(steps, 1);
  return typed(
    stridedSlice(g, x, { begin: put(starts, 0), end: put(ends, MOST), steps: own }, shape),
    x.type,
  );
}

export const SLICING: OperatorTable = { Slice: sliceOperator };
