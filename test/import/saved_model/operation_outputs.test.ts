import { expect, test } from 'vitest';
import type { NodeAttribute } from '../../../import/graph/graph.ts';
import { OperationOutputs } from '../../../import/saved_model/graph_def/operation_outputs.ts';

const FLOAT = 'DT_FLOAT';
const types = (count: number): NodeAttribute => ({
  list: { type: Array.from({ length: count }, () => FLOAT) },
});
const number = (value: number): NodeAttribute => ({ i: String(value) });

const SPARSE = { sparse_types: types(2), Tdense: types(3) };
const SEQUENCE = {
  Ncontext_sparse: number(1),
  context_sparse_types: types(1),
  Tcontext_dense: types(2),
  Nfeature_list_sparse: number(1),
  feature_list_sparse_types: types(1),
  Nfeature_list_dense: number(2),
  feature_list_dense_types: types(2),
};
const RAGGED_SEQUENCE = {
  ...SEQUENCE,
  context_ragged_value_types: types(1),
  context_ragged_split_types: types(1),
  feature_list_ragged_value_types: types(2),
  feature_list_ragged_split_types: types(2),
};
const RAGGED = { ...SPARSE, ragged_value_types: types(1), ragged_split_types: types(1) };

/** By the definitions of tf.raw_ops. */
test.each<[op: string, output: string, position: number | undefined, attr?: Record<string, NodeAttribute>]>([
  ['Relu', 'activations', 0],
  ['TopKV2', 'indices', 1],
  ['FusedBatchNormV3', 'reserve_space_3', 5],
  ['ListDiff', 'idx', 1],
  ['LogMatrixDeterminant', 'log_abs_determinant', 1],
  ['MaxPoolWithArgmax', 'argmax', 1],
  ['StringNGrams', 'ngrams_splits', 1],
  ['StringSplit', 'values', 1],
  ['StringSplitV2', 'shape', 2],
  ['TensorArrayConcatV3', 'lengths', 1],
  ['TensorListConcatV2', 'lengths', 1],
  ['ParseExample', 'sparse_values', 2, { ...SPARSE, Nsparse: number(2) }],
  ['ParseExample', 'dense_values', 6, { ...SPARSE, Nsparse: number(2) }],
  ['ParseSingleExample', 'sparse_shapes', 4, { ...SPARSE, num_sparse: number(2) }],
  ['ParseExampleV2', 'ragged_values', 9, { ...RAGGED, num_sparse: number(2) }],
  ['ParseExampleV2', 'ragged_row_splits', 10, { ...RAGGED, num_sparse: number(2) }],
  ['ParseExampleV2', 'dense_values', 0, { Tdense: types(3), num_sparse: number(0) }],
  ['ParseSequenceExample', 'context_dense_values', 3, SEQUENCE],
  ['ParseSequenceExample', 'feature_list_sparse_indices', 5, SEQUENCE],
  ['ParseSequenceExample', 'feature_list_dense_values', 8, SEQUENCE],
  ['ParseSequenceExample', 'feature_list_dense_lengths', 10, SEQUENCE],
  ['ParseSingleSequenceExample', 'feature_list_dense_values', 8, SEQUENCE],
  ['ParseSingleSequenceExample', 'feature_list_dense_lengths', undefined, SEQUENCE],
  ['ParseSequenceExampleV2', 'context_ragged_row_splits', 6, RAGGED_SEQUENCE],
  ['ParseSequenceExampleV2', 'feature_list_sparse_indices', 7, RAGGED_SEQUENCE],
  ['ParseSequenceExampleV2', 'feature_list_dense_lengths', 12, RAGGED_SEQUENCE],
  ['ParseSequenceExampleV2', 'feature_list_ragged_values', 14, RAGGED_SEQUENCE],
  ['ParseSequenceExampleV2', 'feature_list_ragged_outer_splits', 16, RAGGED_SEQUENCE],
  ['ParseSequenceExampleV2', 'feature_list_ragged_inner_splits', 18, RAGGED_SEQUENCE],
  ['StringSplitV2', 'words', undefined],
])('without definitions, %s has the output %s at %s', (op, output, position, attr = {}) => {
  expect(new OperationOutputs([]).position({ name: 'node', op, input: [], attr }, output)).toBe(position);
});
