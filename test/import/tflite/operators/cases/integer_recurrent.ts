import { float32, int8, int32 } from '../../../../fixtures/models/flatbuffer.ts';
import { lstmOutputs, type Matrix, type OracleGate, type OracleLstm } from '../recurrent_oracle.ts';
import { type CaseTensor, codes, constant, floats, type OperatorCase, state } from './operator_case.ts';

const TANH = 4;
const [STEPS, INPUTS, CELLS] = [4, 3, 4] as const;
/** More steps than are written out one after the other. */
const MANY_STEPS = 70;

/** Scales, each with the integer that stands for zero. */
const INPUT = { scale: 0.01, zero: 3 };
const OUTPUT = { scale: 1 / 120, zero: -5 };
const HIDDEN = { scale: 1 / 125, zero: 4 };
const [WEIGHT, PEEPHOLE, CELL, NORM, GATE] = [1 / 127, 2 ** -14, 2 ** -11, 2 ** -14, 2 ** -11];

/** Different numbers from -1 to 1, the same ones in each run. */
function numbers(): (count: number) => number[] {
  let next = 1;
  return (count) => Array.from({ length: count }, () => Math.sin(next++ * 78.233));
}
const take = numbers();
const matrix = (rows: number, columns: number): Matrix => Array.from({ length: rows }, () => take(columns));

const rounded = (values: readonly number[], scale: number): number[] =>
  values.map((value) => Math.round(value / scale));

interface Parts {
  readonly outputs: number;
  readonly steps?: number;
  readonly hasPeepholes?: boolean;
  readonly isNormalized?: boolean;
  readonly isCoupled?: boolean;
}

/** An LSTM of integers, and what they stand for. */
function integerLstm(about: string, parts: Parts): OperatorCase {
  const { outputs, steps = STEPS, hasPeepholes, isNormalized, isCoupled } = parts;
  const isProjected = outputs !== CELLS;
  const biasScale = isNormalized ? NORM / 1024 : INPUT.scale * WEIGHT;
  const snapped = (values: readonly number[], scale: number) =>
    rounded(values, scale).map((each) => each * scale);
  const gate = (seesCell: boolean): OracleGate => ({
    weights: matrix(CELLS, INPUTS).map((row) => snapped(row, WEIGHT)),
    recurrent: matrix(CELLS, outputs).map((row) => snapped(row, WEIGHT)),
    bias: snapped(take(CELLS), biasScale),
    ...(hasPeepholes && seesCell ? { peephole: snapped(take(CELLS), PEEPHOLE) } : {}),
    ...(isNormalized ? { norm: snapped(take(CELLS), NORM) } : {}),
  });
  const lstm: OracleLstm = {
    ...(isCoupled ? {} : { input: gate(true) }),
    forget: gate(true),
    cell: gate(false),
    output: gate(true),
    ...(isProjected ? { projection: matrix(outputs, CELLS).map((row) => snapped(row, WEIGHT)) } : {}),
  };
  const gates = [lstm.input, lstm.forget, lstm.cell, lstm.output];
  const ofGates = (pick: (gate: OracleGate) => CaseTensor | undefined) =>
    gates.map((each) => each && pick(each));
  const given = Array.from({ length: steps * INPUTS }, (_, index) => ((index * 37) % 200) - 100);
  const sequence = Array.from({ length: steps }, (_, step) =>
    given.slice(step * INPUTS, (step + 1) * INPUTS).map((code) => (code - INPUT.zero) * INPUT.scale),
  );
  const wanted = lstmOutputs(lstm, sequence).flat();
  const bytes = (values: Matrix) =>
    constant(codes(WEIGHT, 0)([values.length, values[0]?.length ?? 0], rounded(values.flat(), WEIGHT)));
  const words = (values: readonly number[] | undefined, scale: number) =>
    values && constant(codes(scale, 0, 'INT16')([values.length], rounded(values, scale)));
  const gateScale = isNormalized ? codes(GATE, 0, 'INT16') : floats;
  return {
    op: 'UNIDIRECTIONAL_SEQUENCE_LSTM',
    about: `of integers ${about}`,
    options: ['UnidirectionalSequenceLSTMOptions', [int8(TANH), float32(0), float32(0)]],
    inputs: [
      codes(INPUT.scale, INPUT.zero)([1, steps, INPUTS], given),
      ...ofGates(({ weights }) => bytes(weights)),
      ...ofGates(({ recurrent }) => bytes(recurrent)),
      ...[lstm.input, lstm.forget, lstm.output].map((each) => words(each?.peephole, PEEPHOLE)),
      ...ofGates(({ bias }) =>
        constant({ type: 'INT32', shape: [CELLS], values: rounded(bias, biasScale), scale: biasScale }),
      ),
      lstm.projection && bytes(lstm.projection),
      undefined,
      state([1, outputs], 'INT8', OUTPUT.scale, OUTPUT.zero),
      state([1, CELLS], 'INT16', CELL),
      ...ofGates(({ norm }) => words(norm, NORM)),
    ],
    intermediates: [
      ...gates.map(() => gateScale([1], [])),
      (isProjected ? codes(HIDDEN.scale, HIDDEN.zero) : codes(OUTPUT.scale, OUTPUT.zero))([1], []),
    ],
    outputs: [
      codes(OUTPUT.scale, OUTPUT.zero)(
        [1, steps, outputs],
        wanted.map((value) => Math.round(value / OUTPUT.scale) + OUTPUT.zero),
      ),
    ],
    // What is rounded between the gates adds up over the steps.
    tolerance: 2,
  };
}

export const INTEGER_RECURRENT_CASES: readonly OperatorCase[] = [
  integerLstm('', { outputs: CELLS }),
  integerLstm('of many steps', { outputs: CELLS, steps: MANY_STEPS }),
  integerLstm('with peepholes and a projection', { outputs: 3, hasPeepholes: true }),
  integerLstm('with coupled gates', { outputs: CELLS, isCoupled: true }),
  integerLstm('with layer normalization', { outputs: CELLS, isNormalized: true }),
  {
    op: 'SVDF',
    about: 'of integers',
    options: ['SVDFOptions', [int32(2), int8(0)]],
    inputs: [
      // The floats 0.5 and -0.25, features [1 2; 3 4] / 4, and 0.5 and -1 for the latest step.
      codes(1 / 64, 10)([1, 2], [42, -6]),
      constant(codes(1 / 32, 0)([2, 2], [8, 16, 24, 32])),
      constant(codes(2 ** -12, 0, 'INT16')([2, 2], [99, 2048, 77, -4096])),
      constant({ type: 'INT32', shape: [1], values: [2 ** 20], scale: 2 ** -24 }),
      state([1, 4], 'INT16', 2 ** -12),
    ],
    // 0 * 0.5 + 0.125 * -1 + 0.0625
    outputs: [codes(1 / 256, 20)([1, 1], [4])],
  },
];
