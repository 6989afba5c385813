const names = (...lists: readonly string[]): ReadonlySet<string> =>
  new Set(lists.flatMap((list) => list.split(' ')));

/** They compute each element from one. */
export const UNARY = names(
  'Abs Acos Acosh Asin Asinh Atan Atanh Cast Ceil Cos Cosh Elu Erf Exp Expm1 Floor Identity IsFinite IsInf',
  'IsNan LeakyRelu Log Log1p LogicalNot Neg OnesLike Reciprocal Relu Relu6 Rint Round Rsqrt Selu Sigmoid Sign',
  'Sin Sinh Softplus Softsign Sqrt Square Tan Tanh ZerosLike',
);

/** They compute each element from one of each input, over shapes that broadcast. */
export const BROADCASTING = names(
  'Add AddN AddV2 Atan2 Div DivNoNan FloorDiv FloorMod Maximum Minimum Mod Mul Pow RealDiv SelectV2',
  'SquaredDifference Sub TruncateDiv TruncateMod',
  'Equal Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr NotEqual',
);

/** Of these, the result is of truth values. */
export const COMPARISONS = names(
  'Equal Greater GreaterEqual IsFinite IsInf IsNan Less LessEqual LogicalAnd LogicalNot LogicalOr NotEqual',
);

/** They compute over the axes that their second input lists. */
export const REDUCTIONS = names('All Any Max Mean Min Prod Sum');

/** Their second input has the widths of each dimension. */
export const PADDINGS = names('MirrorPad Pad PadV2');

const OTHERS = names(
  'BiasAdd ClipByValue Cumsum FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 LRN LogSoftmax Prelu ReverseV2',
  'Softmax',
);

/** True for an operation whose first result has the shape of its first input. */
export function hasShapeOfFirst(op: string): boolean {
  return UNARY.has(op) || OTHERS.has(op);
}
