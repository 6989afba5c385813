import { add, cast, multiply, select, subtract, unary } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  axesIn,
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { lengthOf, onlyElement } from '../shapes/sizes.ts';

type Reduction = 'Max' | 'Mean' | 'Min' | 'Prod' | 'Sum';

/** Reduces over the axes of a node. @param keeps whether the axes stay with size one */
type Reduce = (op: Reduction, x: SymbolicTensor, keeps?: boolean) => SymbolicTensor;

type Compute = (g: NodeBuilder, x: SymbolicTensor, over: Reduce, keeps: boolean) => SymbolicTensor;

/** The axes are an attribute in old operator sets, and an input since 13 for ReduceSum and 18 for the others. */
const reduction =
  (compute: Compute): Operator =>
  (call) => {
    const { g, attributes } = call;
    const given = input(call, 0);
    const x = given.type === 'BOOL' ? cast(g, given, 'int32') : given;
    const keeps = attributes.flag('keepdims', true);
    const isNothing = attributes.flag('noop_with_empty_axes');
    const over = reducer(call, x, keeps, isNothing);
    const result = compute(g, x, over, keeps);
    return typed(given.type === 'BOOL' ? cast(g, result, 'bool') : result, given.type);
  };

function reducer(call: OperatorCall, x: SymbolicTensor, keeps: boolean, isNothing: boolean): Reduce {
  const { g, attributes, inputs } = call;
  const tensor = inputs[1];
  const axes = attributes.integers('axes') ?? (tensor && numbersOf(tensor));
  if (axes === undefined && tensor !== undefined && tensor.shape[0] !== 0) {
    return (op, value, keep = keeps) => reduceByTensor(g, op, value, tensor, keep);
  }
  if ((axes === undefined || axes.length === 0) && isNothing) return (_, value) => value;
  const all = axes === undefined || axes.length === 0 ? [...x.shape.keys()] : axesIn(rank(x), axes);
  return (op, value, keep = keeps) => reduce(g, op, value, all, keep);
}

/** Over axes that the request decides, of which only the number is known. */
function reduceByTensor(
  g: NodeBuilder,
  op: Reduction,
  x: SymbolicTensor,
  axes: OnnxTensor,
  keep: boolean,
): SymbolicTensor {
  const left = keep ? rank(x) : rank(x) - lengthOf(axes, 'axes');
  const shape = Array.from({ length: Math.max(left, 0) }, () => null);
  return g.node(op, [x, axes], { shape }, { Tidx: typeValue('int32'), keep_dims: { b: keep } });
}

const logSumExp: Compute = (g, x, over, keeps) => {
  const largest = over('Max', x, true);
  const zero = multiply(g, unary(g, 'ZerosLike', largest), 1);
  // Where all are minus infinity, so is the result.
  const shift = select(g, unary(g, 'IsFinite', largest), largest, zero);
  const sums = unary(g, 'Log', over('Sum', unary(g, 'Exp', subtract(g, x, shift)), true));
  const result = add(g, sums, shift);
  // The axes have size one already.
  return keeps ? result : over('Sum', result, false);
};

const cumulative =
  (op: 'Cumprod' | 'Cumsum'): Operator =>
  (call) => {
    const { g, attributes } = call;
    const x = input(call, 0);
    const given = input(call, 1);
    const [axis] = numbersOf(given) ?? [];
    const result = g.node(
      op,
      [x, axis === undefined ? onlyElement(g, given) : g.integers(axesIn(rank(x), [axis]), [])],
      { shape: x.shape },
      {
        exclusive: { b: attributes.flag('exclusive') },
        reverse: { b: attributes.flag('reverse') },
        Tidx: typeValue('int32'),
      },
    );
    return typed(result, x.type);
  };

/** Computes with floats; integers are cut off, as all of ONNX's integers are. */
const inFloats =
  (compute: Compute): Compute =>
  (g, x, over, keeps) =>
    x.dtype === 'float32'
      ? compute(g, x, over, keeps)
      : cast(g, compute(g, cast(g, x, 'float32'), over, keeps), x.dtype);

const square = (g: NodeBuilder, x: SymbolicTensor) => multiply(g, x, x);

export const REDUCTIONS: OperatorTable = {
  CumProd: cumulative('Cumprod'),
  CumSum: cumulative('Cumsum'),
  ReduceL1: reduction((g, x, over) => over('Sum', unary(g, 'Abs', x))),
  ReduceL2: reduction(inFloats((g, x, over) => unary(g, 'Sqrt', over('Sum', square(g, x))))),
  ReduceLogSum: reduction(inFloats((g, x, over) => unary(g, 'Log', over('Sum', x)))),
  ReduceLogSumExp: reduction(inFloats(logSumExp)),
  ReduceMax: reduction((_, x, over) => over('Max', x)),
  ReduceMean: reduction((_, x, over) => over('Mean', x)),
  ReduceMin: reduction((_, x, over) => over('Min', x)),
  ReduceProd: reduction((_, x, over) => over('Prod', x)),
  ReduceSum: reduction((_, x, over) => over('Sum', x)),
  ReduceSumSquare: reduction((g, x, over) => over('Sum', square(g, x))),
};
