import { fillShape, oneHot, range as rangeOf } from '../../../builder/creation.ts';
import { unary } from '../../../builder/elementwise.ts';
import { typeValue } from '../../../builder/node_builder.ts';
import { shapeTensor } from '../../../builder/shaping.ts';
import { rank } from '../../../builder/symbolic_tensor.ts';
import { asCodes } from '../../conversion/entries.ts';
import { axisIn, input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';
import { followed, followedTensor } from '../../tensors/followed.ts';
import { MOST_ELEMENTS, numbersOf } from '../../tensors/tflite_tensor.ts';
import { onlyElement } from './only_element.ts';

const fillOperator: Operator = (call) => {
  const { g } = call;
  const [target, value] = [input(call, 0), input(call, 1)];
  const sizes = followed(target);
  const length = sizes?.length ?? target.shape[0];
  if (typeof length !== 'number') return refuse('has a shape of a length that the request decides');
  const [known] = followed(value) ?? [];
  const [count] = sizes ?? [];
  if (
    length === 1 &&
    known !== undefined &&
    typeof count === 'number' &&
    count >= 0 &&
    count <= MOST_ELEMENTS
  )
    return followedTensor(g, Array(count).fill(known));
  const shape = Array.from({ length }, (_, axis) => {
    const size = sizes?.[axis];
    return typeof size === 'number' ? size : null;
  });
  return fillShape(g, sizes === undefined ? target : shapeTensor(g, sizes), onlyElement(g, value), shape);
};

/** From a start to before a limit. */
const range: Operator = (call) => {
  const { g } = call;
  const [start, limit, step] = [input(call, 0), input(call, 1), input(call, 2)];
  const [from, to, by] = [start, limit, step].map((each) => numbersOf(each)?.[0]);
  if (by === 0) return refuseMalformed('has a step of 0');
  const count =
    from === undefined || to === undefined || by === undefined
      ? null
      : Math.max(Math.ceil((to - from) / by), 0);
  if (count !== null && count <= MOST_ELEMENTS && start.dtype === 'int32')
    return followedTensor(
      g,
      Array.from({ length: count }, (_, index) => (from ?? 0) + index * (by ?? 1)),
    );
  return rangeOf(g, [onlyElement(g, start), onlyElement(g, limit), onlyElement(g, step)], count);
};

const oneHotOperator: Operator = (call) => {
  const { g, options } = call;
  const [indices, depth, on, off] = [input(call, 0), input(call, 1), input(call, 2), input(call, 3)];
  const { axis } = options.read('OneHotOptions');
  return oneHot(g, indices, numbersOf(depth)?.[0] ?? onlyElement(g, depth), {
    axis: axis === -1 ? rank(indices) : axisIn(rank(indices) + 1, axis),
    on: onlyElement(g, on),
    off: onlyElement(g, off),
  });
};

/** A matrix for each vector, whose diagonal it is. */
const matrixDiagonal: Operator = (call) => {
  const x = input(call, 0);
  return call.g.node('MatrixDiag', [x], { shape: [...x.shape, x.shape.at(-1) ?? null] });
};

const setDiagonal: Operator = (call) => {
  const [x, diagonal] = [input(call, 0), input(call, 1)];
  return call.g.node('MatrixSetDiag', [x, diagonal], { shape: x.shape }, { T: typeValue(x.dtype) });
};

export const CREATION: OperatorTable = {
  FILL: asCodes(fillOperator),
  MATRIX_DIAG: asCodes(matrixDiagonal),
  MATRIX_SET_DIAG: asCodes(setDiagonal),
  ONE_HOT: asCodes(oneHotOperator),
  RANGE: asCodes(range),
  ZEROS_LIKE: asCodes((call) => unary(call.g, 'ZerosLike', input(call, 0))),
};
