import { fillShape } from '../../../builder/creation.ts';
import { binary, multiply } from '../../../builder/elementwise.ts';
import { typeValue } from '../../../builder/node_builder.ts';
import {
  concatenate,
  type Dimension,
  dimensions,
  shapeTensor,
  slice,
  split,
  tile,
} from '../../../builder/shaping.ts';
import { rank, type Shape, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  axisIn,
  constantNumbers,
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { elementsTensor, followed } from '../../values/elements.ts';
import { numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuseMalformed } from '../../values/refusal.ts';
import { lengthOf } from './sizes.ts';

const concat: Operator = (call) => {
  const tensors = call.inputs.map((_, index) => input(call, index));
  const first = input(call, 0);
  const axis = axisIn(rank(first), call.attributes.integer('axis', 1));
  const lists = tensors.map(followed);
  const elements = lists.flatMap((list) => list ?? []);
  if (rank(first) === 1 && !lists.includes(undefined)) return elementsTensor(call.g, elements, first.type);
  return typed(concatenate(call.g, tensors, axis), first.type);
};

/** The sizes of the parts come from an attribute, an input, or the number of outputs. */
const splitOperator: Operator = (call) => {
  const { g, attributes, outputCount } = call;
  const x = input(call, 0);
  const axis = axisIn(rank(x), attributes.integer('axis', 0));
  const count = attributes.integer('num_outputs', outputCount);
  if (count !== outputCount) refuseMalformed(`has num_outputs ${count} and ${outputCount} outputs`);
  const sizes = attributes.integers('split') ?? (call.inputs[1] && numbersOf(call.inputs[1]));
  const given = call.inputs[1];
  if (sizes === undefined && given !== undefined) return splitByTensor(call, x, given, axis);
  const whole = x.shape[axis] ?? null;
  if (sizes === undefined && whole === null) {
    return split(g, x, axis, count).map((part) => typed(part, x.type));
  }
  const part = Math.ceil((whole ?? 0) / count);
  const parts =
    sizes ??
    Array.from({ length: count }, (_, index) => Math.min(part, Math.max((whole ?? 0) - part * index, 0)));
  const list = followed(x);
  let start = 0;
  return parts.map((size) => {
    const from = start;
    start += size;
    if (list !== undefined) return elementsTensor(g, list.slice(from, start), x.type);
    return typed(slice(g, x, axis, from, size), x.type);
  });
};

function splitByTensor({ g, outputCount }: OperatorCall, x: OnnxTensor, sizes: OnnxTensor, axis: number) {
  const given = Array.from({ length: outputCount }, () => ({
    shape: x.shape.map((size, each) => (each === axis ? null : size)),
    dtype: x.dtype,
  }));
  return g
    .nodeWith('SplitV', [x, sizes, g.integers([axis], [])], given, {
      num_split: { i: String(outputCount) },
      Tlen: typeValue('int32'),
    })
    .map((part) => typed(part, x.type));
}

const tileOperator: Operator = (call) => {
  const { g, opset } = call;
  const x = input(call, 0);
  const repeats = input(call, 1);
  const numbers = numbersOf(repeats);
  if (opset < 6) {
    const axis = axisIn(rank(x), constantNumbers(input(call, 2), 'axis')[0] ?? 0);
    const [times = 1] = numbers ?? constantNumbers(repeats, 'tiles');
    return typed(
      tile(
        g,
        x,
        x.shape.map((_, each) => (each === axis ? times : 1)),
      ),
      x.type,
    );
  }
  if (numbers !== undefined) return typed(tile(g, x, numbers), x.type);
  const shape = x.shape.map(() => null);
  return typed(g.node('Tile', [x, repeats], { shape }, { Tmultiples: typeValue('int32') }), x.type);
};

/** Broadcasts a tensor and a shape against each other. */
const expand: Operator = (call) => {
  const { g } = call;
  const [x, target] = [input(call, 0), input(call, 1)];
  const sizes = target.elements;
  const length = lengthOf(target, 'a shape');
  const own = dimensions(g, x);
  const outer = Math.max(rank(x), length);
  if (sizes === undefined) {
    return spread(
      call,
      x,
      target,
      Array.from({ length: outer }, () => null),
    );
  }
  const merged = Array.from({ length: outer }, (_, index): Dimension | undefined => {
    const [left, right] = [own[index - outer + rank(x)] ?? 1, sizes[index - outer + length] ?? 1];
    if (left === 1) return right;
    if (right === 1 || left === right) return left;
    // Of two that the request decides, one is 1 or they are the same.
    if (typeof left === 'number' && typeof right === 'object') return left;
    return typeof right === 'number' ? right : undefined;
  });
  const known = merged.filter((size) => size !== undefined);
  const shape: Shape = merged.map((size) => (typeof size === 'number' ? size : null));
  if (known.length < outer) return spread(call, x, shapeTensor(g, sizes), shape);
  if (rank(x) === outer && own.every((size, axis) => size === known[axis])) return x;
  const result = g.node('BroadcastTo', [x, shapeTensor(g, known)], { shape }, { Tidx: typeValue('int32') });
  return typed(result, x.type);
};

/** Broadcasts by an operation with a tensor that changes no value. */
function spread({ g }: OperatorCall, x: OnnxTensor, target: SymbolicTensor, shape: Shape): OnnxTensor {
  const dtype = x.dtype === 'bool' ? 'int32' : x.dtype;
  const ones = fillShape(g, target, g.scalar(1, dtype), shape);
  const result =
    x.type === 'BOOL' ? binary(g, 'LogicalAnd', x, binary(g, 'Equal', ones, 1)) : multiply(g, x, ones);
  return typed({ ...result, shape }, x.type);
}

export const JOINING: OperatorTable = {
  Concat: concat,
  Expand: expand,
  Split: splitOperator,
  Tile: tileOperator,
};
