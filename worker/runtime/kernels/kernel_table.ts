import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { RawCall } from './gate/kernel_call.ts';
import { melCoefficients } from './javascript/audio/mel_coefficients.ts';
import { spectrogram } from './javascript/audio/spectrogram.ts';
import { linSpace, range } from './javascript/creation.ts';
import {
  stridedSlice as plainStridedSlice,
  reverseTruths,
  splitWithRest,
} from './javascript/data_movement.ts';
import {
  flooredRemainder,
  floorOfIntegers,
  powerOfIntegers,
  truncatedQuotient,
  truncatedRemainder,
} from './javascript/elementwise/arithmetic.ts';
import { bitwise } from './javascript/elementwise/bitwise.ts';
import {
  castToBool,
  clipIntegers,
  prelu as plainPrelu,
  selectTruths,
} from './javascript/elementwise/elementwise.ts';
import { expectInt32, wrapInteger } from './javascript/elementwise/integers.ts';
import { SPECIAL_FUNCTIONS } from './javascript/elementwise/special_functions.ts';
import { SPECIAL_PAIRS } from './javascript/elementwise/special_pairs.ts';
import { equalStrings, unequalStrings } from './javascript/elementwise/text.ts';
import {
  absoluteOfIntegers,
  bucketize,
  cosine,
  logOfOnePlus,
  negativeOfIntegers,
  sign,
  sine,
} from './javascript/elementwise/unary.ts';
import { changedColors } from './javascript/images/colors.ts';
import { cropAndResize, resizeIntegers } from './javascript/images/images.ts';
import { patches } from './javascript/images/patches.ts';
import { projectiveTransform } from './javascript/images/projective_transform.ts';
import { resizeArea, resizeBicubic } from './javascript/images/resizing.ts';
import { scaleAndTranslate } from './javascript/images/scale_and_translate.ts';
import { gatherInBatches, oneHot } from './javascript/indexing.ts';
import type { PlainKernel } from './javascript/javascript_kernel.ts';
import { bandPart } from './javascript/matrices/band_part.ts';
import { diagonalsOfMatrix, matrixOfDiagonals, replacedDiagonals } from './javascript/matrices/diagonals.ts';
import {
  choleskyOfMatrix,
  logMatrixDeterminant,
  matrixDeterminant,
  matrixInverse,
  matrixSolve,
  matrixTriangularSolve,
} from './javascript/matrices/linear_algebra.ts';
import { emptyProduct } from './javascript/products/empty_products.ts';
import { matrixProduct as integerProduct } from './javascript/products/integer_products.ts';
import {
  averagePool3D,
  convolution3D,
  dilation2D,
  maxPool3D,
  maxPoolWithPositions,
  depthwiseConvolution as plainDepthwiseConvolution,
  transposedConvolution3D,
} from './javascript/products/windows.ts';
import { fakeQuantize, quantizeAndDequantize } from './javascript/quantization.ts';
import { cumulativeLogSumExp, meanOfIntegers } from './javascript/reductions.ts';
import {
  inversePermutation,
  partition,
  reverseSequence,
  scatter,
  stitch,
} from './javascript/rows/partitions.ts';
import { raggedRange, raggedToDense } from './javascript/rows/ragged.ts';
import { segment } from './javascript/rows/segments.ts';
import { decodeGreedily, inTopK, topKOfNaN } from './javascript/selection.ts';
import { absolute, transform } from './javascript/spectral/spectral.ts';
import { suppress, suppressByClass } from './javascript/suppression/suppression.ts';
import type { Kernel, KernelContext } from './kernel.ts';
import { BinaryOperation, UnaryOperation } from './kernel_signatures.ts';
import { type CompactKernel, gatheredRows } from './packing/gathered_rows.ts';
import { batchNormalization } from './webassembly/batch_norm.ts';
import { convolution, depthwiseConvolution } from './webassembly/conv2d.ts';
import { concatenation, pack, pad, slice, stridedSlice, transpose } from './webassembly/data_movement.ts';
import { matrixProduct } from './webassembly/matmul.ts';
import { averagePool, maxPool } from './webassembly/pool.ts';
import { mean, softmax, sum } from './webassembly/reduce.ts';
import { binary, clipByValue, leakyRelu, prelu, unary } from './webassembly/unary.ts';

