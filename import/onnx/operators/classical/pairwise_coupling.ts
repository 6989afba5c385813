import { fill } from '../../../builder/creation.ts';
import { add, binary, divide, multiply, select, subtract, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import { dimension, expandDimension, gather, reshape, stack, unstack } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { OperatorCall } from '../../conversion/operator_call.ts';
import { constantFrom } from '../../values/elements.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { tensorOf } from '../../values/onnx_value.ts';
import { refuse } from '../../values/refusal.ts';
import { type Body, runLoop } from '../control_flow/run_loop.ts';

/** Each class is some nodes of a graph. */
const MOST_CLASSES = 64;
const MOST_ROUNDS = 100;
/** Divided by the number of classes, the error at which a row is done. */
const TOLERANCE = 0.005;

/**
 * The probabilities of classes from those of all pairs of them, by the second method of Wu, Lin and Weng (2004) with the
 * stopping rule of LIBSVM.
 *
 * @param shares of the first class of each pair, [rows, pairs]
 * @returns [rows, classes]
 */
export function coupledProbabilities(
  call: OperatorCall,
  shares: SymbolicTensor,
  pairs: readonly (readonly [one: number, other: number])[],
  classes: number,
): SymbolicTensor {
  if (classes > MOST_CLASSES) refuse(`has probabilities of ${classes} classes, which are too many`);
  const { g } = call;
  const matrix = typed(couplingMatrix(g, shares, pairs, classes), 'FLOAT');
  const initial = typed(fill(g, [dimension(g, shares, 0), classes], 1 / classes), 'FLOAT');
  const body: Body = (builder, _, [given], [captured]) => {
    if (given === undefined || captured === undefined) throw new Error('there is one state and one matrix');
    const before = tensorOf(given, 'probabilities');
    const { isOpen, after } = improved(builder, captured, before, classes);
    return {
      goesOn: typed(reduce(builder, 'Any', isOpen, [0, 1]), 'BOOL'),
      states: [typed(select(builder, isOpen, after, before), 'FLOAT')],
      collected: [],
    };
  };
  const { states } = runLoop(call, {
    body,
    states: [initial],
    captured: [matrix],
    rounds: constantFrom(g, [MOST_ROUNDS], [], 'INT64'),
    isOn: undefined,
  });
  return tensorOf(states[0] ?? initial, 'probabilities');
}

/** The matrix whose quadratic form is least for the probabilities, [rows, classes, classes]. */
function couplingMatrix(
  g: NodeBuilder,
  shares: SymbolicTensor,
  pairs: readonly (readonly [one: number, other: number])[],
  classes: number,
): SymbolicTensor {
  const columns = unstack(g, shares, 1, pairs.length);
  const share = (one: number, other: number): SymbolicTensor => {
    const index = pairs.findIndex(([a, b]) => (a === one && b === other) || (a === other && b === one));
    const column = columns[index] ?? shares;
    return one < other ? column : subtract(g, 1, column);
  };
  const others = (label: number) => [...Array(classes).keys()].filter((each) => each !== label);
  const rows = [...Array(classes).keys()].map((one) => {
    const squares = others(one).map((other) => multiply(g, share(other, one), share(other, one)));
    const diagonal = squares.reduce((sum, each) => add(g, sum, each));
    const cells = [...Array(classes).keys()].map((other) =>
      one === other ? diagonal : unary(g, 'Neg', multiply(g, share(other, one), share(one, other))),
    );
    return stack(g, cells, 1);
  });
  return stack(g, rows, 1);
}

/** One round over all classes, and which rows are not done before it, [rows, 1]. */
function improved(
  g: NodeBuilder,
  matrix: SymbolicTensor,
  before: SymbolicTensor,
  classes: number,
): { readonly isOpen: SymbolicTensor; readonly after: SymbolicTensor } {
  let products = reduce(g, 'Sum', multiply(g, matrix, expandDimension(g, before, 1)), [2]);
  let form = reduce(g, 'Sum', multiply(g, before, products), [1], true);
  const error = reduce(g, 'Max', unary(g, 'Abs', subtract(g, products, form)), [1], true);
  const isOpen = binary(g, 'GreaterEqual', error, TOLERANCE / classes);
  let after = before;
  const column = (x: SymbolicTensor, label: number) =>
    reshape(g, gather(g, x, g.integers([label], []), 1), [dimension(g, before, 0), 1]);
  for (let label = 0; label < classes; label++) {
    const row = gather(g, matrix, g.integers([label], []), 1);
    const [own, diagonal] = [column(products, label), column(row, label)];
    const step = divide(g, subtract(g, form, own), diagonal);
    const whole = add(g, step, 1);
    const bent = add(g, multiply(g, step, diagonal), multiply(g, own, 2));
    form = divide(g, divide(g, add(g, form, multiply(g, step, bent)), whole), whole);
    products = divide(g, add(g, products, multiply(g, step, row)), whole);
    const isLabel = g.floats(
      Array.from({ length: classes }, (_, each) => (each === label ? 1 : 0)),
      [1, classes],
    );
    after = divide(g, add(g, after, multiply(g, step, isLabel)), whole);
  }
  return { isOpen, after };
}
