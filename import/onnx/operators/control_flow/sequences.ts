import { typeValue } from '../../../builder/node_builder.ts';
import { concatenate, gather, slice, squeeze, stack } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  axisIn,
  constantNumbers,
  input,
  knownSize,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { constantFrom } from '../../values/elements.ts';
import { numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { ABSENT, isTensor, type OnnxSequence, type OnnxValue, tensorOf } from '../../values/onnx_value.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import { fromStart, lengthOf, onlyElement } from '../shapes/sizes.ts';

/** A sequence that is written out has at most so many tensors. */
const MOST_ITEMS = 1024;

function sequence({ values }: OperatorCall, index: number): OnnxSequence {
  const value = values[index] ?? refuseMalformed(`lacks its input ${index}`);
  return 'items' in value ? value : refuseMalformed(`has an input ${index} that is no sequence`);
}

/** A position in a sequence, which may count from the end. @param count the number of positions */
function position(call: OperatorCall, index: number, count: number, absent: number): number {
  const given = call.inputs[index];
  const [place = absent] = given === undefined ? [absent] : constantNumbers(given, 'a position');
  const from = place < 0 ? place + count : place;
  if (from < 0 || from >= count) refuseMalformed(`has the position ${place} in a sequence of ${count}`);
  return from;
}

const construct: Operator = (call) => [{ items: call.inputs.map((_, index) => input(call, index)) }];

const empty: Operator = ({ attributes }) => {
  attributes.ignore('dtype');
  return [{ items: [] }];
};

/** An item; where the request decides which, all have to have one shape. */
const at: Operator = (call) => {
  const { g } = call;
  const { items } = sequence(call, 0);
  const place = input(call, 1);
  if (numbersOf(place) !== undefined) return [items[position(call, 1, items.length, 0)]];
  const [first] = items;
  if (first === undefined || items.some(({ shape }) => String(shape) !== String(first.shape))) {
    return refuse('takes an item that the request decides of tensors of different shapes');
  }
  const index = onlyElement(g, typed(fromStart(g, place, items.length), 'INT64'));
  return typed(gather(g, stack(g, items, 0), index, 0), first.type);
};

const length: Operator = (call) => constantFrom(call.g, [sequence(call, 0).items.length], [], 'INT64');

const insert: Operator = (call) => {
  const { items } = sequence(call, 0);
  const place = position(call, 2, items.length + 1, items.length);
  // Counted from the end, -1 is before the last item.
  const [given = 0] = (call.inputs[2] && numbersOf(call.inputs[2])) ?? [];
  return [{ items: items.toSpliced(given < 0 ? place - 1 : place, 0, input(call, 1)) }];
};

const erase: Operator = (call) => {
  const { items } = sequence(call, 0);
  return [{ items: items.toSpliced(position(call, 1, items.length, items.length - 1), 1) }];
};

const concat: Operator = (call) => {
  const { g, attributes } = call;
  const { items } = sequence(call, 0);
  const [first] = items;
  if (first === undefined) return refuse('joins a sequence without tensors');
  const isStacked = attributes.flag('new_axis');
  const axis = axisIn(rank(first) + (isStacked ? 1 : 0), attributes.integer('axis', 0));
  return typed(isStacked ? stack(g, items, axis) : concatenate(g, items, axis), first.type);
};

/** Parts of given sizes, of one size, or single rows along an axis. */
const split: Operator = (call) => {
  const { g, attributes, inputs } = call;
  const x = input(call, 0);
  const axis = axisIn(rank(x), attributes.integer('axis', 0));
  const keeps = attributes.flag('keepdims', true);
  const given = inputs[1];
  if (given === undefined) {
    const count = knownSize(x, axis, `the size of axis ${axis}`);
    const rows = cut(
      call,
      x,
      axis,
      Array.from({ length: limited(count) }, () => 1),
    );
    return [{ items: keeps ? rows : rows.map((row) => typed(squeeze(g, row, [axis]), x.type)) }];
  }
  const sizes = numbersOf(given);
  if (sizes === undefined) return [{ items: cutByTensor(call, x, axis, given) }];
  if (rank(given) > 0) return [{ items: cut(call, x, axis, sizes) }];
  const [size = 1] = sizes;
  const whole = knownSize(x, axis, `the size of axis ${axis}`);
  const count = limited(Math.ceil(whole / size));
  return [
    {
      items: cut(
        call,
        x,
        axis,
        Array.from({ length: count }, (_, index) => Math.min(size, whole - index * size)),
      ),
    },
  ];
};

function limited(count: number): number {
  return count <= MOST_ITEMS ? count : refuse(`makes a sequence of ${count} tensors, which are too many`);
}

function cut({ g }: OperatorCall, x: OnnxTensor, axis: number, sizes: readonly number[]): OnnxTensor[] {
  let start = 0;
  return sizes.map((size) => {
    const part: SymbolicTensor = slice(g, x, axis, start, size);
    start += size;
    return typed(part, x.type);
  });
}

function cutByTensor({ g }: OperatorCall, x: OnnxTensor, axis: number, sizes: OnnxTensor): OnnxTensor[] {
  if (rank(sizes) === 0) return refuse('makes a sequence of a length that the request decides');
  const count = limited(lengthOf(sizes, 'sizes'));
  const given = Array.from({ length: count }, () => ({ shape: x.shape.with(axis, null), dtype: x.dtype }));
  const attributes = { num_split: { i: String(count) }, Tlen: typeValue('int32') };
  return g
    .nodeWith('SplitV', [x, sizes, g.integers([axis], [])], given, attributes)
    .map((part) => typed(part, x.type));
}

/** Calls a graph for each item of the first sequence, with the same item of the others and all of each tensor. */
const map: Operator = (call) => {
  const { g, attributes, values, outputCount } = call;
  const body = call.subgraph(attributes.graph('body'));
  const { items } = sequence(call, 0);
  const made = items.map((_, index) => {
    const given = values.map((value, each): OnnxTensor => {
      if (value === undefined) return refuseMalformed(`lacks its input ${each}`);
      if (!('items' in value)) return tensorOf(value, body.inputs[each] ?? 'input');
      return value.items[index] ?? refuseMalformed('maps sequences of different lengths');
    });
    return body.convert(g, given, body.captured);
  });
  return Array.from({ length: outputCount }, (_, output) => ({
    items: made.map((each) => tensorOf(each[output] ?? ABSENT, `output ${output}`)),
  }));
};

const optional: Operator = ({ attributes, values }) => {
  attributes.ignore('type');
  return [values[0] ?? ABSENT];
};

const hasElement: Operator = ({ g, values }) => {
  const [value] = values;
  const isThere = value !== undefined && !('isAbsent' in value);
  return constantFrom(g, [isThere ? 1 : 0], [], 'BOOL');
};

const getElement: Operator = ({ values }) => {
  const value: OnnxValue | undefined = values[0];
  if (value === undefined || 'isAbsent' in value)
    return refuse('takes the element of an optional value without one');
  return isTensor(value) ? value : [value];
};

export const SEQUENCES: OperatorTable = {
  ConcatFromSequence: concat,
  Optional: optional,
  OptionalGetElement: getElement,
  OptionalHasElement: hasElement,
  SequenceAt: at,
  SequenceConstruct: construct,
  SequenceEmpty: empty,
  SequenceErase: erase,
  SequenceInsert: insert,
  SequenceLength: length,
  SequenceMap: map,
  SplitToSequence: split,
};
