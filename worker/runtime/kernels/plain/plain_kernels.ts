import { reverseTruths, stridedSlice } from './arrangement.ts';
import { range } from './creation.ts';
import { castToBool, clipIntegers, prelu, selectTruths } from './elementwise.ts';
import { emptyProduct } from './empty_products.ts';
import { cropAndResize, resizeIntegers } from './images.ts';
import { gatherInBatches, oneHot } from './indexing.ts';
import type { PlainKernel } from './plain_kernel.ts';
import { topKOfNaN } from './selection.ts';

/** By the names of the kernels in whose place they compute. */
export const PLAIN_KERNELS: Readonly<Record<string, PlainKernel>> = {
  BatchMatMul: emptyProduct,
  Cast: castToBool,
  ClipByValue: clipIntegers,
  Conv2D: emptyProduct,
  CropAndResize: cropAndResize,
  DepthwiseConv2dNative: emptyProduct,
  FusedConv2D: emptyProduct,
  FusedDepthwiseConv2D: emptyProduct,
  GatherV2: gatherInBatches,
  OneHot: oneHot,
  Prelu: prelu,
  Range: range,
  ResizeNearestNeighbor: resizeIntegers,
  Reverse: reverseTruths,
  Select: selectTruths,
  StridedSlice: stridedSlice,
  TopK: topKOfNaN,
  _FusedMatMul: emptyProduct,
};
