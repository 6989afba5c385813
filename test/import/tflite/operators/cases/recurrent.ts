import { flag, float32, int8, int32 } from '../../../../fixtures/models/flatbuffer.ts';
import {
  lstmOutputs,
  type Matrix,
  type OracleGate,
  type OracleLstm,
  rnnOutputs,
} from '../recurrent_oracle.ts';
import { type CaseTensor, codes, constant, floats, type OperatorCase, state } from './operator_case.ts';

const [STEPS, INPUTS, CELLS, OUTPUTS] = [3, 2, 4, 3] as const;
const [RELU, TANH] = [1, 4] as const;

/** Different numbers from -1 to 1, the same ones in each run. */
function numbers(): (count: number) => number[] {
  let next = 1;
  return (count) => Array.from({ length: count }, () => Math.sin(next++ * 12.9898));
}
const take = numbers();
const matrix = (rows: number, columns: number): Matrix => Array.from({ length: rows }, () => take(columns));

const sequences = [matrix(STEPS, INPUTS), matrix(STEPS, INPUTS)];
const batches = floats([2, STEPS, INPUTS], sequences.flat(2));
const steps = floats(
  [STEPS, 2, INPUTS],
  Array.from({ length: STEPS }, (_, step) => sequences.flatMap((sequence) => sequence[step] ?? [])).flat(),
);

const gate = (outputs: number, more: Partial<OracleGate> = {}): OracleGate => ({
  weights: matrix(CELLS, INPUTS),
  recurrent: matrix(CELLS, outputs),
  bias: take(CELLS),
  ...more,
});

const fixed = (values: Matrix | readonly number[] | undefined): CaseTensor | undefined => {
  if (values === undefined) return undefined;
  const rows = values.map((row) => (typeof row === 'number' ? [row] : row));
  const isMatrix = values.some((row) => typeof row !== 'number');
  const shape = isMatrix ? [rows.length, rows[0]?.length ?? 0] : [rows.length];
  return constant(floats(shape, rows.flat()));
};

/** The inputs of an operation with an LSTM, without the first one. */
function lstmInputs({ input, forget, cell, output, projection }: OracleLstm): (CaseTensor | undefined)[] {
  const gates = [input, forget, cell, output];
  return [
    ...gates.map((each) => fixed(each?.weights)),
    ...gates.map((each) => fixed(each?.recurrent)),
    ...[input, forget, output].map((each) => fixed(each?.peephole)),
    ...gates.map((each) => fixed(each?.bias)),
    fixed(projection),
    undefined,
  ];
}

const states = (outputs: number): CaseTensor[] => [state([2, outputs]), state([2, CELLS])];
const norms = ({ input, forget, cell, output }: OracleLstm) =>
  [input, forget, cell, output].map((each) => fixed(each?.norm));

const outputsOf = (lstm: OracleLstm): number[][][] =>
  sequences.map((sequence) => lstmOutputs(lstm, sequence));

function sequence(about: string, lstm: OracleLstm, isTimeMajor = false): OperatorCase {
  const outputs = lstm.projection?.length ?? CELLS;
  const values = outputsOf(lstm);
  const inOrder = isTimeMajor
    ? Array.from({ length: STEPS }, (_, step) => values.map((each) => each[step] ?? []))
    : values;
  return {
    op: 'UNIDIRECTIONAL_SEQUENCE_LSTM',
    about,
    options: [
      'UnidirectionalSequenceLSTMOptions',
      [int8(TANH), float32(lstm.cellClip ?? 0), float32(0), flag(isTimeMajor)],
    ],
    inputs: [isTimeMajor ? steps : batches, ...lstmInputs(lstm), ...states(outputs), ...norms(lstm)],
    outputs: [floats(isTimeMajor ? [STEPS, 2, outputs] : [2, STEPS, outputs], inOrder.flat(2))],
  };
}

const peephole = () => ({ peephole: take(CELLS) });
const norm = () => ({ norm: take(CELLS) });

const plain: OracleLstm = { input: gate(CELLS), forget: gate(CELLS), cell: gate(CELLS), output: gate(CELLS) };
const backward: OracleLstm = {
  input: gate(CELLS),
  forget: gate(CELLS),
  cell: gate(CELLS),
  output: gate(CELLS),
};
const projected: OracleLstm = {
  input: gate(OUTPUTS, peephole()),
  forget: gate(OUTPUTS, peephole()),
  cell: gate(OUTPUTS),
  output: gate(OUTPUTS, peephole()),
  projection: matrix(OUTPUTS, CELLS),
};
const coupled: OracleLstm = { forget: gate(CELLS), cell: gate(CELLS), output: gate(CELLS), cellClip: 0.25 };
const normalized: OracleLstm = {
  input: gate(CELLS, norm()),
  forget: gate(CELLS, norm()),
  cell: gate(CELLS, norm()),
  output: gate(CELLS, norm()),
};

/** What a cell gives for a sequence from its end on, in the order of the sequence. */
const backwards = (outputs: (sequence: Matrix) => number[][]) =>
  sequences.map((each) => outputs(each.toReversed()).toReversed());

