import { cast, subtract, unary } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import { dimension, expandDimension, reverse, squeeze, transpose } from '../../../builder/shaping.ts';
import { axisToLast, largest } from '../../../builder/sorting.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { axisIn, input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { isFloating, isInteger, narrowBits } from '../../values/element_types.ts';
import { numbersOf, typed } from '../../values/onnx_tensor.ts';
import { onlyElement } from '../shapes/sizes.ts';

/** The place of the first largest or smallest element along an axis from 0 on. */
export function argumentOfExtreme(
  g: NodeBuilder,
  op: 'ArgMax' | 'ArgMin',
  x: SymbolicTensor,
  axis: number,
): SymbolicTensor {
  const shape = x.shape.filter((_, index) => index !== axis);
  return g.node(
    op,
    [x, g.integers([axis], [])],
    { shape, dtype: 'int32' },
    { Tidx: typeValue('int32'), output_type: typeValue('int32') },
  );
}

/** The same for integers that floats would round. */
function argumentOfInteger(
  g: NodeBuilder,
  op: 'ArgMax' | 'ArgMin',
  x: SymbolicTensor,
  axis: number,
): SymbolicTensor {
  const { there } = axisToLast(x, axis);
  const [, places] = largest(g, transpose(g, op === 'ArgMax' ? x : reversedOrder(g, x), there), 1);
  return squeeze(g, places, [rank(x) - 1]);
}

/** Numbers in the opposite order. The least integer has no negative, but an inverse. */
export function reversedOrder(g: NodeBuilder, x: SymbolicTensor): SymbolicTensor {
  return unary(g, x.dtype === 'int32' ? 'Invert' : 'Neg', x);
}

const argument =
  (op: 'ArgMax' | 'ArgMin'): Operator =>
  (call) => {
    const { g, attributes } = call;
    const given = input(call, 0);
    const isWide = isInteger(given.type) && narrowBits(given.type) === undefined;
    const x = isFloating(given.type) || isWide ? given : cast(g, given, 'float32');
    const axis = axisIn(rank(x), attributes.integer('axis', 0));
    const keeps = attributes.flag('keepdims', true);
    const find = isWide ? argumentOfInteger : argumentOfExtreme;
    let place = attributes.flag('select_last_index')
      ? subtract(g, subtract(g, dimensionTensor(g, x, axis), 1), find(g, op, reverse(g, x, axis), axis))
      : find(g, op, x, axis);
    if (keeps) place = expandDimension(g, place, axis);
    return typed(place, 'INT64');
  };

function dimensionTensor(g: NodeBuilder, x: SymbolicTensor, axis: number): SymbolicTensor {
  const size = dimension(g, x, axis);
  return typeof size === 'number' ? g.integers([size], []) : size;
}

const topK: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  const axis = axisIn(rank(x), attributes.integer('axis', -1));
  const isLargest = attributes.flag('largest', true);
  // Sorted is one of the orders that unsorted permits.
  attributes.ignore('sorted');
  const k = attributes.integer('k') ?? numbersOf(input(call, 1))?.[0] ?? onlyElement(g, input(call, 1));
  const signed = (tensor: SymbolicTensor) => (isLargest ? tensor : reversedOrder(g, tensor));
  const { there, back } = axisToLast(x, axis);
  const [values, places] = largest(g, transpose(g, signed(x), there), k);
  return [typed(signed(transpose(g, values, back)), x.type), typed(transpose(g, places, back), 'INT64')];
};

export const EXTREMES: OperatorTable = { ArgMax: argument('ArgMax'), ArgMin: argument('ArgMin'), TopK: topK };
