import type { GateCase } from '../../gate/gate_cases/case.ts';
import { AUDIO_CASES } from './audio/audio.ts';
import { BASE64_CASES } from './base64.ts';
import { BLOCK_CASES } from './blocks.ts';
import { CHANNELS_FIRST_CASES } from './channels_first.ts';
import { ARITHMETIC_CASES } from './elementwise/arithmetic.ts';
import { BINARY_CASES } from './elementwise/binary.ts';
import { BUCKET_CASES } from './elementwise/buckets.ts';
import { EDGE_CASES } from './elementwise/edges.ts';
import { FAKE_QUANTIZATION_CASES } from './elementwise/fake_quantization.ts';
import { FUNCTION_CASES } from './elementwise/functions.ts';
import { INTEGER_TYPE_CASES } from './elementwise/integer_types.ts';
import { SPECIAL_PAIR_CASES } from './elementwise/special_pairs.ts';
import { SUM_OF_TYPE_CASES } from './elementwise/sums_of_types.ts';
import { TRIGONOMETRY_CASES } from './elementwise/trigonometry.ts';
import { UNARY_CASES } from './elementwise/unary.ts';
import { RAGGED_SEQUENCE_CASES } from './examples/ragged_sequences.ts';
import { SEQUENCE_EXAMPLE_CASES } from './examples/sequence_examples.ts';
import { DEFAULT_ATTRIBUTE_CASES } from './images/default_attributes.ts';
import { IMAGE_CASES } from './images/images.ts';
import { PROJECTION_CASES } from './images/projections.ts';
import { BROADCAST_CASES } from './layout/broadcasts.ts';
import { JOIN_CASES } from './layout/joins.ts';
import { MOVED_TRUTH_CASES } from './layout/moved_truths.ts';
import { PART_CASES } from './layout/parts.ts';
import { PASSED_ON_CASES } from './layout/passed_on.ts';
import { SHAPE_CASES } from './layout/shapes.ts';
import { LIMIT_CASES } from './limits.ts';
import { COUNTED_CASES } from './lists/counted.ts';
import { DIFFERENCE_CASES } from './lists/differences.ts';
import { UNIQUE_CASES } from './lists/unique.ts';
import { LOOKUP_TABLE_CASES } from './lookup_tables.ts';
import { MATRIX_CASES } from './matrices/band_part.ts';
import { BATCH_CASES } from './matrices/batches.ts';
import { DIAGONAL_CASES } from './matrices/diagonals.ts';
import { EINSUM_CASES } from './matrices/einsum.ts';
import { INTEGER_PRODUCT_CASES } from './matrices/integer_products.ts';
import { LINEAR_ALGEBRA_CASES } from './matrices/linear_algebra.ts';
import { OLDER_DIAGONAL_CASES } from './matrices/older_diagonals.ts';
import { ONE_HOT_CASES } from './one_hot.ts';
import { PATTERN_CASES } from './patterns.ts';
import { PLACE_CASES } from './places.ts';
import { CONSTANT_WINDOW_CASES } from './products/constant_windows.ts';
import { CONVOLUTION_CASES } from './products/convolutions.ts';
import { LARGEST_PLACE_CASES } from './products/largest_places.ts';
import { NORMALIZATION_CASES } from './products/normalization.ts';
import { SHARE_CASES } from './products/shares.ts';
import { WINDOW_CASES } from './products/windows.ts';
import { RECURRENT_CASES } from './recurrent/recurrent.ts';
import { EXTREME_CASES } from './reductions/extremes.ts';
import { RUNNING_CASES } from './reductions/running.ts';
import { GATHERED_CASES } from './rows/gathered.ts';
import { PARTITION_CASES } from './rows/partitions.ts';
import { RAGGED_CASES } from './rows/ragged.ts';
import { RAGGED_ROW_CASES } from './rows/ragged_rows.ts';
import { SCATTERED_CASES } from './rows/scattered.ts';
import { SEGMENT_CASES } from './rows/segments.ts';
import { SORTED_SEGMENT_CASES } from './rows/sorted_segments.ts';
import { SPARSE_SEGMENT_CASES } from './rows/sparse_segments.ts';
import { SELECT_CASES } from './select.ts';
import { SELECTION_CASES } from './selection.ts';
import { SPARSE_COMBINATION_CASES } from './sparse/combinations.ts';
import { EMPTY_ROW_CASES } from './sparse/empty_rows.ts';
import { SPARSE_ORDER_CASES } from './sparse/orders.ts';
import { SPARSE_PIECE_CASES } from './sparse/pieces.ts';
import { SPARSE_REDUCTION_CASES } from './sparse/reductions.ts';
import { SPARSE_SUM_CASES } from './sparse/sums.ts';
import { SPECTRAL_CASES } from './spectral/spectral.ts';
import { VOLUME_CASES } from './spectral/volumes.ts';
import { FIXED_PATTERN_CASES } from './strings/fixed_patterns.ts';
import { MOVED_STRING_CASES } from './strings/moved_strings.ts';
import { STRING_FORMAT_CASES } from './strings/string_formats.ts';
import { STRING_CASES } from './strings/string_operations.ts';
import { SUBSTRING_CASES } from './strings/substrings.ts';
import { SUPPRESSION_CASES } from './suppression.ts';

