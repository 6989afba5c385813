import { add, multiply, unary } from '../../../builder/elementwise.ts';
import { biased, product } from '../../../builder/products.ts';
import { concatenate, expandDimension, split, squeeze, transpose } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { inFloat } from '../../conversion/entries.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';
import { isQuantized, oneScale } from '../../tensors/quantization.ts';
import type { TfliteTensor } from '../../tensors/tflite_tensor.ts';
import { floatLstmCell, type LstmOptions } from './float_lstm.ts';
import { integerLstmCell } from './integer_lstm.ts';
import { readLstmTensors } from './lstm_tensors.ts';
import { runCell } from './sequences.ts';

/** Where operations of one direction have their tensors. */
const PLACES = { first: 1, norms: 20 } as const;
const [OUTPUT_STATE, CELL_STATE] = [18, 19];

function lstm(
  call: OperatorCall,
  x: SymbolicTensor,
  options: LstmOptions,
  isTimeMajor: boolean,
): SymbolicTensor {
  const { g, intermediates } = call;
  const given = input(call, 0);
  const tensors = readLstmTensors(call, PLACES);
  if (!isQuantized(given)) return runCell(g, floatLstmCell(g, tensors, options), x, { isTimeMajor });
  if (given.type !== 'INT8') return refuse(`takes quantized ${given.type}, where only INT8 is computed`);
  const [outputState, cellState] = [input(call, OUTPUT_STATE), input(call, CELL_STATE)];
  const cell = integerLstmCell(g, tensors, options, { input: given, outputState, cellState, intermediates });
  return runCell(g, cell, x, { isTimeMajor, initial: [oneScale(outputState).zero, 0] });
}

const sequence: Operator = (call) => {
  const options = call.options.read('UnidirectionalSequenceLSTMOptions');
  if (options.diagonal_recurrent_tensors) refuse('has recurrent weights that are the diagonals of matrices');
  const x = input(call, 0);
  if (rank(x) !== 3) refuseMalformed(`takes ${rank(x)} dimensions in place of batches of sequences`);
  return lstm(call, x, options, options.time_major);
};

/** One step, whose state begins anew with every request. */
const step: Operator = (call) => {
  const { g, outputs } = call;
  const options = call.options.read('LSTMOptions');
  if (options.kernel_type === 'BASIC') return basicStep(call);
  if (outputs.length !== 1) return refuse('has the outputs of an early version, which is not computed');
  return squeeze(g, lstm(call, expandDimension(g, input(call, 0), 1), options, false), [1]);
};

/** One step of the early kernel, whose states are inputs: of floats, with the gates input, new value, forget and output. */
function basicStep(call: OperatorCall): (SymbolicTensor | undefined)[] {
  const { g } = call;
  const [x, before, weights, bias, state] = [0, 1, 2, 3, 4].map((index) => input(call, index));
  if (!(x && before && weights && bias && state)) return refuseMalformed('lacks an input');
  if (isQuantized(x)) refuse('is of integers in the early form (kernel BASIC), which is not computed');
  const sums = product(g, concatenate(g, [x, before], 1), transpose(g, weights, [1, 0]));
  const [enters, fresh, stays, opens] = split(g, biased(g, sums, bias), 1, 4);
  if (!(enters && fresh && stays && opens)) throw new Error('there are four gates');
  const gate = (sum: SymbolicTensor) => unary(g, 'Sigmoid', sum);
  const next = add(g, multiply(g, gate(stays), state), multiply(g, gate(enters), unary(g, 'Tanh', fresh)));
  return [multiply(g, gate(opens), unary(g, 'Tanh', next)), next];
}

/** Where operations of two directions have their tensors. */
const [FORWARD, BACKWARD, SECOND, FORWARD_SECOND, BACKWARD_SECOND] = [1, 18, 39, 40, 44];

/**
 * Both directions, of floats. There may be a second input: with weights of its own for both directions, or for the backward
 * one in place of the first.
 */
const bidirectional: Operator = (call) => {
  const { g, inputs } = call;
  const options = call.options.read('BidirectionalSequenceLSTMOptions');
  const [x, second] = [input(call, 0), inputs[SECOND]];
  const extra = (first: number) =>
    [0, 1, 2, 3].flatMap((index): TfliteTensor[] => {
      const weights = inputs[first + index];
      return weights === undefined ? [] : [weights];
    });
  const isCrossed = second !== undefined && extra(FORWARD_SECOND).length > 0;
  const both = isCrossed ? concatenate(g, [x, second], 2) : x;
  const run = (first: number, weights: number, tensor: SymbolicTensor, isBackwards: boolean) => {
    const cell = floatLstmCell(g, readLstmTensors(call, { first }), options, isCrossed ? extra(weights) : []);
    return runCell(g, cell, tensor, { isBackwards, isTimeMajor: options.time_major });
  };
  const forward = run(FORWARD, FORWARD_SECOND, both, false);
  const backward = run(BACKWARD, BACKWARD_SECOND, isCrossed ? both : (second ?? x), true);
  return options.merge_outputs ? concatenate(g, [forward, backward], 2) : [forward, backward];
};

export const LSTMS: OperatorTable = {
  BIDIRECTIONAL_SEQUENCE_LSTM: inFloat(bidirectional),
  LSTM: { convert: step, quantized: 'itself' },
  UNIDIRECTIONAL_SEQUENCE_LSTM: { convert: sequence, quantized: 'itself' },
};
