import {
  answered,
  bool,
  flag,
  float,
  type GateCase,
  int,
  operation,
  refused,
} from '../../gate/gate_cases/case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const T = { T: { type: 'DT_INT32' } };

/** Two rows of three steps and three classes, the last of which is the blank: 0 0 1, and 1 blank 1. */
const steps = float(
  [3, 2, 3],
  [
    [8, 1, 1],
    [1, 8, 1],
    [4, 1, 1],
    [1, 1, 4],
    [1, 2, 1],
    [0, 2, 1],
  ].flat(),
);
const all = { inputs: steps, lengths: int([2], [3, 3]) };

const decoded = (
  index: number,
  mergesRepeated: boolean,
  asked: GateCase['asked'],
  more: Readonly<Record<string, unknown>> = {},
): GateCase =>
  operation(
    `CTCGreedyDecoder, output ${index}${mergesRepeated ? ', repeated labels merged' : ''} ${Object.keys(more)}`,
    'CTCGreedyDecoder',
    { inputs: 'FP32', lengths: 'INT32' },
    { T: { type: 'DT_FLOAT' }, merge_repeated: flag(mergesRepeated), ...more },
    index === 3 ? 'FP32' : 'INT32',
    asked,
    index,
  );

/** Values by the documentation of tf.math.in_top_k and tf.nn.ctc_greedy_decoder. */
export const SELECTION_CASES: readonly GateCase[] = [
  operation('InTopKV2', 'InTopKV2', { predictions: 'FP32', targets: 'INT32', k: 'INT32' }, T, 'BOOL', [
    answered(
      'ties count as hits, targets outside and what is not finite do not',
      {
        predictions: float([6, 3], [1, 2, 3, 1, 3, 3, 3, 2, 1, 1, 2, 3, 1, nan, 3, 1, infinity, 3]),
        targets: int([6], [2, 1, 2, 3, 0, 2]),
        k: int([], [1]),
      },
      bool([6], [1, 1, 0, 0, 0, 0]),
    ),
    answered('no rows', { predictions: float([0, 3]), targets: int([0]), k: int([], [1]) }, bool([0])),
    refused(
      'fewer targets than rows',
      { predictions: float([2, 1], [1, 2]), targets: int([1], [0]), k: int([], [1]) },
      /InTopK: targets of shape/,
    ),
  ]),
  operation('InTopK', 'InTopK', { predictions: 'FP32', targets: 'INT32' }, { ...T, k: { i: '2' } }, 'BOOL', [
    answered(
      'two of three',
      { predictions: float([2, 3], [1, 2, 3, 1, 2, 3]), targets: int([2], [1, 0]) },
      bool([2], [1, 0]),
    ),
  ]),
  decoded(0, false, [
    answered('places', all, int([5, 2], [0, 0, 0, 1, 0, 2, 1, 0, 1, 1])),
    answered('no steps', { ...all, lengths: int([2], [0, 0]) }, int([0, 2])),
    refused('a length that is too large', { ...all, lengths: int([2], [3, 4]) }, /a length of 4 is not in/),
  ]),
  decoded(1, false, [answered('labels', all, int([5], [0, 0, 1, 1, 1]))]),
  decoded(1, true, [
    answered('labels with a blank between them stay two', all, int([4], [0, 1, 1, 1])),
    answered('a shorter row', { ...all, lengths: int([2], [2, 1]) }, int([2], [0, 1])),
  ]),
  decoded(1, false, [answered('another blank', all, int([4], [1, 1, 2, 1]))], { blank_index: { i: '0' } }),
  decoded(2, true, [answered('the shape', all, int([2], [2, 2]))]),
  decoded(3, true, [answered('minus the sums of the largest values', all, float([2, 1], [-14, -14]))]),
];
