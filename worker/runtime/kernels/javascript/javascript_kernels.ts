import { range } from './creation.ts';
import { reverseTruths, stridedSlice } from './data_movement.ts';
import { castToBool, clipIntegers, powerOfIntegers, prelu, selectTruths } from './elementwise.ts';
import { emptyProduct } from './empty_products.ts';
import { cropAndResize, resizeIntegers } from './images.ts';
import { gatherInBatches, oneHot } from './indexing.ts';
import type { PlainKernel } from './javascript_kernel.ts';
import { meanOfIntegers } from './reductions.ts';
import { topKOfNaN } from './selection.ts';
import {
  averagePool3D,
  convolution3D,
  dilation2D,
  maxPool3D,
  maxPoolWithPositions,
  transposedConvolution3D,
} from './windows.ts';

/** By the names of the kernels in whose place they compute. */
export const PLAIN_KERNELS: Readonly<Record<string, PlainKernel>> = {
  AvgPool3D: averagePool3D,
  BatchMatMul: emptyProduct,
  Cast: castToBool,
  ClipByValue: clipIntegers,
  Conv2D: emptyProduct,
  Conv3D: convolution3D,
  Conv3DBackpropInputV2: transposedConvolution3D,
  CropAndResize: cropAndResize,
  DepthwiseConv2dNative: emptyProduct,
  Dilation2D: dilation2D,
  FusedConv2D: emptyProduct,
  FusedDepthwiseConv2D: emptyProduct,
  GatherV2: gatherInBatches,
  MaxPool3D: maxPool3D,
  MaxPoolWithArgmax: maxPoolWithPositions,
  Mean: meanOfIntegers,
  OneHot: oneHot,
  Pow: powerOfIntegers,
  Prelu: prelu,
  Range: range,
  ResizeNearestNeighbor: resizeIntegers,
  Reverse: reverseTruths,
  Select: selectTruths,
  StridedSlice: stridedSlice,
  TopK: topKOfNaN,
  _FusedMatMul: emptyProduct,
};
