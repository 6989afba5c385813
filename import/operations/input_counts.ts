const names = (list: string): readonly string[] => list.split(' ');

/**
 * How many inputs an operation has at least, by TensorFlow's definitions. A list of inputs counts as its shortest one.
 * Inputs at the end for which tfjs has a default do not count, since tfjs's files may leave them out.
 */
const BY_COUNT: readonly (readonly string[])[] = [
  names('Const HashTable HashTableV2 IdentityN NoOp Placeholder StatelessWhile While'),
  names(
    'Abs AccumulateNV2 Acos Acosh AddN Angle AsString Asin Asinh Atan Atanh AudioSpectrogram AvgPool AvgPool3D BesselI0 ' +
      'BesselI0e BesselI1 BesselI1e Bucketize Case Cast Ceil CheckNumerics Cholesky ComplexAbs Conj Cos Cosh ' +
      'DataFormatDimMap DataFormatVecPermute DecodeBase64 DecodeBmp DecodeGif DecodeImage DecodeJpeg DecodePng ' +
      'DecodeRaw DecodeWav DepthToSpace Diag DiagPart Digamma Einsum Elu Empty EncodeBase64 EnsureShape Enter Erf ' +
      'Erfc Erfinv Exit Exp Expm1 ExtractImagePatches FFT FFT2D FFT3D FakeQuantWithMinMaxArgs Floor GuaranteeConst ' +
      'HSVToRGB IFFT IFFT2D IFFT3D Identity If Imag Inv Invert InvertPermutation IsFinite IsInf IsNan L2Loss LRN ' +
      'LeakyRelu Lgamma Log Log1p LogMatrixDeterminant LogSoftmax LogicalNot LookupTableSize LookupTableSizeV2 LoopCond MatrixDeterminant ' +
      'MatrixDiag MatrixDiagPart MatrixInverse MaxPool MaxPool3D MaxPoolWithArgmax Merge Ndtri Neg NextIteration Ones ' +
      'OnesLike Pack ParallelConcat ParseSingleExample PlaceholderWithDefault PreventGradient Print RGBToHSV ' +
      'RandomStandardNormal RandomUniform RandomUniformInt Rank Real Reciprocal Relu Relu6 Rint Round Rsqrt Selu ' +
      'Shape ShapeN Sigmoid Sign Sin Sinh Size Snapshot Softmax Softplus Softsign SpaceToDepth SparseCross Sqrt ' +
      'Square Squeeze StatelessCase StatelessIf StaticRegexFullMatch StaticRegexReplace StopGradient StringJoin ' +
      'StringLength StringLower StringStrip StringToHashBucket StringToHashBucketFast StringToHashBucketStrong ' +
      'StringToNumber StringUpper Tan Tanh TensorArrayCloseV3 TensorArrayV3 TensorListConcat TensorListConcatV2 ' +
      'TensorListLength TopK TruncatedNormal Unique UniqueWithCounts Unpack Where Zeros ZerosLike _ConstantTableSize',
  ),
  names(
    'Add AddV2 AdjustContrastv2 AdjustHue AdjustSaturation All Any ApproximateEqual ArgMax ArgMin Atan2 BatchMatMul ' +
      'BatchMatMulV2 BatchMatMulV3 BatchToSpace BiasAdd BitwiseAnd BitwiseOr BitwiseXor BroadcastArgs BroadcastTo ' +
      'CTCGreedyDecoder Complex Concat ConcatV2 ConjugateTranspose Conv1D Conv2D Conv3D Cross Cumprod Cumsum CumulativeLogsumexp ' +
      'DecodeAndCropJpeg DepthwiseConv2d DepthwiseConv2dNative Dilation2D Div DivNoNan DynamicPartition ' +
      'DynamicStitch EmptyTensorList Equal EuclideanNorm ExpandDims Fill FloorDiv FloorMod ' +
      'FusedDepthwiseConv2dNative Gather GatherNd GatherV2 Greater GreaterEqual IRFFT IRFFT2D IRFFT3D Igamma Igammac ' +
      'InTopK LeftShift Less LessEqual ListDiff LogicalAnd LogicalOr LowerBound MatMul MatrixSetDiag MatrixSolve ' +
      'MatrixTriangularSolve Max Maximum Mean Mfcc Min Minimum MirrorPad Mod Mul MulNoNan Multinomial NextAfter ' +
      'NotEqual OneHot Pad PadV2 ParallelDynamicStitch ParseExample ParseSequenceExample Polygamma Pow Prelu Prod RFFT RFFT2D RFFT3D ' +
      'RaggedTensorToSparse Range RealDiv ReduceJoin RegexFullMatch Reshape ResizeArea ResizeBicubic ResizeBilinear ' +
      'ResizeNearestNeighbor Reverse ReverseSequence ReverseV2 RightShift SegmentMax SegmentMean SegmentMin ' +
      'SegmentProd SegmentSum SpaceToBatch SparseMatMul Split SplitV SquaredDifference StringNGrams StringSplit ' +
      'StringSplitV2 Sub Sum Switch TensorArrayConcatV3 TensorArraySizeV3 TensorListFromTensor TensorListPopBack ' +
      'TensorListPushBack TensorListReserve TensorListResize TensorListStack Tile TopKV2 Transpose TruncateDiv ' +
      'TruncateMod UniqueV2 UniqueWithCountsV2 UnravelIndex UpperBound Xdivy Xlog1py Xlogy Zeta _ConstantTableFind ' +
      '_FusedConv2D _FusedMatMul',
  ),
  names(
    'BatchToSpaceND Betainc Bincount ClipByValue Conv2DBackpropInput Conv3DBackpropInputV2 DenseBincount ' +
      'FakeQuantWithMinMaxVars FakeQuantWithMinMaxVarsPerChannel ImageProjectiveTransformV2 InTopKV2 InitializeTable ' +
      'InitializeTableV2 LinSpace LookupTableFind LookupTableFindV2 LookupTableImport LookupTableImportV2 ' +
      'MatrixBandPart MatrixDiagPartV2 MatrixDiagPartV3 MatrixSetDiagV2 MatrixSetDiagV3 NonMaxSuppression ' +
      'ParseSingleSequenceExample ' +
      'QuantizeAndDequantizeV2 QuantizeAndDequantizeV4 RaggedGather RaggedRange RaggedTensorToTensor RegexReplace ' +
      'Roll ScatterNd Select SelectV2 Slice SpaceToBatchND SparseConcat SparseReorder SparseReshape ' +
      'SparseSegmentMean SparseSegmentSqrtN SparseSegmentSum SparseSoftmax Substr TensorArrayGatherV3 ' +
      'TensorArrayReadV3 TensorListGather TensorListGetItem TensorListScatter TensorListScatterIntoExistingList ' +
      'TensorListSetItem TensorListSplit TensorScatterAdd TensorScatterMax TensorScatterMin TensorScatterSub ' +
      'TensorScatterUpdate UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum',
  ),
  names(
    'CropAndResize ImageProjectiveTransformV3 NonMaxSuppressionV2 QuantizeAndDequantizeV3 ScaleAndTranslate ' +
      'SparseDenseCwiseAdd SparseDenseCwiseDiv SparseDenseCwiseMul SparseFillEmptyRows SparseReduceMax ' +
      'SparseReduceSum SparseSegmentMeanWithNumSegments SparseSegmentSqrtNWithNumSegments ' +
      'SparseSegmentSumWithNumSegments SparseSplit SparseTensorDenseAdd SparseTensorDenseMatMul SparseToDense ' +
      'StridedSlice TensorArrayScatterV3 TensorArraySplitV3 TensorArrayWriteV3 TensorListScatterV2',
  ),
  names(
    'BatchNormWithGlobalNormalization FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 MatrixDiagV2 MatrixDiagV3 ' +
      'NonMaxSuppressionV3 NonMaxSuppressionV4 NonMaxSuppressionWithOverlaps ParseExampleV2 SparseSlice',
  ),
  names('CombinedNonMaxSuppression GRUBlockCell NonMaxSuppressionV5'),
  names('SparseAdd'),
  names('LSTMBlockCell'),
  names('BlockLSTM BlockLSTMV2 ParseSequenceExampleV2'),
];

/** How many inputs each executed operation needs. */
export const LEAST_INPUTS: ReadonlyMap<string, number> = new Map(
  BY_COUNT.flatMap((operations, count) => operations.map((operation) => [operation, count] as const)),
);