const simple = gate(CELLS);
const otherSimple = gate(CELLS);
const simpleInputs = ({ weights, recurrent, bias }: OracleGate) => [
  fixed(weights),
  fixed(recurrent),
  fixed(bias),
  state([2, CELLS]),
];
const whole = [2, STEPS, CELLS];
const last = sequences.map((each) => each.slice(0, 1));

/** More steps than are written out one after the other. */
const long = Array.from({ length: 70 }, () => take(INPUTS));

/** The weights as integers of eight bits, with what these stand for in the place of the weights. */
const STEP = 1 / 64;
const snapped = (each: Matrix): Matrix =>
  each.map((row) => row.map((value) => Math.round(value / STEP) * STEP));
const bytes = (values: Matrix): CaseTensor =>
  constant(
    codes(STEP, 0)(
      [values.length, values[0]?.length ?? 0],
      values.flat().map((value) => Math.round(value / STEP)),
    ),
  );
const coarse: OracleGate = {
  ...simple,
  weights: snapped(simple.weights),
  recurrent: snapped(simple.recurrent),
};

export const RECURRENT_CASES: readonly OperatorCase[] = [
  sequence('', plain),
  {
    ...sequence('of an open batch', plain),
    inputs: [
      { ...batches, signature: [-1, STEPS, INPUTS] },
      ...lstmInputs(plain),
      ...states(CELLS),
      ...norms(plain),
    ],
  },
  {
    op: 'UNIDIRECTIONAL_SEQUENCE_LSTM',
    about: 'of many steps',
    options: ['UnidirectionalSequenceLSTMOptions', [int8(TANH), float32(0), float32(0), flag(false)]],
    inputs: [
      floats([1, long.length, INPUTS], long.flat()),
      ...lstmInputs(projected),
      state([1, OUTPUTS]),
      state([1, CELLS]),
    ],
    outputs: [floats([1, long.length, OUTPUTS], lstmOutputs(projected, long).flat())],
  },
  {
    op: 'UNIDIRECTIONAL_SEQUENCE_RNN',
    about: 'with weights of eight bits',
    options: ['SequenceRNNOptions', [flag(false), int8(RELU)]],
    inputs: [batches, bytes(simple.weights), bytes(simple.recurrent), fixed(simple.bias), state([2, CELLS])],
    outputs: [floats(whole, sequences.map((each) => rnnOutputs(coarse, each)).flat(2))],
  },
  sequence('with steps first', plain, true),
  sequence('with peepholes and a projection', projected),
  sequence('with coupled gates and a limit', coupled),
  sequence('with layer normalization', normalized),
  {
    op: 'LSTM',
    about: 'of one step',
    options: ['LSTMOptions', [int8(TANH), float32(0), float32(0)]],
    inputs: [floats([2, INPUTS], last.flat(2)), ...lstmInputs(plain), ...states(CELLS)],
    outputs: [floats([2, CELLS], last.map((each) => lstmOutputs(plain, each)).flat(2))],
  },
  {
    op: 'BIDIRECTIONAL_SEQUENCE_LSTM',
    options: [
      'BidirectionalSequenceLSTMOptions',
      [int8(TANH), float32(0), float32(0), flag(false), flag(false)],
    ],
    inputs: [batches, ...lstmInputs(plain), ...lstmInputs(backward), ...states(CELLS), ...states(CELLS)],
    outputs: [
      floats(whole, outputsOf(plain).flat(2)),
      floats(whole, backwards((each) => lstmOutputs(backward, each)).flat(2)),
    ],
  },
  {
    op: 'RNN',
    options: ['RNNOptions', [int8(RELU)]],
    inputs: [floats([2, INPUTS], last.flat(2)), ...simpleInputs(simple)],
    outputs: [floats([2, CELLS], last.map((each) => rnnOutputs(simple, each)).flat(2))],
  },
  {
    op: 'UNIDIRECTIONAL_SEQUENCE_RNN',
    options: ['SequenceRNNOptions', [flag(false), int8(RELU)]],
    inputs: [batches, ...simpleInputs(simple)],
    outputs: [floats(whole, sequences.map((each) => rnnOutputs(simple, each)).flat(2))],
  },
  {
    op: 'BIDIRECTIONAL_SEQUENCE_RNN',
    about: 'whose outputs are merged',
    options: ['BidirectionalSequenceRNNOptions', [flag(false), int8(RELU), flag(true)]],
    inputs: [batches, ...simpleInputs(simple), ...simpleInputs(otherSimple)],
    outputs: [
      floats(
        [2, STEPS, 2 * CELLS],
        sequences
          .map((each, index) => {
            const other = backwards((turned) => rnnOutputs(otherSimple, turned))[index] ?? [];
            return rnnOutputs(simple, each).map((row, step) => [...row, ...(other[step] ?? [])]);
          })
          .flat(2),
      ),
    ],
  },
  {
    op: 'SVDF',
    about: 'whose memory is empty',
    // Features [1 2; 3 4] of (1, 1) are 3 and 7; the weights of the latest step are 10 and 100.
    options: ['SVDFOptions', [int32(2), int8(0)]],
    inputs: [
      floats([1, 2], [1, 1]),
      constant(floats([2, 2], [1, 2, 3, 4])),
      constant(floats([2, 3], [5, 6, 10, 7, 8, 100])),
      constant(floats([1], [0.5])),
      state([1, 6]),
    ],
    outputs: [floats([1, 1], [730.5])],
  },
];
