import { json as arithmetic } from '@tensorflow/tfjs-converter/dist/operations/op_list/arithmetic.js';
import { json as basicMath } from '@tensorflow/tfjs-converter/dist/operations/op_list/basic_math.js';
import { json as control } from '@tensorflow/tfjs-converter/dist/operations/op_list/control.js';
import { json as convolution } from '@tensorflow/tfjs-converter/dist/operations/op_list/convolution.js';
import { json as creation } from '@tensorflow/tfjs-converter/dist/operations/op_list/creation.js';
import { json as dynamic } from '@tensorflow/tfjs-converter/dist/operations/op_list/dynamic.js';
import { json as evaluation } from '@tensorflow/tfjs-converter/dist/operations/op_list/evaluation.js';
import { json as graph } from '@tensorflow/tfjs-converter/dist/operations/op_list/graph.js';
import { json as hashTable } from '@tensorflow/tfjs-converter/dist/operations/op_list/hash_table.js';
import { json as image } from '@tensorflow/tfjs-converter/dist/operations/op_list/image.js';
import { json as logical } from '@tensorflow/tfjs-converter/dist/operations/op_list/logical.js';
import { json as matrices } from '@tensorflow/tfjs-converter/dist/operations/op_list/matrices.js';
import { json as normalization } from '@tensorflow/tfjs-converter/dist/operations/op_list/normalization.js';
import { json as reduction } from '@tensorflow/tfjs-converter/dist/operations/op_list/reduction.js';
import { json as sliceJoin } from '@tensorflow/tfjs-converter/dist/operations/op_list/slice_join.js';
import { json as sparse } from '@tensorflow/tfjs-converter/dist/operations/op_list/sparse.js';
import { json as spectral } from '@tensorflow/tfjs-converter/dist/operations/op_list/spectral.js';
import { json as text } from '@tensorflow/tfjs-converter/dist/operations/op_list/string.js';
import { json as transformation } from '@tensorflow/tfjs-converter/dist/operations/op_list/transformation.js';

interface ListedOperation {
  readonly tfOpName: string;
}

const listed = (...names: readonly string[]): ListedOperation[] => names.map((tfOpName) => ({ tfOpName }));

/**
 * The supported operations: those of tfjs-converter's OperationMapper by its own groups, and those that
 * worker/runtime/operations/ adds.
 */
export const OPERATION_GROUPS: Readonly<Record<string, readonly ListedOperation[]>> = {
  Arithmetic: [...arithmetic, ...listed('TruncateDiv', 'TruncateMod')],
  'Basic mathematics': basicMath,
  'Control flow': [...control, ...listed('TensorListScatterIntoExistingList')],
  Convolution: convolution,
  Creation: creation,
  Dynamic: dynamic,
  Evaluation: [...evaluation, ...listed('UniqueWithCounts', 'UniqueWithCountsV2')],
  Examples: listed('ParseExample', 'ParseExampleV2', 'ParseSingleExample'),
  Graph: graph,
  'Hash tables': [...hashTable, ...listed('_ConstantTableFind', '_ConstantTableSize')],
  Images: [
    ...image,
    ...listed('DecodeAndCropJpeg', 'DecodeBmp', 'DecodeGif', 'DecodeImage', 'DecodeJpeg', 'DecodePng'),
  ],
  Logic: [...logical, ...listed('BitwiseOr', 'BitwiseXor', 'Invert')],
  Matrices: matrices,
  Normalization: normalization,
  Quantization: listed('FakeQuantWithMinMaxArgs', 'FakeQuantWithMinMaxVarsPerChannel'),
  Ragged: listed('RaggedTensorToTensor'),
  Reduction: reduction,
  'Slices and joins': sliceJoin,
  Sparse: sparse,
  Spectral: spectral,
  Strings: [
    ...text,
    ...listed(
      'AsString',
      'DecodeBase64',
      'DecodeRaw',
      'EncodeBase64',
      'ReduceJoin',
      'RegexFullMatch',
      'RegexReplace',
      'StaticRegexFullMatch',
      'StringJoin',
      'StringLength',
      'StringLower',
      'StringSplitV2',
      'StringStrip',
      'StringToHashBucket',
      'StringToHashBucketStrong',
      'StringToNumber',
      'StringUpper',
      'Substr',
    ),
  ],
  Transformation: transformation,
};

export const EXECUTED_OPERATIONS: ReadonlySet<string> = new Set(
  Object.values(OPERATION_GROUPS).flatMap((operations) => operations.map(({ tfOpName }) => tfOpName)),
);

/** Operations for which tfjs's WebAssembly backend lacks a kernel, with the name of the kernel. */
export const WITHOUT_KERNEL: ReadonlyMap<string, string> = new Map([
  ['Complex', 'Complex'],
  ['ComplexAbs', 'ComplexAbs'],
  ['FFT', 'FFT'],
  ['IFFT', 'IFFT'],
  ['Imag', 'Imag'],
  ['IRFFT', 'IFFT'],
  ['Real', 'Real'],
  ['RFFT', 'FFT'],
]);
