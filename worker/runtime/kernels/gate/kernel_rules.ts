import type { Rules } from './rule.ts';
import { AUDIO_RULES } from './rules/audio.ts';
import { BLOCK_RULES } from './rules/blocks.ts';
import { CREATION_RULES } from './rules/creation.ts';
import { DATA_MOVEMENT_RULES } from './rules/data_movement.ts';
import { BINARY_RULES } from './rules/elementwise/binary.ts';
import { INTEGER_RULES } from './rules/elementwise/integers.ts';
import { QUANTIZATION_RULES } from './rules/elementwise/quantization.ts';
import { TEXT_RULES } from './rules/elementwise/text.ts';
import { UNARY_RULES } from './rules/elementwise/unary.ts';
import { IMAGE_RULES } from './rules/images/images.ts';
import { INDEXING_RULES } from './rules/indexing.ts';
import { LINEAR_ALGEBRA_RULES } from './rules/matrices/linear_algebra.ts';
import { MATRIX_RULES } from './rules/matrices/matrices.ts';
import { CONVOLUTION_RULES } from './rules/products/convolution.ts';
import { POOLING_RULES } from './rules/products/pooling.ts';
import { PRODUCT_RULES } from './rules/products/products.ts';
import { REDUCTION_RULES } from './rules/reductions.ts';
import { PARTITION_RULES } from './rules/rows/partitions.ts';
import { RAGGED_RULES } from './rules/rows/ragged.ts';
import { SEGMENT_RULES } from './rules/rows/segments.ts';
import { SELECTION_RULES } from './rules/selection.ts';
import { SLICE_RULES } from './rules/slices.ts';
import { SPARSE_RULES } from './rules/sparse.ts';
import { SPECTRAL_RULES } from './rules/spectral.ts';

/** The rules of all permitted kernels by the kernels' names. */
export const KERNEL_RULES: Rules = {
  ...DATA_MOVEMENT_RULES,
  ...BINARY_RULES,
  ...AUDIO_RULES,
  ...BLOCK_RULES,
  ...CONVOLUTION_RULES,
  ...CREATION_RULES,
  ...IMAGE_RULES,
  ...INDEXING_RULES,
  ...INTEGER_RULES,
  ...LINEAR_ALGEBRA_RULES,
  ...MATRIX_RULES,
  ...PARTITION_RULES,
  ...POOLING_RULES,
  ...PRODUCT_RULES,
  ...QUANTIZATION_RULES,
  ...RAGGED_RULES,
  ...REDUCTION_RULES,
  ...SEGMENT_RULES,
  ...SELECTION_RULES,
  ...SLICE_RULES,
  ...SPARSE_RULES,
  ...SPECTRAL_RULES,
  ...TEXT_RULES,
  ...UNARY_RULES,
};
