import type { GateCase } from '../../gate/gate_cases/case.ts';
import { AUDIO_CASES } from './audio/audio.ts';
import { BASE64_CASES } from './base64.ts';
import { BLOCK_CASES } from './blocks.ts';
import { CHANNELS_FIRST_CASES } from './channels_first.ts';
import { ARITHMETIC_CASES } from './elementwise/arithmetic.ts';
import { BINARY_CASES } from './elementwise/binary.ts';
import { BUCKET_CASES } from './elementwise/buckets.ts';
import { FAKE_QUANTIZATION_CASES } from './elementwise/fake_quantization.ts';
import { FUNCTION_CASES } from './elementwise/functions.ts';
import { INTEGER_TYPE_CASES } from './elementwise/integer_types.ts';
import { TRIGONOMETRY_CASES } from './elementwise/trigonometry.ts';
import { UNARY_CASES } from './elementwise/unary.ts';
import { DEFAULT_ATTRIBUTE_CASES } from './images/default_attributes.ts';
import { IMAGE_CASES } from './images/images.ts';
import { LIMIT_CASES } from './limits.ts';
import { LOOKUP_TABLE_CASES } from './lookup_tables.ts';
import { MATRIX_CASES } from './matrices/band_part.ts';
import { DIAGONAL_CASES } from './matrices/diagonals.ts';
import { EINSUM_CASES } from './matrices/einsum.ts';
import { INTEGER_PRODUCT_CASES } from './matrices/integer_products.ts';
import { LINEAR_ALGEBRA_CASES } from './matrices/linear_algebra.ts';
import { MOVED_STRING_CASES } from './moved_strings.ts';
import { ONE_HOT_CASES } from './one_hot.ts';
import { PATTERN_CASES } from './patterns.ts';
import { RECURRENT_CASES } from './recurrent/recurrent.ts';
import { PARTITION_CASES } from './rows/partitions.ts';
import { RAGGED_CASES } from './rows/ragged.ts';
import { SEGMENT_CASES } from './rows/segments.ts';
import { SELECT_CASES } from './select.ts';
import { SELECTION_CASES } from './selection.ts';
import { SPECTRAL_CASES } from './spectral/spectral.ts';
import { STRING_CASES } from './string_operations.ts';
import { SUBSTRING_CASES } from './substrings.ts';
import { SUPPRESSION_CASES } from './suppression.ts';

export const OPERATION_CASES: readonly GateCase[] = [
  ...ARITHMETIC_CASES,
  ...BASE64_CASES,
  ...AUDIO_CASES,
  ...BLOCK_CASES,
  ...CHANNELS_FIRST_CASES,
  ...DEFAULT_ATTRIBUTE_CASES,
  ...DIAGONAL_CASES,
  ...EINSUM_CASES,
  ...FAKE_QUANTIZATION_CASES,
  ...BINARY_CASES,
  ...BUCKET_CASES,
  ...SUBSTRING_CASES,
  ...TRIGONOMETRY_CASES,
  ...FUNCTION_CASES,
  ...UNARY_CASES,
  ...IMAGE_CASES,
  ...INTEGER_PRODUCT_CASES,
  ...INTEGER_TYPE_CASES,
  ...LIMIT_CASES,
  ...LOOKUP_TABLE_CASES,
  ...LINEAR_ALGEBRA_CASES,
  ...MATRIX_CASES,
  ...MOVED_STRING_CASES,
  ...ONE_HOT_CASES,
  ...PARTITION_CASES,
  ...PATTERN_CASES,
  ...RAGGED_CASES,
  ...RECURRENT_CASES,
  ...SEGMENT_CASES,
  ...SELECT_CASES,
  ...SELECTION_CASES,
  ...SPECTRAL_CASES,
  ...STRING_CASES,
  ...SUPPRESSION_CASES,
];
