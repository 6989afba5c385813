import type { GraphNode } from '../../graph/graph.ts';
import type { ArgumentMessage, OperationMessage } from '../protobuf/graph_messages.ts';

interface Output {
  readonly name: string;
  /** The attribute with the number or the types of a list of outputs. */
  readonly list?: string;
}

const named = (...names: readonly string[]): readonly Output[] => names.map((name) => ({ name }));
const list = (name: string, attribute: string): Output => ({ name, list: attribute });

const LSTM_OUTPUTS = named('i', 'cs', 'f', 'o', 'ci', 'co', 'h');
const BATCH_NORM_OUTPUTS = named('y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2');
const SPARSE_OUTPUTS = named('output_indices', 'output_values', 'output_shape');
const sparseOutputs = (count: string): readonly Output[] => [
  list('sparse_indices', count),
  list('sparse_values', 'sparse_types'),
  list('sparse_shapes', count),
  list('dense_values', 'Tdense'),
];

const CONTEXT_OUTPUTS: readonly Output[] = [
  list('context_sparse_indices', 'Ncontext_sparse'),
  list('context_sparse_values', 'context_sparse_types'),
  list('context_sparse_shapes', 'Ncontext_sparse'),
  list('context_dense_values', 'Tcontext_dense'),
];
const LIST_OUTPUTS: readonly Output[] = [
  list('feature_list_sparse_indices', 'Nfeature_list_sparse'),
  list('feature_list_sparse_values', 'feature_list_sparse_types'),
  list('feature_list_sparse_shapes', 'Nfeature_list_sparse'),
  list('feature_list_dense_values', 'feature_list_dense_types'),
];
const LIST_LENGTHS = list('feature_list_dense_lengths', 'Nfeature_list_dense');

/** The outputs of operations with several, for graphs without their definitions. */
const OUTPUTS: Readonly<Record<string, readonly Output[]>> = {
  BlockLSTM: LSTM_OUTPUTS,
  BlockLSTMV2: LSTM_OUTPUTS,
  CTCGreedyDecoder: named('decoded_indices', 'decoded_values', 'decoded_shape', 'log_probability'),
  CombinedNonMaxSuppression: named('nmsed_boxes', 'nmsed_scores', 'nmsed_classes', 'valid_detections'),
  DecodeWav: named('audio', 'sample_rate'),
  FusedBatchNorm: BATCH_NORM_OUTPUTS,
  FusedBatchNormV2: BATCH_NORM_OUTPUTS,
  FusedBatchNormV3: [...BATCH_NORM_OUTPUTS, ...named('reserve_space_3')],
  GRUBlockCell: named('r', 'u', 'c', 'h'),
  LSTMBlockCell: LSTM_OUTPUTS,
  ListDiff: named('out', 'idx'),
  LogMatrixDeterminant: named('sign', 'log_abs_determinant'),
  LookupTableExportV2: named('keys', 'values'),
  MaxPoolWithArgmax: named('output', 'argmax'),
  Merge: named('output', 'value_index'),
  NonMaxSuppressionV4: named('selected_indices', 'valid_outputs'),
  NonMaxSuppressionV5: named('selected_indices', 'selected_scores', 'valid_outputs'),
  ParseExample: sparseOutputs('Nsparse'),
  ParseExampleV2: [
    ...sparseOutputs('num_sparse'),
    list('ragged_values', 'ragged_value_types'),
    list('ragged_row_splits', 'ragged_split_types'),
  ],
  ParseSequenceExample: [...CONTEXT_OUTPUTS, ...LIST_OUTPUTS, LIST_LENGTHS],
  ParseSequenceExampleV2: [
    ...CONTEXT_OUTPUTS,
    list('context_ragged_values', 'context_ragged_value_types'),
    list('context_ragged_row_splits', 'context_ragged_split_types'),
    ...LIST_OUTPUTS,
    LIST_LENGTHS,
    list('feature_list_ragged_values', 'feature_list_ragged_value_types'),
    list('feature_list_ragged_outer_splits', 'feature_list_ragged_split_types'),
    list('feature_list_ragged_inner_splits', 'feature_list_ragged_split_types'),
  ],
  ParseSingleExample: sparseOutputs('num_sparse'),
  ParseSingleSequenceExample: [...CONTEXT_OUTPUTS, ...LIST_OUTPUTS],
  RaggedGather: [list('output_nested_splits', 'OUTPUT_RAGGED_RANK'), ...named('output_dense_values')],
  RaggedRange: named('rt_nested_splits', 'rt_dense_values'),
  RaggedTensorToSparse: named('sparse_indices', 'sparse_values', 'sparse_dense_shape'),
  SparseAdd: named('sum_indices', 'sum_values', 'sum_shape'),
  SparseConcat: SPARSE_OUTPUTS,
  SparseCross: SPARSE_OUTPUTS,
  SparseFillEmptyRows: named('output_indices', 'output_values', 'empty_row_indicator', 'reverse_index_map'),
  SparseReorder: SPARSE_OUTPUTS,
  SparseReshape: named('output_indices', 'output_shape'),
  SparseSlice: SPARSE_OUTPUTS,
  SparseSplit: [
    list('output_indices', 'num_split'),
    list('output_values', 'num_split'),
    list('output_shape', 'num_split'),
  ],
  StringNGrams: named('ngrams', 'ngrams_splits'),
  StringSplit: named('indices', 'values', 'shape'),
  StringSplitV2: named('indices', 'values', 'shape'),
  Switch: named('output_false', 'output_true'),
  TensorArrayConcatV3: named('value', 'lengths'),
  TensorArrayV3: named('handle', 'flow'),
  TensorListConcat: named('tensor', 'lengths'),
  TensorListConcatV2: named('tensor', 'lengths'),
  TensorListPopBack: named('output_handle', 'tensor'),
  TopK: named('values', 'indices'),
  TopKV2: named('values', 'indices'),
  Unique: named('y', 'idx'),
  UniqueV2: named('y', 'idx'),
  UniqueWithCounts: named('y', 'idx', 'count'),
  UniqueWithCountsV2: named('y', 'idx', 'count'),
};

/** How many outputs a node of an operation with several has, or undefined for another operation. */
export function listedOutputCount(node: GraphNode): number | undefined {
  return OUTPUTS[node.op]?.reduce((sum, output) => sum + countOf(node, output), 0);
}

/** The positions of named outputs: `node:name:0` in a function becomes `node:index`. */
export class OperationOutputs {
  readonly #definitions: ReadonlyMap<string, readonly Output[]>;

  constructor(definitions: readonly OperationMessage[]) {
    this.#definitions = new Map(definitions.map(({ name, outputArg }) => [name, outputArg.map(outputOf)]));
  }

  /** Returns the first position of the outputs of a name, or undefined if the operation does not have it. */
  position(node: GraphNode, output: string): number | undefined {
    const outputs = this.#definitions.get(node.op) ?? OUTPUTS[node.op];
    // Another operation has one output or one list of them, of whatever name.
    if (outputs === undefined) return 0;
    let position = 0;
    for (const each of outputs) {
      if (each.name === output) return position;
      position += countOf(node, each);
    }
    return undefined;
  }
}

function outputOf({ name, numberAttr, typeListAttr }: ArgumentMessage): Output {
  const attribute = typeListAttr || numberAttr;
  return attribute === '' ? { name } : list(name, attribute);
}

function countOf({ attr }: GraphNode, output: Output): number {
  if (output.list === undefined) return 1;
  const value = attr[output.list];
  return value?.list === undefined ? Number(value?.i ?? 0) : (value.list.type?.length ?? 0);
}
