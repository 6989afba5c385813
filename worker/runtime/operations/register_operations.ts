import { type GraphNode, registerOp } from '@tensorflow/tfjs-converter';
import { clone, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { fitsShape } from '../../model/tensor.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { AUDIO } from './audio/audio.ts';
import { fusedBatchNorm } from './batch_norm.ts';
import { einsum } from './einsum.ts';
import { bitwise, invert, leftShift, rightShift } from './elementwise/bitwise.ts';
import { divide, floorDivide, truncateMod } from './elementwise/division.ts';
import {
  fakeQuantWithArgs,
  fakeQuantWithVars,
  quantizeAndDequantize,
  quantizeAndDequantizeV3,
} from './elementwise/fake_quantization.ts';
import { FUNCTIONS } from './elementwise/functions.ts';
import { EXAMPLES } from './examples/parse_example.ts';
import { SEQUENCE_EXAMPLES } from './examples/parse_sequence_example.ts';
import { DECODING } from './images/decoding.ts';
import { IMAGES } from './images/images.ts';
import { biasAdd } from './layout/bias_add.ts';
import { depthToSpaceOf, spaceToDepth } from './layout/blocks.ts';
import { CONVOLUTIONS } from './layout/convolution.ts';
import { FORMATS } from './layout/formats.ts';
import { roll } from './layout/roll.ts';
import { transposedConvolution3D } from './layout/transposed_convolution.ts';
import { listDifference } from './list_difference.ts';
import { LOOKUP_TABLES } from './lookup_tables.ts';
import { matrixBandPart } from './matrices/band_part.ts';
import { DIAGONALS } from './matrices/diagonals.ts';
import { LINEAR_ALGEBRA } from './matrices/linear_algebra.ts';
import { oneHot } from './one_hot.ts';
import { inputOf, type Operation, refuse, shapeAttribute } from './operation.ts';
import { gruBlockCell } from './recurrent/gru.ts';
import { blockLstm, lstmBlockCell } from './recurrent/lstm.ts';
import { PARTITIONS } from './rows/partitions.ts';
import { RAGGED } from './rows/ragged.ts';
import { RAGGED_ROWS } from './rows/ragged_rows.ts';
import { SEGMENTS } from './rows/segments.ts';
import { SELECTION } from './selection.ts';
import { SPARSE } from './sparse/sparse.ts';
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
  ...CONVOLUTIONS,
  ...DIAGONALS,
  ...FORMATS,
  ...FUNCTIONS,
  ...IMAGES,
  ...LINEAR_ALGEBRA,
  ...PARTITIONS,
  ...RAGGED,
  ...RAGGED_ROWS,
  ...SEGMENTS,
  ...SELECTION,
  ...SEQUENCE_EXAMPLES,
  ...SPARSE,
  ...SPECTRAL,
  ...STRING_OPERATIONS,
  ...SUPPRESSION,
  BiasAdd: biasAdd,
  BitwiseAnd: bitwise('and'),
  BitwiseOr: bitwise('or'),
  BitwiseXor: bitwise('xor'),
  BlockLSTM: blockLstm,
  BlockLSTMV2: blockLstm,
  Conv3DBackpropInputV2: transposedConvolution3D,
  DepthToSpace: depthToSpaceOf,
  Div: divide,
  Einsum: einsum,
  EnsureShape: ensureShape,
  FloorDiv: floorDivide,
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
  ListDiff: listDifference,
  MatrixBandPart: matrixBandPart,
  Mod: truncateMod,
  OneHot: oneHot,
  PlaceholderWithDefault: placeholderWithDefault,
  QuantizeAndDequantizeV2: quantizeAndDequantize,
  QuantizeAndDequantizeV3: quantizeAndDequantizeV3,
  QuantizeAndDequantizeV4: quantizeAndDequantize,
  RightShift: rightShift,
  Roll: roll,
  ShapeN: (node) => node.inputs.map(({ shape }) => tensor1d(shape, 'int32')),
  SpaceToDepth: spaceToDepth,
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

/** Refuses a tensor whose shape is not the one that the model demands. A size of -1 is any. */
function ensureShape(node: GraphNode): Tensor {
  const x = inputOf(node, 0);
  const wanted = shapeAttribute(node, 'shape');
  if (wanted !== undefined && !fitsShape(x.shape, wanted))
    refuse(node, `a tensor of shape [${x.shape}] is not one of [${wanted}]`);
  return clone(x);
}

/** Registers these operations for every graph that is loaded afterwards. */
export function registerOperations(): void {
  for (const [name, operation] of Object.entries(OPERATIONS))
    registerOp(name, (node) => tidy(() => operation(node)));
}
