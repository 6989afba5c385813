import { bool, float, type GateCase, int, refused, strings } from '../../../gate/gate_cases/case.ts';
import {
  BATCH,
  DEBUG_NAMES,
  DEFAULT,
  LONG,
  ONE,
  parser,
  SHORT,
  TAKEN,
  types,
  WITHOUT_FRAMES,
} from './sequence_graphs.ts';

const KEYS = {
  words_key: strings([1], ['words']),
  id_key: strings([1], ['id']),
  tags_key: strings([1], ['tags']),
  tokens_key: strings([1], ['tokens']),
  frames_key: strings([1], ['frames']),
  names_key: strings([1], ['names']),
};
const V2_INPUTS = {
  serialized: 'BYTES',
  debug_name: 'BYTES',
  words_key: 'BYTES',
  id_key: 'BYTES',
  tags_key: 'BYTES',
  tokens_key: 'BYTES',
  frames_key: 'BYTES',
  names_key: 'BYTES',
  missing: 'BOOL',
  default: 'INT32',
} as const;
const V2_TAKEN = {
  ...TAKEN,
  context_ragged_value_types: types('DT_STRING'),
  context_ragged_split_types: types('DT_INT64'),
  feature_list_ragged_value_types: types('DT_STRING'),
  feature_list_ragged_split_types: types('DT_INT32'),
};
const V2_OUTPUTS = {
  words_at: [0, 'INT32'],
  words: [1, 'BYTES'],
  words_shape: [2, 'INT32'],
  ids: [3, 'INT32'],
  tags: [4, 'BYTES'],
  tokens_at: [6, 'INT32'],
  tokens: [7, 'INT32'],
  tokens_shape: [8, 'INT32'],
  frames: [9, 'FP32'],
  lengths: [10, 'INT32'],
  names: [11, 'BYTES'],
  names_inner: [13, 'INT32'],
} as const;
const REQUIRED = { ...DEBUG_NAMES, ...KEYS, missing: bool([1], [0]), default: DEFAULT };
const OPTIONAL = { ...REQUIRED, missing: bool([1], [1]) };

const RAGGED_BATCHES = parser(
  'ParseSequenceExampleV2',
  'ParseSequenceExampleV2',
  V2_INPUTS,
  V2_TAKEN,
  { ...V2_OUTPUTS, tag_splits: [5, 'INT32'], names_outer: [12, 'INT32'] },
  [
    {
      of: 'two examples',
      send: { serialized: strings([2], [LONG, SHORT]), ...REQUIRED },
      answer: {
        ...BATCH,
        tags: strings([3], ['x', 'y', 'z']),
        tag_splits: int([3], [0, 1, 3]),
        names: strings([2], ['p', 'q']),
        names_outer: int([3], [0, 2, 2]),
        names_inner: int([3], [0, 2, 2]),
      },
    },
    {
      of: 'frames that may be missing',
      send: { serialized: strings([2], [WITHOUT_FRAMES, SHORT]), ...OPTIONAL },
      answer: {
        words_at: int([0, 2]),
        words: strings([0]),
        words_shape: int([2], [2, 0]),
        ids: int([2], [5, 9]),
        tags: strings([2], ['y', 'z']),
        tag_splits: int([3], [0, 0, 2]),
        tokens_at: int([1, 3], [1, 0, 0]),
        tokens: int([1], [4]),
        tokens_shape: int([3], [2, 1, 1]),
        frames: float([2, 1, 2], [0, 0, -1, 0.5]),
        lengths: int([2], [0, 1]),
        names: strings([0]),
        names_outer: int([3], [0, 0, 0]),
        names_inner: int([1], [0]),
      },
    },
    refused(
      'frames that may not',
      { serialized: strings([2], [SHORT, WITHOUT_FRAMES]), ...REQUIRED },
      /"frames" is missing in example 1/,
    ),
  ],
);

/** Without the splits of the examples, of which one alone has none. */
const ONE_OF_V2 = parser(
  'ParseSequenceExampleV2 of one example',
  'ParseSequenceExampleV2',
  V2_INPUTS,
  V2_TAKEN,
  V2_OUTPUTS,
  [
    {
      of: 'three steps',
      send: { serialized: strings([], [LONG]), ...REQUIRED },
      answer: {
        ...ONE,
        lengths: int([], [3]),
        tags: strings([1], ['x']),
        names: strings([2], ['p', 'q']),
        names_inner: int([3], [0, 2, 2]),
      },
    },
  ],
);

/** Values by the definition of the operation, for the examples of the graphs. */
export const RAGGED_SEQUENCE_CASES: readonly GateCase[] = [RAGGED_BATCHES, ONE_OF_V2];
