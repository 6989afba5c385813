import type { RawTensor } from '../../../../fixtures/requests/raw_inference.ts';
import {
  bytesList,
  floatList,
  int64List,
  serializeSequenceExample,
} from '../../../../fixtures/requests/serialized_example.ts';
import {
  type Asked,
  float,
  type GateCase,
  int,
  refused,
  strings,
  texts,
} from '../../../gate/gate_cases/case.ts';
import {
  BATCH,
  DEBUG_NAMES,
  DEFAULT,
  integer,
  LONG,
  ONE,
  parser,
  SHORT,
  TAKEN,
  WITHOUT_FRAMES,
} from './sequence_graphs.ts';

const refusedAlone = (of: string, example: Uint8Array, words: RegExp, id: RawTensor = DEFAULT): Asked =>
  refused(of, { serialized: strings([1], [example]), ...DEBUG_NAMES, default: id }, words);

const FRAMES = { frames: [floatList(1, 2)] };

const BATCHES = parser(
  'ParseSequenceExample',
  'ParseSequenceExample',
  { serialized: 'BYTES', debug_name: 'BYTES', default: 'INT32' },
  {
    ...TAKEN,
    Ncontext_dense: integer(1),
    context_sparse_keys: texts('words'),
    context_dense_keys: texts('id'),
    feature_list_sparse_keys: texts('tokens'),
    feature_list_dense_keys: texts('frames'),
    feature_list_dense_missing_assumed_empty: texts(),
  },
  {
    words_at: [0, 'INT32'],
    words: [1, 'BYTES'],
    words_shape: [2, 'INT32'],
    ids: [3, 'INT32'],
    tokens_at: [4, 'INT32'],
    tokens: [5, 'INT32'],
    tokens_shape: [6, 'INT32'],
    frames: [7, 'FP32'],
    lengths: [8, 'INT32'],
  },
  [
    {
      of: 'two examples, the second shorter and without an identity',
      send: { serialized: strings([2], [LONG, SHORT]), ...DEBUG_NAMES, default: DEFAULT },
      answer: BATCH,
    },
    {
      of: 'no examples',
      send: { serialized: strings([0]), ...DEBUG_NAMES, default: DEFAULT },
      answer: {
        words_at: int([0, 2]),
        words: strings([0]),
        words_shape: int([2], [0, 0]),
        ids: int([0]),
        tokens_at: int([0, 3]),
        tokens: int([0]),
        tokens_shape: int([3], [0, 0, 0]),
        frames: float([0, 0, 2]),
        lengths: int([0]),
      },
    },
    refusedAlone('frames that are missing', WITHOUT_FRAMES, /"frames" is missing in example 0/),
    refusedAlone(
      'an identity without a default',
      serializeSequenceExample({}, FRAMES),
      /"id" is missing in example 0, and has no default/,
      int([0]),
    ),
    refusedAlone(
      'an identity without a list, which is no missing one',
      serializeSequenceExample({ id: {} }, FRAMES),
      /"id" of example 0 has 0 values/,
    ),
    refusedAlone(
      'a frame with too few values',
      serializeSequenceExample({}, { frames: [floatList(1, 2), floatList(3)] }),
      /step 1 of the feature list "frames" of example 0 has 1 values, and its shape is \[2\]/,
    ),
    refusedAlone(
      'frames whose values are right only together',
      serializeSequenceExample({}, { frames: [floatList(1), floatList(2, 3, 4)] }),
      /step 0 of the feature list "frames" of example 0 has 1 values/,
    ),
    refusedAlone(
      'a frame without a list',
      serializeSequenceExample({}, { frames: [{}] }),
      /step 0 of the feature list "frames" of example 0 has 0 values/,
    ),
    refusedAlone(
      'tokens of another type',
      serializeSequenceExample({}, { ...FRAMES, tokens: [int64List(1), bytesList('one')] }),
      /step 1 of the feature list "tokens" of example 0 is of type string, and has to be of int32/,
    ),
    refusedAlone(
      'words of another type',
      serializeSequenceExample({ words: floatList(1) }, FRAMES),
      /"words" of example 0 is of type float32, and has to be of string/,
    ),
    refusedAlone(
      'a token beyond 32 bits',
      serializeSequenceExample({}, { ...FRAMES, tokens: [int64List('2147483648')] }),
      /"tokens" has an integer that does not fit in 32 bits/,
    ),
    refusedAlone(
      'bytes that end too early',
      LONG.subarray(0, LONG.length - 1),
      /the string 0 is not a serialized tf.SequenceExample/,
    ),
    // Field 2, a map with an entry of a name, "tokens", and a list whose first step says that it is 127 bytes long.
    refusedAlone(
      'a step whose length lies',
      Uint8Array.of(0x12, 14, 0x0a, 12, 0x0a, 6, ...Buffer.from('tokens'), 0x12, 2, 0x0a, 127),
      /"tokens" of example 0 is damaged/,
    ),
    // The same with a list of integers that ends amid one.
    refusedAlone(
      'a step whose integer has no end',
      Uint8Array.of(
        0x12,
        19,
        0x0a,
        17,
        0x0a,
        6,
        ...Buffer.from('tokens'),
        0x12,
        7,
        0x0a,
        5,
        0x1a,
        3,
        0x0a,
        1,
        0x80,
      ),
      /step 0 of the feature list "tokens" of example 0 is damaged/,
    ),
    refused(
      'examples that are a matrix',
      { serialized: strings([1, 1], [SHORT]), ...DEBUG_NAMES, default: DEFAULT },
      /serialized examples of shape \[1,1\] are not a list/,
    ),
  ],
);

