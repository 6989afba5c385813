import {
  answered,
  answeredNearly,
  flag,
  float,
  type GateCase,
  int,
  operation,
  refused,
} from '../../../gate/gate_cases/case.ts';

const T = { T: { type: 'DT_FLOAT' } };
const zeros = (...shape: number[]) =>
  float(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0),
  );

/**
 * Sums so large that sigmoid and tanh are 0 or 1, so that each gate is wide open or shut: the values are those of the equations in TensorFlow's documentation. Row 0 of the weights is for x, row 1 for h.
 */
const CELL = {
  x: 'FP32',
  cs: 'FP32',
  h: 'FP32',
  w: 'FP32',
  wci: 'FP32',
  wcf: 'FP32',
  wco: 'FP32',
  b: 'FP32',
} as const;
const OPEN = 200;
const peepholes = { wci: float([1], [0]), wcf: float([1], [0]), wco: float([1], [0]) };

const cell = (
  name: string,
  index: number,
  attr: Readonly<Record<string, unknown>>,
  asked: GateCase['asked'],
): GateCase =>
  operation(
    `LSTMBlockCell: ${name}`,
    'LSTMBlockCell',
    CELL,
    { ...T, forget_bias: { f: 0 }, cell_clip: { f: 3 }, ...attr },
    'FP32',
    asked,
    index,
  );

/** The order of version 1: input gate, candidate, forget gate, output gate. */
const bias = (i: number, ci: number, f: number, o: number) => ({ b: float([4], [i, ci, f, o]) });
const state = { x: float([1, 1], [0]), cs: float([1, 1], [2]), h: zeros(1, 1), w: zeros(2, 4), ...peepholes };

const LISTED = { count: 'INT32', ...CELL } as const;
const sequence = (
  op: string,
  index: number,
  attr: Readonly<Record<string, unknown>>,
  asked: GateCase['asked'],
): GateCase => operation(`${op}, output ${index}`, op, LISTED, { ...T, ...attr }, 'FP32', asked, index);

/** The state counts steps: the candidate is 1 and both gates are open. */
const counting = { x: zeros(3, 1, 1), cs: zeros(1, 1), h: zeros(1, 1), w: zeros(2, 4), ...peepholes };

const GRU = { x: 'FP32', h: 'FP32', ru: 'FP32', c: 'FP32', bru: 'FP32', bc: 'FP32' } as const;
const gru = (index: number, asked: GateCase['asked']): GateCase =>
  operation(`GRUBlockCell, output ${index}`, 'GRUBlockCell', GRU, T, 'FP32', asked, index);
const half = { x: zeros(1, 1), h: float([1, 1], [4]), ru: zeros(2, 2), c: zeros(2, 1) };

