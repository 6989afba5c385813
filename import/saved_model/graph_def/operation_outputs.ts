import type { GraphNode } from '../../graph/graph.ts';
import type { ArgumentMessage, OperationMessage } from '../protobuf/graph_messages.ts';

const LSTM_OUTPUTS = ['i', 'cs', 'f', 'o', 'ci', 'co', 'h'];

/**
 * The names of outputs of operations with several, for graphs without their definitions. None of these operations has a
 * list before another output.
 */
const OUTPUT_NAMES: Readonly<Record<string, readonly string[]>> = {
  BlockLSTM: LSTM_OUTPUTS,
  BlockLSTMV2: LSTM_OUTPUTS,
  CTCGreedyDecoder: ['decoded_indices', 'decoded_values', 'decoded_shape', 'log_probability'],
  CombinedNonMaxSuppression: ['nmsed_boxes', 'nmsed_scores', 'nmsed_classes', 'valid_detections'],
  DecodeWav: ['audio', 'sample_rate'],
  FusedBatchNorm: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2'],
  FusedBatchNormV2: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2'],
  FusedBatchNormV3: [
    'y',
    'batch_mean',
    'batch_variance',
    'reserve_space_1',
    'reserve_space_2',
    'reserve_space_3',
  ],
  GRUBlockCell: ['r', 'u', 'c', 'h'],
  LSTMBlockCell: LSTM_OUTPUTS,
  LookupTableExportV2: ['keys', 'values'],
  Merge: ['output', 'value_index'],
  NonMaxSuppressionV4: ['selected_indices', 'valid_outputs'],
  NonMaxSuppressionV5: ['selected_indices', 'selected_scores', 'valid_outputs'],
  RaggedRange: ['rt_nested_splits', 'rt_dense_values'],
  SparseFillEmptyRows: ['output_indices', 'output_values', 'empty_row_indicator', 'reverse_index_map'],
  SparseReshape: ['output_indices', 'output_shape'],
  Switch: ['output_false', 'output_true'],
  TensorArrayV3: ['handle', 'flow'],
  TensorListPopBack: ['output_handle', 'tensor'],
  TopKV2: ['values', 'indices'],
  Unique: ['y', 'idx'],
  UniqueV2: ['y', 'idx'],
  UniqueWithCounts: ['y', 'idx', 'count'],
  UniqueWithCountsV2: ['y', 'idx', 'count'],
};

/** The positions of named outputs: `node:name:0` in a function becomes `node:index`. */
export class OperationOutputs {
  readonly #definitions: ReadonlyMap<string, readonly ArgumentMessage[]>;

  constructor(definitions: readonly OperationMessage[]) {
    this.#definitions = new Map(definitions.map(({ name, outputArg }) => [name, outputArg]));
  }

  /** Returns the first position of the outputs of a name, or undefined if the operation does not have it. */
  position(node: GraphNode, output: string): number | undefined {
    const definition = this.#definitions.get(node.op);
    if (definition === undefined) {
      const names = OUTPUT_NAMES[node.op];
      const index = names?.indexOf(output) ?? 0;
      return index < 0 ? undefined : index;
    }
    let position = 0;
    for (const argument of definition) {
      if (argument.name === output) return position;
      position += outputCount(node, argument);
    }
    return undefined;
  }
}

function outputCount({ attr }: GraphNode, { numberAttr, typeListAttr }: ArgumentMessage): number {
  if (typeListAttr !== '') return attr[typeListAttr]?.list?.type?.length ?? 0;
  if (numberAttr !== '') return Number(attr[numberAttr]?.i ?? 0);
  return 1;
}
