import type { Rules } from './rule.ts';
import { BINARY_RULES } from './rules/binary.ts';
import { BLOCK_RULES } from './rules/blocks.ts';
import { CONVOLUTION_RULES } from './rules/convolution.ts';
import { CREATION_RULES } from './rules/creation.ts';
import { ARRANGEMENT_RULES } from './rules/data_movement.ts';
import { IMAGE_RULES } from './rules/images.ts';
import { INDEXING_RULES } from './rules/indexing.ts';
import { INTEGER_RULES } from './rules/integers.ts';
import { MATRIX_RULES } from './rules/matrices.ts';
import { POOLING_RULES } from './rules/pooling.ts';
import { PRODUCT_RULES } from './rules/products.ts';
import { QUANTIZATION_RULES } from './rules/quantization.ts';
import { REDUCTION_RULES } from './rules/reductions.ts';
import { SELECTION_RULES } from './rules/selection.ts';
import { SLICE_RULES } from './rules/slices.ts';
import { SPARSE_RULES } from './rules/sparse.ts';
import { TEXT_RULES } from './rules/text.ts';
import { UNARY_RULES } from './rules/unary.ts';

/** The rules of all kernels that may be called, by the kernels' names. */
export const KERNEL_RULES: Rules = {
  ...ARRANGEMENT_RULES,
  ...BINARY_RULES,
  ...BLOCK_RULES,
  ...CONVOLUTION_RULES,
  ...CREATION_RULES,
  ...IMAGE_RULES,
  ...INDEXING_RULES,
  ...INTEGER_RULES,
  ...MATRIX_RULES,
  ...POOLING_RULES,
  ...PRODUCT_RULES,
  ...QUANTIZATION_RULES,
  ...REDUCTION_RULES,
  ...SELECTION_RULES,
  ...SLICE_RULES,
  ...SPARSE_RULES,
  ...TEXT_RULES,
  ...UNARY_RULES,
};