export const OPERATION_CASES: readonly GateCase[] = [
  ...ARITHMETIC_CASES,
  ...AUDIO_CASES,
  ...BASE64_CASES,
  ...BATCH_CASES,
  ...BINARY_CASES,
  ...BLOCK_CASES,
  ...BROADCAST_CASES,
  ...BUCKET_CASES,
  ...CHANNELS_FIRST_CASES,
  ...CONSTANT_WINDOW_CASES,
  ...CONVOLUTION_CASES,
  ...COUNTED_CASES,
  ...DEFAULT_ATTRIBUTE_CASES,
  ...DIAGONAL_CASES,
  ...DIFFERENCE_CASES,
  ...EDGE_CASES,
  ...EINSUM_CASES,
  ...EMPTY_ROW_CASES,
  ...EXTREME_CASES,
  ...FAKE_QUANTIZATION_CASES,
  ...FIXED_PATTERN_CASES,
  ...FUNCTION_CASES,
  ...GATHERED_CASES,
  ...IMAGE_CASES,
  ...INTEGER_PRODUCT_CASES,
  ...INTEGER_TYPE_CASES,
  ...JOIN_CASES,
  ...LARGEST_PLACE_CASES,
  ...LIMIT_CASES,
  ...LINEAR_ALGEBRA_CASES,
  ...LOOKUP_TABLE_CASES,
  ...MATRIX_CASES,
  ...MOVED_STRING_CASES,
  ...MOVED_TRUTH_CASES,
  ...NORMALIZATION_CASES,
  ...OLDER_DIAGONAL_CASES,
  ...ONE_HOT_CASES,
  ...PARTITION_CASES,
  ...PART_CASES,
  ...PASSED_ON_CASES,
  ...PATTERN_CASES,
  ...PLACE_CASES,
  ...PROJECTION_CASES,
  ...RAGGED_CASES,
  ...RAGGED_ROW_CASES,
  ...RAGGED_SEQUENCE_CASES,
  ...RECURRENT_CASES,
  ...RUNNING_CASES,
  ...SCATTERED_CASES,
  ...SEGMENT_CASES,
  ...SELECTION_CASES,
  ...SELECT_CASES,
  ...SEQUENCE_EXAMPLE_CASES,
  ...SHAPE_CASES,
  ...SHARE_CASES,
  ...SORTED_SEGMENT_CASES,
  ...SPARSE_COMBINATION_CASES,
  ...SPARSE_ORDER_CASES,
  ...SPARSE_PIECE_CASES,
  ...SPARSE_REDUCTION_CASES,
  ...SPARSE_SEGMENT_CASES,
  ...SPARSE_SUM_CASES,
  ...SPECIAL_PAIR_CASES,
  ...SPECTRAL_CASES,
  ...STRING_CASES,
  ...STRING_FORMAT_CASES,
  ...SUBSTRING_CASES,
  ...SUM_OF_TYPE_CASES,
  ...SUPPRESSION_CASES,
  ...TRIGONOMETRY_CASES,
  ...UNARY_CASES,
  ...UNIQUE_CASES,
  ...VOLUME_CASES,
  ...WINDOW_CASES,
];