const SINGLE_INPUTS = {
  missing: strings([0]),
  words_key: strings([], ['words']),
  id_key: strings([], ['id']),
  tokens_key: strings([], ['tokens']),
  frames_key: strings([], ['frames']),
  default: DEFAULT,
  debug_name: strings([], ['']),
};

const SINGLE = parser(
  'ParseSingleSequenceExample',
  'ParseSingleSequenceExample',
  {
    serialized: 'BYTES',
    missing: 'BYTES',
    words_key: 'BYTES',
    id_key: 'BYTES',
    tokens_key: 'BYTES',
    frames_key: 'BYTES',
    default: 'INT32',
    debug_name: 'BYTES',
  },
  { ...TAKEN, Ncontext_dense: integer(1) },
  {
    words_at: [0, 'INT32'],
    words: [1, 'BYTES'],
    words_shape: [2, 'INT32'],
    ids: [3, 'INT32'],
    tokens_at: [4, 'INT32'],
    tokens: [5, 'INT32'],
    tokens_shape: [6, 'INT32'],
    frames: [7, 'FP32'],
  },
  [
    { of: 'three steps', send: { serialized: strings([], [LONG]), ...SINGLE_INPUTS }, answer: ONE },
    {
      of: 'an identity that is missing',
      send: { serialized: strings([], [SHORT]), ...SINGLE_INPUTS },
      answer: {
        words_at: int([0, 1]),
        words: strings([0]),
        words_shape: int([1], [0]),
        ids: int([], [9]),
        tokens_at: int([1, 2], [0, 0]),
        tokens: int([1], [4]),
        tokens_shape: int([2], [1, 1]),
        frames: float([1, 2], [-1, 0.5]),
      },
    },
    {
      of: 'frames that may be missing',
      send: {
        serialized: strings([], [WITHOUT_FRAMES]),
        ...SINGLE_INPUTS,
        missing: strings([1], ['frames']),
      },
      answer: {
        words_at: int([0, 1]),
        words: strings([0]),
        words_shape: int([1], [0]),
        ids: int([], [5]),
        tokens_at: int([0, 2]),
        tokens: int([0]),
        tokens_shape: int([2], [0, 0]),
        frames: float([0, 2]),
      },
    },
    refused(
      'frames that may not',
      { serialized: strings([], [WITHOUT_FRAMES]), ...SINGLE_INPUTS },
      /"frames" is missing in example 0/,
    ),
  ],
);

/** Values by the definitions of the operations, for the examples of the graphs. */
export const SEQUENCE_EXAMPLE_CASES: readonly GateCase[] = [BATCHES, SINGLE];
