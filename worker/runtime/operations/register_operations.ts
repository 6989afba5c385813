import { type GraphNode, registerOp } from '@tensorflow/tfjs-converter';
import { clone, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { ARITHMETIC } from './arithmetic.ts';
import { bitwise, invert } from './bitwise.ts';
import { divide, truncateMod } from './division.ts';
import { einsum } from './einsum.ts';
import { EXAMPLES } from './examples/parse_example.ts';
import { fakeQuantWithArgs, fakeQuantWithVars } from './fake_quantization.ts';
import { DECODING } from './images/decoding.ts';
import { LOOKUP_TABLES } from './lookup_tables.ts';
import { matrixBandPart } from './matrices.ts';
import { oneHot } from './one_hot.ts';
import { inputOf, type Operation } from './operation.ts';
import { RAGGED } from './ragged.ts';
import { STRING_OPERATIONS } from './strings/string_operations.ts';
import { unique } from './unique.ts';

/** Operations that replace or extend those of tfjs's executors, by TensorFlow's names. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...ARITHMETIC,
  ...EXAMPLES,
  ...LOOKUP_TABLES,
  ...RAGGED,
  ...DECODING,
  ...STRING_OPERATIONS,
  BitwiseAnd: bitwise('and'),
  BitwiseOr: bitwise('or'),
  BitwiseXor: bitwise('xor'),
  Div: divide,
  Einsum: einsum,
  FakeQuantWithMinMaxArgs: fakeQuantWithArgs,
  FakeQuantWithMinMaxVars: fakeQuantWithVars,
  FakeQuantWithMinMaxVarsPerChannel: fakeQuantWithVars,
  Invert: invert,
  MatrixBandPart: matrixBandPart,
  Mod: truncateMod,
  OneHot: oneHot,
  PlaceholderWithDefault: placeholderWithDefault,
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
