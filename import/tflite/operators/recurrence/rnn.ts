import { add } from '../../../builder/elementwise.ts';
import { biased, dense, product } from '../../../builder/products.ts';
import { at, type Cell } from '../../../builder/recurrence/cell.ts';
import { concatenate, expandDimension, squeeze, transpose } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { inFloat } from '../../conversion/entries.ts';
import {
  input,
  knownSize,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import type { FusedActivation } from '../../file/option_tables.ts';
import { activate } from '../elementwise/fused_activation.ts';
import { runCell } from './sequences.ts';

/**
 * A cell whose weights, recurrent weights and bias are inputs from a place on: h = f(x W + h R + b).
 *
 * @param second the place of the weights of a second input, which is beside the first one
 */
function rnnCell(call: OperatorCall, first: number, activation: FusedActivation, second?: number): Cell {
  const { g } = call;
  const kernels = [first, ...(second === undefined ? [] : [second])].map((place) =>
    transpose(g, input(call, place), [1, 0]),
  );
  const kernel = concatenate(g, kernels, 0);
  const recurrent = input(call, first + 1);
  const units = knownSize(recurrent, 0, 'weights of known sizes');
  return {
    states: [[units]],
    outputSizes: [units],
    project: (builder, x) => dense(builder, x, kernel, undefined),
    constants: [transpose(g, recurrent, [1, 0]), input(call, first + 2)],
    step: (builder, x, states, constants) => {
      const sums = add(builder, x, product(builder, at(states, 0), at(constants, 0)));
      const h = activate(builder, biased(builder, sums, at(constants, 1)), activation);
      return { output: h, states: [h] };
    },
  };
}

const step: Operator = (call) => {
  const { g, options } = call;
  const cell = rnnCell(call, 1, options.read('RNNOptions').fused_activation_function);
  return squeeze(g, runCell(g, cell, expandDimension(g, input(call, 0), 1)), [1]);
};

const sequence: Operator = (call) => {
  const { time_major, fused_activation_function } = call.options.read('SequenceRNNOptions');
  const cell = rnnCell(call, 1, fused_activation_function);
  return runCell(call.g, cell, input(call, 0), { isTimeMajor: time_major });
};

/** Where the tensors are: of the directions, and of a second input. */
const [FORWARD, BACKWARD, SECOND, FORWARD_SECOND, BACKWARD_SECOND] = [1, 5, 9, 10, 11];

/** A second input has weights of its own in both directions, or is that of the backward one in place of the first. */
const bidirectional: Operator = (call) => {
  const { g, inputs, options } = call;
  const { time_major, fused_activation_function, merge_outputs } = options.read(
    'BidirectionalSequenceRNNOptions',
  );
  const [x, second] = [input(call, 0), inputs[SECOND]];
  const isCrossed = second !== undefined && inputs[FORWARD_SECOND] !== undefined;
  const both = isCrossed ? concatenate(g, [x, second], 2) : x;
  const run = (first: number, weights: number, tensor: SymbolicTensor, isBackwards: boolean) => {
    const cell = rnnCell(call, first, fused_activation_function, isCrossed ? weights : undefined);
    return runCell(g, cell, tensor, { isBackwards, isTimeMajor: time_major });
  };
  const forward = run(FORWARD, FORWARD_SECOND, both, false);
  const backward = run(BACKWARD, BACKWARD_SECOND, isCrossed ? both : (second ?? x), true);
  return merge_outputs ? concatenate(g, [forward, backward], 2) : [forward, backward];
};

export const RNNS: OperatorTable = {
  BIDIRECTIONAL_SEQUENCE_RNN: inFloat(bidirectional),
  RNN: inFloat(step),
  UNIDIRECTIONAL_SEQUENCE_RNN: inFloat(sequence),
};