/**
 * One of the project's own kernels.
 *
 * @returns undefined for a call that it does not cover, without having allocated anything
 */
type OwnKernel = (context: KernelContext, call: RawCall) => TensorInfo | undefined;

/** The replacements of a kernel of tfjs, for the calls that they cover. */
export interface Replacement {
  /** In WebAssembly. It is tried first. */
  readonly fast?: OwnKernel;
  /** On weights in the form in which they are kept, which the kernels below would have to unpack. */
  readonly compact?: CompactKernel;
  /** In JavaScript, for calls that tfjs's kernel would compute wrongly. */
  readonly plain?: PlainKernel;
}

/** The replacements by the names of tfjs's kernels, and kernels that tfjs does not have. */
export const KERNEL_TABLE: Readonly<Record<string, Replacement>> = {
  Abs: { fast: own(unary(UnaryOperation.abs)), plain: absoluteOfIntegers },
  Add: { fast: own(binary(BinaryOperation.add)) },
  AudioSpectrogram: { plain: spectrogram },
  AvgPool: { fast: own(averagePool) },
  AvgPool3D: { plain: averagePool3D },
  BatchMatMul: { fast: own(matrixProduct), plain: integerProduct },
  Bitwise: { plain: bitwise },
  Bucketize: { plain: bucketize },
  CTCGreedyDecoder: { plain: decodeGreedily },
  Cast: { plain: castToBool },
  ChangeColors: { plain: changedColors },
  Cholesky: { plain: choleskyOfMatrix },
  ClipByValue: { fast: own(clipByValue), plain: clipIntegers },
  CombinedNonMaxSuppression: { plain: suppressByClass },
  ComplexAbs: { plain: absolute },
  Concat: { fast: own(concatenation) },
  Conv2D: { fast: own(convolution), plain: emptyProduct },
  Conv3D: { plain: convolution3D },
  Conv3DBackpropInputV2: { plain: transposedConvolution3D },
  Cos: { plain: cosine },
  CropAndResize: { plain: cropAndResize },
  CumulativeLogsumexp: { plain: cumulativeLogSumExp },
  DepthwiseConv2dNative: { fast: own(depthwiseConvolution), plain: plainDepthwiseConvolution },
  Dilation2D: { plain: dilation2D },
  DynamicPartition: { plain: partition },
  DynamicStitch: { plain: stitch },
  Elu: { fast: own(unary(UnaryOperation.elu)) },
  Equal: { plain: equalStrings },
  Erf: { fast: own(unary(UnaryOperation.erf)) },
  Exp: { fast: own(unary(UnaryOperation.exp)) },
  ExpectInt32: { plain: expectInt32 },
  ExtractImagePatches: { plain: patches },
  FakeQuantize: { plain: fakeQuantize },
  FloorDiv: { plain: floorOfIntegers },
  Fourier: { plain: transform },
  FusedBatchNorm: { fast: own(batchNormalization) },
  FusedConv2D: { fast: own(convolution), plain: emptyProduct },
  FusedDepthwiseConv2D: { fast: own(depthwiseConvolution), plain: plainDepthwiseConvolution },
  GatherV2: { compact: gatheredRows, plain: gatherInBatches },
  InTopK: { plain: inTopK },
  InvertPermutation: { plain: inversePermutation },
  LeakyRelu: { fast: own(leakyRelu) },
  LinSpace: { plain: linSpace },
  Log1p: { plain: logOfOnePlus },
  LogMatrixDeterminant: { plain: logMatrixDeterminant },
  MatrixBandPart: { plain: bandPart },
  MatrixDeterminant: { plain: matrixDeterminant },
  MatrixDiag: { plain: matrixOfDiagonals },
  MatrixDiagPart: { plain: diagonalsOfMatrix },
  MatrixInverse: { plain: matrixInverse },
  MatrixSetDiag: { plain: replacedDiagonals },
  MatrixSolve: { plain: matrixSolve },
  MatrixTriangularSolve: { plain: matrixTriangularSolve },
  MaxPool: { fast: own(maxPool) },
  MaxPool3D: { plain: maxPool3D },
  MaxPoolWithArgmax: { plain: maxPoolWithPositions },
  Maximum: { fast: own(binary(BinaryOperation.maximum)) },
  Mean: { fast: own(mean), plain: meanOfIntegers },
  Mfcc: { plain: melCoefficients },
  Minimum: { fast: own(binary(BinaryOperation.minimum)) },
  Mod: { plain: flooredRemainder },
  Multiply: { fast: own(binary(BinaryOperation.multiply)) },
  Neg: { fast: own(unary(UnaryOperation.negate)), plain: negativeOfIntegers },
  NonMaxSuppression: { plain: suppress },
  NotEqual: { plain: unequalStrings },
  OneHot: { plain: oneHot },
  Pack: { fast: own(pack) },
  PadV2: { fast: own(pad) },
  Pow: { plain: powerOfIntegers },
  Prelu: { fast: own(prelu), plain: plainPrelu },
  QuantizeAndDequantize: { plain: quantizeAndDequantize },
  RaggedRange: { plain: raggedRange },
  RaggedTensorToTensor: { plain: raggedToDense },
  Range: { plain: range },
  RealDiv: { fast: own(binary(BinaryOperation.divide)), plain: truncatedQuotient },
  Reciprocal: { fast: own(unary(UnaryOperation.reciprocal)) },
  Relu: { fast: own(unary(UnaryOperation.clamp, 0, Number.POSITIVE_INFINITY)) },
  Relu6: { fast: own(unary(UnaryOperation.clamp, 0, 6)) },
  ResizeArea: { plain: resizeArea },
  ResizeBicubic: { plain: resizeBicubic },
  ResizeNearestNeighbor: { plain: resizeIntegers },
  Reverse: { plain: reverseTruths },
  ReverseSequence: { plain: reverseSequence },
  Rsqrt: { fast: own(unary(UnaryOperation.reciprocalSquareRoot)) },
  ScaleAndTranslate: { plain: scaleAndTranslate },
  Segment: { plain: segment },
  Select: { plain: selectTruths },
  Selu: { fast: own(unary(UnaryOperation.selu)) },
  Sigmoid: { fast: own(unary(UnaryOperation.sigmoid)) },
  Sign: { plain: sign },
  Sin: { plain: sine },
  Slice: { fast: own(slice) },
  Softmax: { fast: own(softmax) },
  SplitV: { plain: splitWithRest },
  Sqrt: { fast: own(unary(UnaryOperation.squareRoot)) },
  Square: { fast: own(unary(UnaryOperation.square)) },
  SquaredDifference: { fast: own(binary(BinaryOperation.squaredDifference)) },
  StridedSlice: { fast: own(stridedSlice), plain: plainStridedSlice },
  Sub: { fast: own(binary(BinaryOperation.subtract)) },
  Sum: { fast: own(sum) },
  Tanh: { fast: own(unary(UnaryOperation.tanh)) },
  TensorScatter: { plain: scatter },
  TopK: { plain: topKOfNaN },
  Transform: { plain: projectiveTransform },
  Transpose: { fast: own(transpose) },
  TruncateDiv: { plain: truncatedQuotient },
  TruncateMod: { plain: truncatedRemainder },
  WrapInteger: { plain: wrapInteger },
  ...Object.fromEntries(
    Object.entries({ ...SPECIAL_FUNCTIONS, ...SPECIAL_PAIRS }).map(([name, plain]) => [name, { plain }]),
  ),
  _FusedMatMul: { fast: own(matrixProduct), plain: emptyProduct },
};

function own<Inputs, Attributes>(kernel: Kernel<Inputs, Attributes>): OwnKernel {
  return (context, call) => {
    // tfjs's registry does not type kernels individually. tfjs's own kernels make the same assertion.
    const { inputs, attrs } = call as unknown as { inputs: Inputs; attrs: Attributes };
    return kernel(context, inputs, attrs);
  };
}
