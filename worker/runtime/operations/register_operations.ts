import { type GraphNode, registerOp } from '@tensorflow/tfjs-converter';
import { clone, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { ARITHMETIC } from './arithmetic.ts';
import { AUDIO } from './audio/audio.ts';
import { fusedBatchNorm } from './batch_norm.ts';
import { einsum } from './einsum.ts';
import { bitwise, invert, leftShift, rightShift } from './elementwise/bitwise.ts';
import { divide, truncateMod } from './elementwise/division.ts';
import {
  fakeQuantWithArgs,
  fakeQuantWithVars,
  quantizeAndDequantize,
  quantizeAndDequantizeV3,
} from './elementwise/fake_quantization.ts';
import { FUNCTIONS } from './elementwise/functions.ts';
import { EXAMPLES } from './examples/parse_example.ts';
import { DECODING } from './images/decoding.ts';
import { IMAGES } from './images/images.ts';
import { biasAdd } from './layout/bias_add.ts';
import { depthToSpaceOf, spaceToDepth } from './layout/blocks.ts';
import { convolution } from './layout/convolution.ts';
import { FORMATS } from './layout/formats.ts';
import { roll } from './layout/roll.ts';
import { transposedConvolution3D } from './layout/transposed_convolution.ts';
import { LOOKUP_TABLES } from './lookup_tables.ts';
import { matrixBandPart } from './matrices/band_part.ts';
import { DIAGONALS } from './matrices/diagonals.ts';
import { LINEAR_ALGEBRA } from './matrices/linear_algebra.ts';
import { oneHot } from './one_hot.ts';
import { inputOf, type Operation } from './operation.ts';
import { gruBlockCell } from './recurrent/gru.ts';
import { blockLstm, lstmBlockCell } from './recurrent/lstm.ts';
import { PARTITIONS } from './rows/partitions.ts';
import { RAGGED } from './rows/ragged.ts';
import { SEGMENTS } from './rows/segments.ts';
import { sparseProduct } from './rows/sparse_product.ts';
import { SELECTION } from './selection.ts';
import { SPECTRAL } from './spectral/spectral.ts';
import { STRING_OPERATIONS } from './strings/string_operations.ts';
import { SUPPRESSION } from './suppression.ts';
import { unique } from './unique.ts';

/** Operations that replace or extend those of tfjs's executors, by TensorFlow's names. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...ARITHMETIC,
  ...EXAMPLES,
  ...LOOKUP_TABLES,
  ...DECODING,
  ...AUDIO,
  ...DIAGONALS,
  ...FORMATS,
  ...FUNCTIONS,
  ...IMAGES,
  ...LINEAR_ALGEBRA,
  ...PARTITIONS,
  ...RAGGED,
  ...SEGMENTS,
  ...SELECTION,
  ...SPECTRAL,
  ...STRING_OPERATIONS,
  ...SUPPRESSION,
  BiasAdd: biasAdd,
  BitwiseAnd: bitwise('and'),
  BitwiseOr: bitwise('or'),
  BitwiseXor: bitwise('xor'),
  BlockLSTM: blockLstm,
  BlockLSTMV2: blockLstm,
  Conv2D: convolution,
  Conv3DBackpropInputV2: transposedConvolution3D,
  DepthToSpace: depthToSpaceOf,
  Div: divide,
  Einsum: einsum,
  FakeQuantWithMinMaxArgs: fakeQuantWithArgs,
  FakeQuantWithMinMaxVars: fakeQuantWithVars,
  FakeQuantWithMinMaxVarsPerChannel: fakeQuantWithVars,
  FusedBatchNorm: fusedBatchNorm,
  FusedBatchNormV2: fusedBatchNorm,
  FusedBatchNormV3: fusedBatchNorm,
  GRUBlockCell: gruBlockCell,
  Invert: invert,
  LSTMBlockCell: lstmBlockCell,
  LeftShift: leftShift,
  MatrixBandPart: matrixBandPart,
  Mod: truncateMod,
  OneHot: oneHot,
  PlaceholderWithDefault: placeholderWithDefault,
  QuantizeAndDequantizeV2: quantizeAndDequantize,
  QuantizeAndDequantizeV3: quantizeAndDequantizeV3,
  QuantizeAndDequantizeV4: quantizeAndDequantize,
  RightShift: rightShift,
  Roll: roll,
  SpaceToDepth: spaceToDepth,
  SparseTensorDenseMatMul: sparseProduct,
  TruncateDiv: divide,
  Unique: unique,
  UniqueV2: unique,
  UniqueWithCounts: unique,
  UniqueWithCountsV2: unique,
  TruncateMod: truncateMod,
};

/** Returns the default as a tensor of its own: tfjs returns the tensor itself, and frees it with the node that made it. */
function placeholderWithDefault(node: GraphNode): Tensor {
  return clone(inputOf(node, 0));
}

/** Registers these operations for every graph that is loaded afterwards. */
export function registerOperations(): void {
  for (const [name, operation] of Object.entries(OPERATIONS))
    registerOp(name, (node) => tidy(() => operation(node)));
}
