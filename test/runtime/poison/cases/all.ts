import type { Calls } from '../kernel_call.ts';
import { ADDED_CALLS } from './added.ts';
import { ARRANGEMENT_CALLS } from './arrangement.ts';
import { CONVOLUTION_CALLS } from './convolution.ts';
import { ELEMENTWISE_CALLS } from './elementwise.ts';
import { IMAGE_CALLS } from './image.ts';
import { PRODUCT_CALLS } from './product.ts';
import { REDUCTION_CALLS } from './reduction.ts';
import { ROW_CALLS } from './rows.ts';
import { CREATION_CALLS, SELECTION_CALLS, SPARSE_CALLS, TEXT_CALLS } from './selection.ts';

/** Valid calls, by kernel. */
export const CALLS: Readonly<Record<string, Calls>> = {
  ...ADDED_CALLS,
  ...ARRANGEMENT_CALLS,
  ...CONVOLUTION_CALLS,
  ...CREATION_CALLS,
  ...ELEMENTWISE_CALLS,
  ...IMAGE_CALLS,
  ...PRODUCT_CALLS,
  ...REDUCTION_CALLS,
  ...ROW_CALLS,
  ...SELECTION_CALLS,
  ...SPARSE_CALLS,
  ...TEXT_CALLS,
};
