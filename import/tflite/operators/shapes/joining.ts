import { fillShape } from '../../../builder/creation.ts';
import { binary, cast, multiply, select } from '../../../builder/elementwise.ts';
import { typeValue } from '../../../builder/node_builder.ts';
import {
  concatenate,
  type Dimension,
  dimensions,
  shapeTensor,
  slice,
  split,
  stack,
  tile,
  unstack,
} from '../../../builder/shaping.ts';
import { rank, type Shape, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { asCodes } from '../../conversion/entries.ts';
import {
  axisIn,
  constantNumbers,
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';
import { followed, followedTensor } from '../../tensors/followed.ts';
import { numbersOf, type TfliteTensor } from '../../tensors/tflite_tensor.ts';

const allInputs = (call: OperatorCall) => call.inputs.map((_, index) => input(call, index));

const concatenation: Operator = (call) => {
  const { g, options } = call;
  const { axis, fused_activation_function } = options.read('ConcatenationOptions');
  if (fused_activation_function !== 'NONE')
    refuse(
      `has the activation ${fused_activation_function}, which TensorFlow Lite itself does not compute for it`,
    );
  const first = input(call, 0);
  const tensors = allInputs(call);
  const lists = tensors.map(followed);
  if (rank(first) === 1 && !lists.includes(undefined))
    return followedTensor(
      g,
      lists.flatMap((list) => list ?? []),
    );
  return concatenate(g, tensors, axisIn(rank(first), axis));
};

/** Scalars become a list, which is followed. */
const pack: Operator = (call) => {
  const { g, options } = call;
  const first = input(call, 0);
  const tensors = allInputs(call);
  const lists = tensors.map(followed);
  if (rank(first) === 0 && !lists.includes(undefined))
    return followedTensor(
      g,
      lists.flatMap((list) => list ?? []),
    );
  return stack(g, tensors, axisIn(rank(first) + 1, options.read('PackOptions').axis));
};

const unpack: Operator = (call) => {
  const { g, options, outputs } = call;
  const x = input(call, 0);
  const list = rank(x) === 1 ? followed(x) : undefined;
  if (list !== undefined) return list.map((element) => followedTensor(g, [element], true));
  return unstack(g, x, axisIn(rank(x), options.read('UnpackOptions').axis), outputs.length);
};

/** Equal parts. */
const splitOperator: Operator = (call) => {
  const { g, outputs } = call;
  const x = input(call, 1);
  const [given = 0] = constantNumbers(input(call, 0), 'an axis');
  const axis = axisIn(rank(x), given);
  const size = x.shape[axis];
  if (typeof size === 'number' && size % outputs.length !== 0)
    refuseMalformed(`makes ${outputs.length} equal parts of ${size}`);
  return split(g, x, axis, outputs.length);
};

/** Parts of given sizes, of which one may be -1: what is left. */
const splitSizes: Operator = (call) => {
  const { g } = call;
  const x = input(call, 0);
  const sizes = constantNumbers(input(call, 1), 'sizes');
  const [given = 0] = constantNumbers(input(call, 2), 'an axis');
  const axis = axisIn(rank(x), given);
  const known = sizes.filter((size) => size >= 0).reduce((sum, size) => sum + size, 0);
  const whole = x.shape[axis] ?? null;
  if (whole === null && sizes.slice(0, -1).includes(-1))
    return refuse(`splits axis ${axis}, whose size the request decides`);
  if (whole !== null && (sizes.includes(-1) ? known > whole : known !== whole))
    return refuseMalformed(`has sizes that are not those of ${whole} elements`);
  let start = 0;
  return sizes.map((size) => {
    const from = start;
    const count = size >= 0 || whole === null ? size : whole - known;
    start += count;
    return slice(g, x, axis, from, count);
  });
};

const tileOperator: Operator = (call) => {
  const { g } = call;
  const [x, multiples] = [input(call, 0), input(call, 1)];
  const numbers = numbersOf(multiples);
  if (numbers !== undefined) return tile(g, x, numbers);
  const shape = x.shape.map(() => null);
  return g.node('Tile', [x, multiples], { shape }, { Tmultiples: typeValue('int32') });
};

/** TensorFlow Lite takes shapes to which the tensor can be broadcast. */
const broadcastTo: Operator = (call) => {
  const { g } = call;
  const [x, target] = [input(call, 0), input(call, 1)];
  const sizes = followed(target);
  const length = sizes?.length ?? target.shape[0];
  if (typeof length !== 'number') return refuse('has a shape of a length that the request decides');
  const shape: Shape =
    sizes?.map((size) => (typeof size === 'number' ? size : null)) ?? Array.from({ length }, () => null);
  const own = dimensions(g, x);
  if (sizes !== undefined && rank(x) === length && own.every((size, axis) => size === sizes[axis])) return x;
  return broadcast(call, x, sizes === undefined ? target : shapeTensor(g, sizes), shape);
};

function broadcast(
  { g }: OperatorCall,
  x: TfliteTensor,
  target: SymbolicTensor,
  shape: Shape,
): SymbolicTensor {
  if (!shape.includes(null))
    return g.node('BroadcastTo', [x, target], { shape }, { Tidx: typeValue('int32') });
  // By an operation with a tensor that changes no value.
  if (x.dtype === 'string') return refuse('broadcasts texts to a shape that the request decides');
  const ones = fillShape(g, target, g.scalar(1, x.dtype === 'bool' ? 'int32' : x.dtype), shape);
  const wide = x.dtype === 'bool' ? cast(g, x, 'int32') : x;
  const result = { ...multiply(g, wide, ones), shape };
  return x.dtype === 'bool' ? binary(g, 'NotEqual', result, 0) : result;
}

/** The shape that two shapes broadcast to. */
const broadcastArguments: Operator = (call) => {
  const { g } = call;
  const [one, other] = [input(call, 0), input(call, 1)];
  const [left, right] = [numbersOf(one), numbersOf(other)];
  if (left !== undefined && right !== undefined) {
    const length = Math.max(left.length, right.length);
    const sizes = Array.from({ length }, (_, index): Dimension => {
      const [a = 1, b = 1] = [left[index - length + left.length], right[index - length + right.length]];
      return a === 1 ? b : a;
    });
    return followedTensor(g, sizes);
  }
  const [rows, columns] = [one.shape[0], other.shape[0]];
  if (typeof rows !== 'number' || rows !== columns)
    return refuse('broadcasts shapes of different lengths that the request decides');
  return select(g, binary(g, 'Equal', one, 1), other, one);
};

export const JOINING: OperatorTable = {
  BROADCAST_ARGS: asCodes(broadcastArguments),
  BROADCAST_TO: asCodes(broadcastTo),
  CONCATENATION: asCodes(concatenation),
  PACK: asCodes(pack),
  SPLIT: asCodes(splitOperator),
  SPLIT_V: asCodes(splitSizes),
  TILE: asCodes(tileOperator),
  UNPACK: asCodes(unpack),
};
