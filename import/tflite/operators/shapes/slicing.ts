import { typeValue } from '../../../builder/node_builder.ts';
import { expandDimension, reverse, squeeze } from '../../../builder/shaping.ts';
import { stridedSlice } from '../../../builder/strided_slice.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { asCodes } from '../../conversion/entries.ts';
import {
  axesIn,
  constantNumbers,
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';
import type { OptionValues } from '../../file/options.ts';
import { followed, followedTensor, withinBits } from '../../tensors/followed.ts';
import { numbersOf, type TfliteTensor } from '../../tensors/tflite_tensor.ts';
import { keptOf, placesOf, readStridedRanges, type StridedRanges } from './strided_ranges.ts';

/** A box of the tensor; a size of -1 is all that follows. */
const sliceOperator: Operator = (call) => {
  const { g } = call;
  const [x, begin, size] = [input(call, 0), input(call, 1), input(call, 2)];
  const [starts, sizes] = [numbersOf(begin), numbersOf(size)];
  const list = rank(x) === 1 ? followed(x) : undefined;
  const [start = 0] = starts ?? [];
  const [count = -1] = sizes ?? [];
  if (list !== undefined && starts !== undefined && sizes !== undefined)
    return followedTensor(g, list.slice(start, count < 0 ? undefined : start + count));
  const shape = x.shape.map((whole, axis) => {
    const own = sizes?.[axis] ?? null;
    if (own === null || own >= 0) return own;
    const from = starts?.[axis];
    return whole === null || from === undefined ? null : whole - from;
  });
  return g.node('Slice', [x, begin, size], { shape }, { Index: typeValue('int32') });
};

const stridedSliceOperator: Operator = (call) => {
  const x = input(call, 0);
  const masks = call.options.read('StridedSliceOptions');
  const [begin, end, steps] = [1, 2, 3].map((index) => {
    const numbers = input(call, index);
    if (numbers.dtype !== 'int32') refuseMalformed(`has a range of ${numbers.type}`);
    return numbersOf(numbers);
  });
  if (begin === undefined || end === undefined || steps === undefined) return sliceByTensors(call, x, masks);
  const ranges = readStridedRanges(x.shape, { begin, end, steps }, masks);
  return followedSlice(call, x, ranges) ?? strided(call, x, ranges);
};

/** Of sizes that are followed. */
function followedSlice({ g }: OperatorCall, x: TfliteTensor, { ranges, axes }: StridedRanges) {
  const list = rank(x) === 1 ? followed(x) : undefined;
  const [range] = ranges;
  if (list === undefined || range === undefined || axes.includes('new')) return undefined;
  const elements = placesOf(list.length, range).flatMap((place) => list[place] ?? []);
  if (axes.length === 0 && elements.length !== 1) return refuseMalformed('takes a place that is not there');
  return followedTensor(g, elements, axes.length === 0);
}

function strided({ g }: OperatorCall, x: TfliteTensor, { ranges, axes }: StridedRanges): SymbolicTensor {
  const mask = (side: 'begin' | 'end') =>
    ranges.reduce((bits, range, axis) => (range[side] === undefined ? bits | (1 << axis) : bits), 0);
  const shape = x.shape.map((size, axis) => {
    const range = ranges[axis];
    return size === null || range === undefined ? size : keptOf(size, range).count;
  });
  const isWhole = ranges.every(
    ({ begin, end, step }) => begin === undefined && end === undefined && step === 1,
  );
  const taken = isWhole
    ? x
    : stridedSlice(
        g,
        x,
        {
          begin: ranges.map(({ begin }) => withinBits(begin ?? 0)),
          end: ranges.map(({ end }) => withinBits(end ?? 0)),
          steps: ranges.map(({ step }) => withinBits(step)),
        },
        shape,
        { begin: mask('begin'), end: mask('end') },
      );
  const left = [...ranges.keys()].filter((axis) => !axes.includes(axis));
  if (left.some((axis) => shape[axis] === 0)) refuseMalformed('takes a place that is not there');
  const squeezed = left.length === 0 ? taken : squeeze(g, taken, left);
  return axes.reduce<SymbolicTensor>(
    (result, axis, index) => (axis === 'new' ? expandDimension(g, result, index) : result),
    squeezed,
  );
}

/** Ranges that the request decides. */
function sliceByTensors(
  call: OperatorCall,
  x: TfliteTensor,
  masks: OptionValues<'StridedSliceOptions'>,
): SymbolicTensor {
  if (masks.ellipsis_mask !== 0 || masks.new_axis_mask !== 0 || masks.offset)
    return refuse('has ranges that the request decides, with new dimensions, an ellipsis or offsets');
  const [begin, end, steps] = [input(call, 1), input(call, 2), input(call, 3)];
  const count = begin.shape[0] ?? rank(x);
  const shape = [...x.shape.keys()]
    .filter((axis) => axis >= 32 || (masks.shrink_axis_mask & (1 << axis)) === 0)
    .map((axis) => (axis < count ? null : (x.shape[axis] ?? null)));
  return stridedSlice(call.g, x, { begin, end, steps }, shape, {
    begin: masks.begin_mask,
    end: masks.end_mask,
    shrink: masks.shrink_axis_mask,
  });
}

const reverseOperator: Operator = (call) => {
  const x = input(call, 0);
  const axes = axesIn(rank(x), constantNumbers(input(call, 1), 'axes'));
  return axes.reduce<SymbolicTensor>((result, axis) => reverse(call.g, result, axis), x);
};

/** Turns so many steps of each sequence around as it is long. */
const reverseSequence: Operator = (call) => {
  const { g, options } = call;
  const [x, lengths] = [input(call, 0), input(call, 1)];
  const { seq_dim, batch_dim } = options.read('ReverseSequenceOptions');
  return g.node(
    'ReverseSequence',
    [x, lengths],
    { shape: x.shape },
    {
      Tlen: typeValue('int32'),
      seq_dim: { i: String(seq_dim) },
      batch_dim: { i: String(batch_dim) },
    },
  );
};

export const SLICING: OperatorTable = {
  REVERSE_SEQUENCE: asCodes(reverseSequence),
  REVERSE_V2: asCodes(reverseOperator),
  SLICE: asCodes(sliceOperator),
  STRIDED_SLICE: asCodes(stridedSliceOperator),
};
