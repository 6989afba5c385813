import { countUp, fill } from '../../../builder/creation.ts';
import { binary } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import { runSequence } from '../../../builder/recurrence/sequence.ts';
import {
  type Dimension,
  dimensions,
  expandDimension,
  gather,
  reverse,
  stack,
  transpose,
} from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  knownSize,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { readActivations } from './activations.ts';
import { gruCell, lstmCell, type MakeCell, simpleCell } from './cells.ts';

interface Kind {
  readonly make: MakeCell;
  /** The functions of one direction. */
  readonly activations: readonly string[];
  readonly states: number;
}

/** Sequences of [steps, batch, input], or [batch, steps, input] in layout 1, in one direction or in both. */
const recurrent =
  ({ make, activations, states }: Kind): Operator =>
  (call) => {
    const { g, attributes, inputs } = call;
    const isBatchFirst = attributes.flag('layout');
    const given = input(call, 0);
    const x = isBatchFirst ? given : typed(transpose(g, given, [1, 0, 2]), given.type);
    const direction = attributes.choice('direction', ['forward', 'reverse', 'bidirectional'], 'forward');
    const directions = direction === 'bidirectional' ? 2 : 1;
    const hidden = attributes.integer('hidden_size') ?? knownSize(input(call, 2), -1, 'a known hidden size');
    const functions = readActivations(call, activations, directions);
    const limit = attributes.float('clip');
    const options = {
      coupled: attributes.flag('input_forget'),
      linearBeforeReset: attributes.flag('linear_before_reset'),
    };
    attributes.ignore('output_sequence');
    const lengths = inputs[4];
    const ran = Array.from({ length: directions }, (_, index) => {
      const own = (tensor: OnnxTensor | undefined) => tensor && part(g, tensor, index);
      const cell = make(
        g,
        {
          weights: part(g, input(call, 1), index),
          recurrent: part(g, input(call, 2), index),
          bias: own(inputs[3]),
          peepholes: own(inputs[7]),
          hidden,
          activations: functions.slice(index * activations.length),
          limit,
        },
        options,
      );
      const initial = [inputs[5], inputs[6]]
        .slice(0, states)
        .map((state) => (state === undefined ? undefined : stateOf(g, state, index, isBatchFirst)));
      const isBackwards = direction === 'reverse' || index === 1;
      return runDirection(call, cell, x, initial, lengths, isBackwards);
    });
    // [batch, steps, directions, hidden]
    const sequences = stack(
      g,
      ran.map(({ output }) => output),
      2,
    );
    const y = isBatchFirst ? sequences : transpose(g, sequences, [1, 2, 0, 3]);
    const ends = Array.from({ length: states }, (_, state) =>
      stack(
        g,
        ran.map((each) => each.states[state] ?? refuse('gives no such state')),
        isBatchFirst ? 1 : 0,
      ),
    );
    return [typed(y, given.type), ...ends.map((end) => typed(end, given.type))];
  };

/** One direction's part of a tensor whose first dimension is that of the directions. */
function part(g: NodeBuilder, tensor: SymbolicTensor, index: number): SymbolicTensor {
  return gather(g, tensor, g.integers([index], []), 0);
}

function stateOf(
  g: NodeBuilder,
  state: SymbolicTensor,
  index: number,
  isBatchFirst: boolean,
): SymbolicTensor {
  return gather(g, state, g.integers([index], []), isBatchFirst ? 1 : 0);
}

type Cell = ReturnType<MakeCell>;

function runDirection(
  call: OperatorCall,
  cell: Cell,
  x: OnnxTensor,
  initial: readonly (SymbolicTensor | undefined)[],
  lengths: OnnxTensor | undefined,
  isBackwards: boolean,
) {
  const { g } = call;
  const [batch = 1, steps = 1] = dimensions(g, x);
  const states = initial.some((state) => state !== undefined)
    ? initial.map((state, index) => state ?? zeros(g, batch, cell.states[index]?.[0] ?? 1))
    : [];
  const mask =
    lengths && binary(g, 'Less', expandDimension(g, countUp(g, steps), 0), expandDimension(g, lengths, 1));
  const turn = (tensor: SymbolicTensor): SymbolicTensor => {
    if (!isBackwards) return tensor;
    if (lengths === undefined) return reverse(g, tensor, 1);
    return g.node('ReverseSequence', [tensor, lengths], { shape: tensor.shape }, SEQUENCE);
  };
  const { output, states: ends } = runSequence(g, cell, turn(x), {
    initial: states,
    mask,
    isBackwards: false,
    returnsSequence: true,
    zeroForMask: true,
  });
  return { output: turn(output), states: ends };
}

const SEQUENCE = { Tlen: typeValue('int32'), seq_dim: { i: '1' }, batch_dim: { i: '0' } };

function zeros(g: NodeBuilder, batch: Dimension, hidden: number): SymbolicTensor {
  return fill(g, [batch, hidden], 0);
}

export const RECURRENT: OperatorTable = {
  GRU: recurrent({ make: gruCell, activations: ['Sigmoid', 'Tanh'], states: 1 }),
  LSTM: recurrent({ make: lstmCell, activations: ['Sigmoid', 'Tanh', 'Tanh'], states: 2 }),
  RNN: recurrent({ make: simpleCell, activations: ['Tanh'], states: 1 }),
};
