import type { GraphNode } from './graph.ts';

const names = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Operations whose first output has a fixed type. */
const OF_ONE_TYPE: readonly (readonly [type: string, operations: ReadonlySet<string>])[] = [
  [
    'DT_BOOL',
    names(
      'All Any ApproximateEqual Equal Greater GreaterEqual InTopK InTopKV2 IsFinite IsInf IsNan Less LessEqual LogicalAnd LogicalNot ' +
        'LogicalOr NotEqual RegexFullMatch StaticRegexFullMatch',
    ),
  ],
  [
    'DT_INT32',
    names(
      'ArgMax ArgMin Bucketize CTCGreedyDecoder LookupTableSize LookupTableSizeV2 LowerBound Multinomial NonMaxSuppression ' +
        'NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV4 NonMaxSuppressionV5 NonMaxSuppressionWithOverlaps Rank Shape Size ' +
        'RaggedGather RaggedTensorToSparse SparseAdd SparseConcat SparseCross SparseFillEmptyRows SparseReorder SparseReshape SparseSlice SparseSplit StringLength StringSplit StringSplitV2 StringToHashBucketFast ' +
        'TensorArraySizeV3 TensorListLength UnravelIndex UpperBound Where',
    ),
  ],
  ['DT_UINT8', names('DecodeAndCropJpeg DecodeBmp DecodeGif DecodeJpeg')],
  ['DT_COMPLEX64', names('Complex FFT FFT2D FFT3D IFFT IFFT2D IFFT3D RFFT RFFT2D RFFT3D')],
  [
    'DT_FLOAT',
    names(
      'Angle AudioSpectrogram CombinedNonMaxSuppression ComplexAbs CropAndResize DecodeWav IRFFT IRFFT2D IRFFT3D Imag LinSpace Mfcc Real ResizeArea ' +
        'ResizeBicubic ResizeBilinear ScaleAndTranslate',
    ),
  ],
  [
    'DT_STRING',
    names(
      'AsString DecodeBase64 EncodeBase64 ReduceJoin RegexReplace StaticRegexReplace StringJoin StringLower ' +
        'StringNGrams StringStrip StringUpper Substr',
    ),
  ],
];

/** The types of the outputs after the first. Undefined means the type of the first, and T what that attribute says. */
const FURTHER_OUTPUTS: Readonly<Record<string, readonly (string | undefined)[]>> = {
  CTCGreedyDecoder: ['DT_INT32', 'DT_INT32', 'DT_FLOAT'],
  CombinedNonMaxSuppression: [undefined, undefined, 'DT_INT32'],
  DecodeWav: ['DT_INT32'],
  ListDiff: ['DT_INT32'],
  LogMatrixDeterminant: ['T'],
  MaxPoolWithArgmax: ['DT_INT32'],
  Merge: ['DT_INT32'],
  NonMaxSuppressionV4: ['DT_INT32'],
  NonMaxSuppressionV5: ['DT_FLOAT', 'DT_INT32'],
  RaggedTensorToSparse: ['T', 'DT_INT32'],
  SparseAdd: ['T', 'DT_INT32'],
  SparseConcat: ['T', 'DT_INT32'],
  SparseCross: ['DT_INT32', 'DT_INT32'],
  SparseFillEmptyRows: ['T', 'DT_BOOL', 'DT_INT32'],
  SparseReorder: ['T'],
  SparseReshape: ['DT_INT32'],
  SparseSlice: ['T', 'DT_INT32'],
  StringSplit: ['DT_STRING', 'DT_INT32'],
  StringSplitV2: ['DT_STRING', 'DT_INT32'],
  TopK: ['DT_INT32'],
  TopKV2: ['DT_INT32'],
  Unique: ['DT_INT32'],
  UniqueV2: ['DT_INT32'],
  UniqueWithCounts: ['DT_INT32', 'DT_INT32'],
  UniqueWithCountsV2: ['DT_INT32', 'DT_INT32'],
};

/** Attributes that say how many outputs an operation has. */
const COUNTED_BY: Readonly<Record<string, string>> = {
  DynamicPartition: 'num_partitions',
  ShapeN: 'N',
  Split: 'num_split',
  SplitV: 'num_split',
  Unpack: 'num',
};

/** Attributes with the types of all outputs. */
const LISTED_BY: Readonly<Record<string, string>> = {
  Case: 'Tout',
  IdentityN: 'T',
  If: 'Tout',
  StatelessCase: 'Tout',
  StatelessIf: 'Tout',
  StatelessWhile: 'T',
  While: 'T',
};

/** How many outputs a node has. */
export function outputCount({ op, attr }: GraphNode): number {
  const counted = COUNTED_BY[op];
  if (counted !== undefined) return Number(attr[counted]?.i ?? 1);
  // Which branch a Merge took is not computed.
  if (op === 'Merge') return 1;
  const listed = LISTED_BY[op];
  if (listed !== undefined) return attr[listed]?.list?.type?.length ?? 1;
  return 1 + (FURTHER_OUTPUTS[op]?.length ?? 0);
}

/** Attributes that name the type of an operation's first output, most telling first. */
const TYPE_ATTRIBUTES = [
  'DstT',
  'output_type',
  'out_type',
  'Tout',
  'element_dtype',
  'dtype',
  'Tparams',
  'T',
  'Tidx',
];

/**
 * Returns the type of a node's output by TensorFlow's name. The source is TensorFlow's definitions of the operations.
 *
 * @param index the index of the output
 */
export function outputType(node: GraphNode, index = 0): string {
  const further = index === 0 ? undefined : FURTHER_OUTPUTS[node.op]?.[index - 1];
  if (further === 'T') return node.attr.T?.type ?? 'DT_FLOAT';
  if (further !== undefined) return further;
  const fixed = OF_ONE_TYPE.find(([, operations]) => operations.has(node.op));
  if (fixed !== undefined) return fixed[0];
  const listed = node.attr[LISTED_BY[node.op] ?? '']?.list?.type?.[index];
  if (listed !== undefined) return listed;
  for (const name of TYPE_ATTRIBUTES) {
    const type = node.attr[name]?.type;
    if (type !== undefined) return type;
  }
  return TYPES_LEFT_OUT[node.op] ?? 'DT_FLOAT';
}

/** The defaults of attributes that name a type, which a graph may leave out. */
const TYPES_LEFT_OUT: Readonly<Record<string, string>> = { DecodeImage: 'DT_UINT8', DecodePng: 'DT_UINT8' };
