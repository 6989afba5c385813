import type { RawTensor } from '../../../../fixtures/requests/raw_inference.ts';
import {
  bytesList,
  floatList,
  int64List,
  serializeSequenceExample,
} from '../../../../fixtures/requests/serialized_example.ts';
import { type Asked, float, type GateCase, int, strings } from '../../../gate/gate_cases/case.ts';

const TYPES = { FP32: 'DT_FLOAT', INT32: 'DT_INT32', BOOL: 'DT_BOOL', BYTES: 'DT_STRING' } as const;
export const integer = (value: number) => ({ i: String(value) });
export const types = (...type: readonly string[]) => ({ list: { type } });
const shapes = (...sizes: readonly (readonly number[])[]) => ({
  list: { shape: sizes.map((each) => ({ dim: each.map((size) => ({ size: String(size) })) })) },
});

/** A graph of one node and some of its outputs, by their positions. */
export function parser(
  name: string,
  op: string,
  inputs: Readonly<Record<string, RawTensor['datatype']>>,
  attr: Readonly<Record<string, unknown>>,
  outputs: Readonly<Record<string, readonly [position: number, datatype: RawTensor['datatype']]>>,
  asked: readonly Asked[],
): GateCase {
  const parts = Object.entries(outputs).map(([output, [position, datatype]]) => ({
    name: output,
    op: 'Identity',
    input: [position === 0 ? 'parse' : `parse:${position}`],
    attr: { T: { type: TYPES[datatype] } },
  }));
  return {
    name,
    inputs: Object.entries(inputs).map(([each, datatype]) => ({ name: each, dtype: TYPES[datatype] })),
    nodes: [{ name: 'parse', op, input: Object.keys(inputs), attr }, ...parts],
    outputs: Object.entries(outputs).map(([each, [, datatype]]) => ({ name: each, dtype: TYPES[datatype] })),
    asked,
  };
}

/** What all graphs here take: words and an identity of the context, tokens and frames of the steps. */
export const TAKEN = {
  Ncontext_sparse: integer(1),
  context_sparse_types: types('DT_STRING'),
  Tcontext_dense: types('DT_INT64'),
  context_dense_shapes: shapes([]),
  Nfeature_list_sparse: integer(1),
  feature_list_sparse_types: types('DT_INT64'),
  Nfeature_list_dense: integer(1),
  feature_list_dense_types: types('DT_FLOAT'),
  feature_list_dense_shapes: shapes([2]),
};

/** Three steps. */
export const LONG = serializeSequenceExample(
  { id: int64List(7), words: bytesList('a', 'b'), tags: bytesList('x') },
  {
    frames: [floatList(1.5, 2), floatList(3, 4.25), floatList(5, 6)],
    tokens: [int64List(1), int64List(), int64List(2, 3)],
    names: [bytesList('p', 'q'), {}],
  },
);
/** One step. */
export const SHORT = serializeSequenceExample(
  { tags: bytesList('y', 'z') },
  { frames: [floatList(-1, 0.5)], tokens: [int64List(4)] },
);
export const WITHOUT_FRAMES = serializeSequenceExample({ id: int64List(5) }, {});

/** What TensorFlow makes of the first two in a batch. */
export const BATCH = {
  words_at: int([2, 2], [0, 0, 0, 1]),
  words: strings([2], ['a', 'b']),
  words_shape: int([2], [2, 2]),
  ids: int([2], [7, 9]),
  tokens_at: int([4, 3], [0, 0, 0, 0, 2, 0, 0, 2, 1, 1, 0, 0]),
  tokens: int([4], [1, 2, 3, 4]),
  tokens_shape: int([3], [2, 3, 2]),
  frames: float([2, 3, 2], [1.5, 2, 3, 4.25, 5, 6, -1, 0.5, 0, 0, 0, 0]),
  lengths: int([2], [3, 1]),
};
/** What it makes of the first one alone. */
export const ONE = {
  words_at: int([2, 1], [0, 1]),
  words: strings([2], ['a', 'b']),
  words_shape: int([1], [2]),
  ids: int([], [7]),
  tokens_at: int([3, 2], [0, 0, 2, 0, 2, 1]),
  tokens: int([3], [1, 2, 3]),
  tokens_shape: int([2], [3, 2]),
  frames: float([3, 2], [1.5, 2, 3, 4.25, 5, 6]),
};

export const DEFAULT = int([], [9]);
export const DEBUG_NAMES = { debug_name: strings([0]) };