export const RECURRENT_CASES: readonly GateCase[] = [
  cell('the state', 1, {}, [
    answered(
      'input shut, forget gate open: the state stays',
      { ...state, ...bias(-OPEN, OPEN, OPEN, OPEN) },
      float([1, 1], [2]),
    ),
    answeredNearly(
      'both open: the state grows by the candidate',
      { ...state, ...bias(OPEN, -OPEN, OPEN, OPEN) },
      float([1, 1], [1]),
    ),
    answered(
      'it is clipped',
      { ...state, cs: float([1, 1], [8]), ...bias(OPEN, OPEN, OPEN, OPEN) },
      float([1, 1], [3]),
    ),
    answered('forgotten', { ...state, ...bias(-OPEN, OPEN, -OPEN, OPEN) }, float([1, 1], [0])),
    answeredNearly(
      'x is multiplied by the first rows, h by the others',
      {
        ...state,
        x: float([1, 1], [1]),
        h: float([1, 1], [1]),
        w: float([2, 4], [OPEN, 0, 0, 0, 0, -OPEN, OPEN, 0]),
        ...bias(0, 0, 0, 0),
      },
      float([1, 1], [1]),
    ),
    refused(
      'weights that do not fit',
      { ...state, w: zeros(3, 4), ...bias(0, 0, 0, 0) },
      /LSTMBlockCell: x of shape \[1,1\]/,
    ),
  ]),
  cell('without a clip', 1, { cell_clip: { f: -1 } }, [
    answered(
      'the state is as large as it is',
      { ...state, cs: float([1, 1], [8]), ...bias(OPEN, OPEN, OPEN, OPEN) },
      float([1, 1], [9]),
    ),
  ]),
  cell('with a forget bias', 2, { forget_bias: { f: OPEN } }, [
    answered('the forget gate', { ...state, ...bias(0, 0, -OPEN, 0) }, float([1, 1], [0.5])),
  ]),
  cell('with peepholes', 0, { use_peephole: flag(true) }, [
    answered(
      'the input gate sees the state',
      { ...state, wci: float([1], [-OPEN]), ...bias(0, 0, 0, 0) },
      float([1, 1], [0]),
    ),
  ]),
  cell('peepholes that are not used', 0, { use_peephole: flag(false) }, [
    answered(
      'the input gate',
      { ...state, wci: float([1], [-OPEN]), ...bias(0, 0, 0, 0) },
      float([1, 1], [0.5]),
    ),
  ]),
  cell('the output', 6, {}, [
    answered(
      'an output gate that is shut',
      { ...state, ...bias(OPEN, OPEN, OPEN, -OPEN) },
      float([1, 1], [0]),
    ),
    answered(
      'no rows',
      { ...state, x: zeros(0, 1), cs: zeros(0, 1), h: zeros(0, 1), ...bias(0, 0, 0, 0) },
      float([0, 1]),
    ),
  ]),
  sequence('BlockLSTM', 1, { forget_bias: { f: 0 }, cell_clip: { f: -1 } }, [
    answeredNearly(
      'counts its steps',
      { count: int([], [3]), ...counting, ...bias(OPEN, OPEN, OPEN, OPEN) },
      float([3, 1, 1], [1, 2, 3]),
    ),
    answeredNearly(
      'zeros behind the last step',
      { count: int([], [1]), ...counting, ...bias(OPEN, OPEN, OPEN, OPEN) },
      float([3, 1, 1], [1, 0, 0]),
    ),
    answered(
      'no steps',
      { count: int([], [0]), ...counting, x: zeros(0, 1, 1), ...bias(0, 0, 0, 0) },
      float([0, 1, 1]),
    ),
    refused(
      'more steps than there are',
      { count: int([], [4]), ...counting, ...bias(0, 0, 0, 0) },
      /4 steps are not in \[0, 3\]/,
    ),
  ]),
  sequence('BlockLSTMV2', 1, { cell_clip: { f: 0 } }, [
    answeredNearly(
      // Its order is input gate, forget gate, candidate, output gate.
      'forgets all but the last candidate',
      { count: int([], [3]), ...counting, ...bias(OPEN, -OPEN, OPEN, OPEN) },
      float([3, 1, 1], [1, 1, 1]),
    ),
  ]),
  gru(0, [
    answered(
      'the reset gate',
      { ...half, bru: float([2], [OPEN, 0]), bc: float([1], [0]) },
      float([1, 1], [1]),
    ),
  ]),
  gru(1, [
    answered(
      'the update gate',
      { ...half, bru: float([2], [OPEN, 0]), bc: float([1], [0]) },
      float([1, 1], [0.5]),
    ),
  ]),
  gru(2, [
    answeredNearly(
      'a candidate that sees the state where the reset gate is open',
      { ...half, c: float([2, 1], [0, OPEN]), bru: float([2], [OPEN, 0]), bc: float([1], [0]) },
      float([1, 1], [1]),
    ),
    answered(
      'and does not see it where it is shut',
      { ...half, c: float([2, 1], [0, OPEN]), bru: float([2], [-OPEN, 0]), bc: float([1], [0]) },
      float([1, 1], [0]),
    ),
  ]),
  gru(3, [
    answered(
      'half of the state and half of the candidate',
      { ...half, bru: float([2], [0, 0]), bc: float([1], [OPEN]) },
      float([1, 1], [2.5]),
    ),
    answered(
      'the state alone',
      { ...half, bru: float([2], [0, OPEN]), bc: float([1], [OPEN]) },
      float([1, 1], [4]),
    ),
    refused(
      'weights that do not fit',
      { ...half, c: zeros(3, 1), bru: zeros(2), bc: zeros(1) },
      /GRUBlockCell: x of shape/,
    ),
  ]),
];
