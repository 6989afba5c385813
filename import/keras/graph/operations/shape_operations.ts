import * as v from 'valibot';
import { isJsonObject } from '../../../../worker/model/json_object.ts';
import { cast, unary } from '../../../builder/elementwise.ts';
import { textValue, typeValue } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import {
  concatenate,
  type Dimension,
  dimension,
  expandDimension,
  pad,
  reshape,
  reverse,
  shapeTensor,
  slice,
  split,
  squeeze,
  stack,
  tile,
  transpose,
  unstack,
} from '../../../builder/shaping.ts';
import { stridedSlice } from '../../../builder/strided_slice.ts';
import { isSymbolicTensor, knownCount, rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { Operated, OperationCall } from './call/operation_call.ts';
import { flat } from './call/tensor_arguments.ts';

const TENSOR = ['x', 'inputs', 'input', 'input_tensor', 'tensor', 'a', 'value', 'x1'];
const LIST = ['xs', 'values', 'tensors', 'arrays', 'x'];

const REDUCTIONS = {
  all: 'All',
  any: 'Any',
  max: 'Max',
  mean: 'Mean',
  min: 'Min',
  prod: 'Prod',
  sum: 'Sum',
} as const;
const isReduction = (name: string): name is keyof typeof REDUCTIONS => Object.hasOwn(REDUCTIONS, name);

/** What one node gives at most. */
const MOST_PARTS = 4096;

/** Operations that sum up, move or join; undefined where the operation is none of them, or not understood. */
export function shapeOperation(name: string, call: OperationCall): Operated | undefined {
  const { g } = call;
  const listed = call.tensors(LIST);
  if (name === 'concatenate' || name === 'stack') {
    const [first] = listed;
    if (first === undefined) return undefined;
    if (name === 'stack') return stack(g, listed, call.axis(first, 1, 0, 1));
    return concatenate(g, listed, call.axis(first, 1, -1));
  }
  const x = call.tensor(0, TENSOR);
  if (x === undefined) return undefined;
  if (isReduction(name)) {
    const keep = call.flag(['keepdims', 'keep_dims']);
    if ((call.value(['initial']) ?? null) !== null) return undefined;
    return reduce(g, REDUCTIONS[name], cast(g, x, reducedType(name, x)), call.axes(x, 1), keep);
  }
  switch (name) {
    case 'reshape':
      return reshaped(call, x, call.value(['newshape', 'shape', 'target_shape'], 1));
    case 'transpose':
      return transpose(g, x, call.numbers(['axes', 'perm'], 1) ?? [...x.shape.keys()].reverse());
    case 'expand_dims':
      return expandDimension(g, x, call.axis(x, 1, -1, 1));
    case 'squeeze': {
      const ones = [...x.shape.keys()].filter((axis) => x.shape[axis] === 1);
      const named = call.numbers(['axis', 'axes'], 1);
      return squeeze(g, x, named === undefined ? ones : call.axes(x, 1));
    }
    case 'tile': {
      const repeats = call.numbers(['repeats', 'multiples'], 1);
      return repeats?.length === rank(x) ? tile(g, x, repeats) : undefined;
    }
    case 'flip':
      return call.axes(x, 1).reduce((turned, axis) => reverse(g, turned, axis), x);
    case 'split':
      return parts(call, x, call.axis(x, 2, 0));
    case 'unstack': {
      const axis = call.axis(x, 2, 0);
      const size = x.shape[axis] ?? null;
      return size === null || size > MOST_PARTS ? undefined : unstack(g, x, axis, size);
    }
    case 'pad':
      return padded(call, x);
    case 'shape':
      return g.node('Shape', [x], { shape: [rank(x)], dtype: 'int32' }, { out_type: typeValue('int32') });
    case 'argmax':
    case 'argmin':
      return place(call, x, name);
    case 'ravel':
      return flat(g, x);
    case 'get_item':
      return sliced(call, x, call.value(['key', 'slice_spec'], 1));
    case 'broadcast_to': {
      const target = call.numbers(['shape'], 1);
      if (target === undefined) return undefined;
      const shape = shapeTensor(g, target);
      return g.node('BroadcastTo', [x, shape], { shape: target }, { Tidx: typeValue('int32') });
    }
    case 'logsumexp': {
      const axes = call.axes(x, 1);
      const most = reduce(g, 'Max', x, axes, true);
      const sum = reduce(g, 'Sum', unary(g, 'Exp', g.node('Sub', [x, most], { shape: x.shape })), axes, true);
      const whole = g.node('AddV2', [unary(g, 'Log', sum), most], { shape: sum.shape });
      return call.flag(['keepdims', 'keep_dims']) ? whole : squeeze(g, whole, axes);
    }
  }
  return undefined;
}

/** What a reduction computes with: truth values are counted, or all of something is one of them. */
function reducedType(name: keyof typeof REDUCTIONS, { dtype }: SymbolicTensor): SymbolicTensor['dtype'] {
  if (name === 'mean') return 'float32';
  if (name === 'all' || name === 'any') return 'bool';
  return dtype === 'bool' ? 'int32' : dtype;
}

/** Parts of equal sizes, of the sizes that TensorFlow is told, or between the indices that Keras is told. */
function parts(call: OperationCall, x: SymbolicTensor, axis: number): Operated | undefined {
  const { g } = call;
  const given = call.numbers(['indices_or_sections', 'num_or_size_splits'], 1);
  const isList = Array.isArray(call.value(['indices_or_sections', 'num_or_size_splits'], 1));
  const size = x.shape[axis] ?? null;
  if (given === undefined || size === null || given.length > MOST_PARTS) return undefined;
  if (!isList) {
    const [count = 0] = given;
    return count > 0 && count <= MOST_PARTS && size % count === 0 ? split(g, x, axis, count) : undefined;
  }
  const ends = call.isKeras
    ? given.map((index) => (index < 0 ? index + size : index))
    : given.slice(0, -1).map((_, index) => given.slice(0, index + 1).reduce((sum, each) => sum + each, 0));
  const inside = ends.map((end) => Math.min(Math.max(end, 0), size));
  return [...inside, size].map((end, index) => {
    const start = inside[index - 1] ?? 0;
    return slice(g, x, axis, start, Math.max(0, end - start));
  });
}

/** Widths as Keras takes them: one for all dimensions, a pair for all, or a pair for each. */
const WidthsSchema = v.union([v.number(), v.array(v.union([v.number(), v.array(v.number())]))]);

function padded(call: OperationCall, x: SymbolicTensor): Operated | undefined {
  const { g } = call;
  const given = v.safeParse(WidthsSchema, call.value(['pad_width', 'paddings'], 1));
  const mode = (call.text(['mode'], 2) ?? 'constant').toLowerCase();
  if (!given.success) return undefined;
  const list = typeof given.output === 'number' ? [[given.output]] : given.output;
  const pairs = list.every((each) => typeof each === 'number')
    ? [list.map(Number)]
    : list.map((each) => [each].flat());
  const [first] = pairs;
  const all = pairs.length === 1 && first !== undefined ? x.shape.map(() => first) : pairs;
  const widths = all.map(([before = 0, after = before]) => [before, after] as const);
  if (widths.length !== rank(x)) return undefined;
  const value = call.number(['constant_values'], call.isKeras ? 1 : 3) ?? 0;
  if (mode === 'constant') return pad(g, x, widths, value);
  if (mode !== 'reflect' && mode !== 'symmetric') return undefined;
  const shape = x.shape.map((size, axis) => {
    const [before, after] = widths[axis] ?? [0, 0];
    return size === null ? null : size + before + after;
  });
  return g.node(
    'MirrorPad',
    [x, g.integers(widths.flat(), [widths.length, 2])],
    { shape },
    { mode: textValue(mode.toUpperCase()), Tpaddings: typeValue('int32') },
  );
}

/** Where the largest or the least value is. TensorFlow looks along the first axis unless told, Keras at all values. */
function place(call: OperationCall, x: SymbolicTensor, name: 'argmax' | 'argmin'): Operated | undefined {
  const { g } = call;
  const isAll = call.isKeras && call.number(['axis'], 1) === undefined;
  const tensor = isAll ? flat(g, x) : x;
  const axis = isAll ? 0 : call.axis(x, 1, 0);
  const found = g.node(
    name === 'argmax' ? 'ArgMax' : 'ArgMin',
    [tensor, g.integers([axis], [])],
    { shape: tensor.shape.filter((_, index) => index !== axis), dtype: 'int32' },
    { output_type: typeValue('int32') },
  );
  if (!call.flag(['keepdims'])) return found;
  return isAll ? undefined : expandDimension(g, found, axis);
}

/** A new shape may have sizes that other operations gave. */
function reshaped({ g }: OperationCall, x: SymbolicTensor, value: unknown): Operated | undefined {
  if (!Array.isArray(value)) return undefined;
  const sizes: Dimension[] = [];
  const known = knownCount(x.shape.slice(1));
  const numbers = value.filter((size: unknown) => typeof size === 'number' && size > 0);
  const rest = numbers.reduce<number>((product, size) => product * Number(size), 1);
  for (const [index, size] of value.entries()) {
    if (isSymbolicTensor(size)) sizes.push(size);
    else if (typeof size !== 'number') return undefined;
    else if (size >= 0) sizes.push(size);
    // One size is open: the batch's, where what follows is all there is, or else it is worked out.
    else if (index > 0 && known !== undefined && isSymbolicTensor(value[0])) sizes.push(known / rest);
    else sizes.push(dimension(g, x, 0));
  }
  return reshape(g, x, sizes);
}

const SliceSchema = v.object({
  start: v.nullish(v.number(), null),
  stop: v.nullish(v.number(), null),
  step: v.nullish(v.number(), null),
});

type Range = v.InferOutput<typeof SliceSchema>;

/** Python's indexing with numbers, ranges, `None` and `...`. */
function sliced({ g }: OperationCall, x: SymbolicTensor, value: unknown): SymbolicTensor | undefined {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isEllipsis = (item: unknown) =>
    (isJsonObject(item) && item.class_name === '__ellipsis__') || item === '...';
  const taken = items.filter((item) => item !== null && !isEllipsis(item)).length;
  const [begin, end, strides]: [number[], number[], number[]] = [[], [], []];
  const masks = { begin: 0, end: 0, new: 0, shrink: 0 };
  const shape: (number | null)[] = [];
  let axis = 0;
  const add = (range: Range, isSingle: boolean) => {
    const bit = 1 << begin.length;
    const step = range.step ?? 1;
    if (range.start === null) masks.begin |= bit;
    if (range.stop === null) masks.end |= bit;
    if (isSingle) masks.shrink |= bit;
    begin.push(range.start ?? 0);
    end.push(range.stop ?? 0);
    strides.push(step);
    if (!isSingle) shape.push(rangeSize(x.shape[axis] ?? null, range));
    axis++;
  };
  for (const item of items) {
    if (item === null) {
      masks.new |= 1 << begin.length;
      begin.push(0);
      end.push(0);
      strides.push(1);
      shape.push(1);
    } else if (isEllipsis(item)) {
      for (let left = rank(x) - taken; left > 0; left--) add({ start: null, stop: null, step: null }, false);
    } else if (typeof item === 'number')
      add({ start: item, stop: item === -1 ? null : item + 1, step: 1 }, true);
    else {
      const range = v.safeParse(
        SliceSchema,
        isJsonObject(item) && isJsonObject(item.config) ? item.config : item,
      );
      if (!range.success) return undefined;
      add(range.output, false);
    }
  }
  if (axis > rank(x)) return undefined;
  return stridedSlice(g, x, { begin, end, steps: strides }, [...shape, ...x.shape.slice(axis)], masks);
}

function rangeSize(size: number | null, { start, stop, step }: Range): number | null {
  if (size === null) return null;
  const stride = step ?? 1;
  const at = (value: number) =>
    Math.min(Math.max(value < 0 ? value + size : value, stride < 0 ? -1 : 0), size);
  const from = start === null ? (stride < 0 ? size - 1 : 0) : at(start);
  const to = stop === null ? (stride < 0 ? -1 : size) : at(stop);
  return Math.max(0, Math.ceil((to - from) / stride));
}
