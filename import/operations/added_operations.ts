const names = (list: string): readonly string[] => list.split(' ');

/** What the server computes beside tfjs-converter's operations, by subject: see worker/runtime/operations/. */
export const ADDED_OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  Arithmetic: names('AccumulateNV2 Cross MulNoNan NextAfter TruncateDiv TruncateMod Xdivy Xlog1py Xlogy'),
  Audio: names('AudioSpectrogram DecodeWav Mfcc'),
  'Basic mathematics': names(
    'BesselI0 BesselI0e BesselI1 BesselI1e Betainc Bucketize CumulativeLogsumexp Digamma Erfc Erfinv Igamma Igammac Inv L2Loss Lgamma Ndtri Polygamma Rint Softsign Zeta',
  ),
  'Control flow': names('Case StatelessCase TensorListScatterIntoExistingList'),
  Convolution: names('Conv3DBackpropInputV2'),
  Creation: names('Empty'),
  Dynamic: names('CombinedNonMaxSuppression NonMaxSuppression NonMaxSuppressionWithOverlaps'),
  Evaluation: names('CTCGreedyDecoder InTopK InTopKV2 TopK UniqueWithCounts UniqueWithCountsV2'),
  Examples: names(
    'ParseExample ParseExampleV2 ParseSequenceExample ParseSequenceExampleV2 ParseSingleExample ParseSingleSequenceExample',
  ),
  Graph: names('CheckNumerics GuaranteeConst PreventGradient'),
  'Hash tables': names('_ConstantTableFind _ConstantTableSize'),
  Images: [
    ...names('AdjustContrastv2 AdjustHue AdjustSaturation ExtractImagePatches HSVToRGB RGBToHSV ResizeArea'),
    ...names('DecodeAndCropJpeg DecodeBmp DecodeGif DecodeImage DecodeJpeg DecodePng ResizeBicubic'),
    ...names('ImageProjectiveTransformV2 ScaleAndTranslate'),
  ],
  Logic: names('ApproximateEqual BitwiseOr BitwiseXor Invert LeftShift RightShift'),
  Matrices: [
    ...names('BatchMatMulV3 Diag DiagPart MatrixDiag MatrixDiagPart MatrixDiagPartV2 MatrixDiagPartV3'),
    ...names(
      'Cholesky LogMatrixDeterminant MatrixDeterminant MatrixInverse MatrixSolve MatrixTriangularSolve SparseMatMul',
    ),
    ...names('MatrixDiagV2 MatrixDiagV3 MatrixSetDiag MatrixSetDiagV2 MatrixSetDiagV3'),
  ],
  Normalization: names('BatchNormWithGlobalNormalization'),
  Quantization: [
    ...names('FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVarsPerChannel QuantizeAndDequantizeV2'),
    ...names('QuantizeAndDequantizeV3 QuantizeAndDequantizeV4'),
  ],
  'Ragged tensors': names('RaggedGather RaggedRange RaggedTensorToSparse RaggedTensorToTensor'),
  'Recurrent networks': names('BlockLSTM BlockLSTMV2 GRUBlockCell LSTMBlockCell'),
  Segments: [
    ...names('SegmentMax SegmentMean SegmentMin SegmentProd SegmentSum SparseSegmentMeanWithNumSegments'),
    ...names('SparseSegmentSqrtN SparseSegmentSqrtNWithNumSegments SparseSegmentSumWithNumSegments'),
    ...names('UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum'),
  ],
  'Slices and joins': [
    ...names('DynamicPartition DynamicStitch InvertPermutation ParallelDynamicStitch ReverseSequence Roll'),
    ...names('TensorScatterAdd TensorScatterMax TensorScatterMin TensorScatterSub UnravelIndex'),
  ],
  Sparse: [
    ...names(
      'SparseAdd SparseConcat SparseCross SparseDenseCwiseAdd SparseDenseCwiseDiv SparseDenseCwiseMul SparseReduceMax',
    ),
    ...names('SparseReduceSum SparseReorder SparseSlice SparseSoftmax SparseSplit SparseTensorDenseAdd'),
    ...names('SparseTensorDenseMatMul'),
  ],
  Spectral: names('Angle Conj FFT2D FFT3D IFFT2D IFFT3D IRFFT2D IRFFT3D RFFT2D RFFT3D'),
  Strings: [
    ...names(
      'AsString DecodeBase64 DecodeRaw EncodeBase64 ReduceJoin RegexFullMatch RegexReplace StaticRegexFullMatch StringJoin StringLength',
    ),
    ...names('StringLower StringSplitV2 StringStrip StringToHashBucket StringToHashBucketStrong'),
    ...names('StringToNumber StringUpper Substr'),
  ],
  Transformation: [
    ...names(
      'BatchToSpace ConjugateTranspose DataFormatDimMap DataFormatVecPermute ParallelConcat SpaceToBatch',
    ),
    ...names('SpaceToDepth'),
  ],
};
