import { elementCount } from '../../../worker/model/tensor.ts';
import type { GraphNode, Weight } from '../../graph/graph.ts';
import { computesFloats } from '../attributes.ts';

/** Returns an upper bound of the elements of an operation's result for constant inputs, before it is computed. */
type Bound = (inputs: readonly Weight[]) => number | Promise<number>;

const count = (weight: Weight | undefined): number => (weight === undefined ? 0 : elementCount(weight.shape));
const first: Bound = ([input]) => count(input);
const all: Bound = (inputs) => inputs.reduce((sum, input) => sum + count(input), 0);
const rank: Bound = ([input]) => Math.max(1, input?.shape.length ?? 0);

/** The size of the broadcast result, which may be larger than each input. */
const broadcast: Bound = (inputs) => {
  const rankOf = Math.max(...inputs.map(({ shape }) => shape.length));
  const sizes = Array.from({ length: rankOf }, (_, index) =>
    Math.max(...inputs.map(({ shape }) => shape[shape.length - rankOf + index] ?? 1)),
  );
  return elementCount(sizes);
};

/** tfjs does not stretch a dimension of 1 to 0, so that the server has to. */
const stretched =
  (bound: Bound): Bound =>
  async (inputs) =>
    inputs.every((input) => count(input) > 0)
      ? (await bound(inputs)) || Number.POSITIVE_INFINITY
      : Number.POSITIVE_INFINITY;

/** A number for each dimension. */
async function integers(sizes: Weight | undefined): Promise<Int32Array | undefined> {
  if (sizes === undefined || sizes.dtype !== 'int32' || count(sizes) > 8) return undefined;
  return new Int32Array(new Uint8Array(await sizes.read()).buffer);
}

/** The product of the sizes in a constant input. */
const productOf =
  (index: number, factor: Bound = () => 1): Bound =>
  async (inputs) => {
    const sizes = await integers(inputs[index]);
    if (sizes === undefined) return Number.POSITIVE_INFINITY;
    return sizes.reduce((result, size) => result * Math.abs(size), 1) * (await factor(inputs));
  };

/** Slice's sizes, of which -1 stands for the rest of a dimension. */
const sliced: Bound = async ([x, begin, sizes]) => {
  const [starts, counts] = [await integers(begin), await integers(sizes)];
  if (x === undefined || starts === undefined || counts === undefined) return Number.POSITIVE_INFINITY;
  return elementCount(
    x.shape.map((size, axis) => {
      const taken = counts[axis] ?? -1;
      return taken < 0 ? size - (starts[axis] ?? 0) : taken;
    }),
  );
};

const gathered: Bound = ([params, indices]) => {
  const largestRow = count(params) / Math.max(1, Math.min(...(params?.shape ?? [1])));
  return Math.max(count(params), largestRow * count(indices));
};

/**
 * Pure operations with one output, and the bounds of their results. Cumsum is excluded, since tfjs accepts any axis
 * here but the server checks it. Div and Mean are excluded, since tfjs divides integers differently from TensorFlow, and
 * Erf, since its approximation is coarse.
 */
const BOUNDS: ReadonlyMap<string, Bound> = new Map<string, Bound>([
  ...entries(first, [
    'Abs Ceil Cos Elu Exp Expm1 Floor LeakyRelu Log Log1p LogicalNot Neg Reciprocal Relu Relu6 Round Rsqrt',
    'Selu Sigmoid Sign Sin Softplus Sqrt Square Tan Tanh Cast ExpandDims Reshape Squeeze Transpose',
    'StridedSlice Reverse ReverseV2 All Any Max Min Prod Sum ClipByValue OnesLike ZerosLike',
  ]),
  ...entries(broadcast, [
    'Add AddV2 Sub Mul RealDiv FloorDiv FloorMod Maximum Minimum Pow SquaredDifference',
    'Equal NotEqual Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr',
  ]),
  ...entries(stretched(broadcast), ['DivNoNan SelectV2']),
  ...entries(all, ['AddN Concat ConcatV2 Pack']),
  ...entries(rank, ['Shape']),
  ...entries(() => 1, ['Rank Size']),
  ...entries(gathered, ['Gather GatherV2']),
  ...entries(sliced, ['Slice']),
  ...entries(productOf(0), ['Fill']),
  ...entries(stretched(productOf(1)), ['BroadcastTo']),
  ...entries(productOf(1, first), ['Tile']),
]);

function entries(bound: Bound, lists: readonly string[]): [string, Bound][] {
  return lists.flatMap((list) => list.split(' ')).map((op) => [op, bound]);
}

/**
 * Integer types that tfjs computes in 32 bits. The server detects values outside of the type, but tfjs alone does not.
 */
const OTHER_INTEGERS: ReadonlySet<unknown> = new Set([
  'DT_INT16',
  'DT_INT64',
  'DT_INT8',
  'DT_UINT16',
  'DT_UINT8',
]);
const LEAVES_TYPE: ReadonlySet<string> = new Set(
  'Abs Add AddN AddV2 Cast Mul Neg Pow Prod Square SquaredDifference Sub Sum'.split(' '),
);

/** True if a node with only constant inputs may be computed in advance. */
export function isFoldable(node: GraphNode): boolean {
  const { op, attr } = node;
  // tfjs returns integers for quotients of floats.
  if (op === 'FloorDiv' && computesFloats(node)) return false;
  return BOUNDS.has(op) && !(LEAVES_TYPE.has(op) && OTHER_INTEGERS.has((attr.DstT ?? attr.T)?.type));
}

/** Returns the most bytes of an operation's result for these inputs. */
export async function largestResult(op: string, inputs: readonly Weight[]): Promise<number> {
  const bound = BOUNDS.get(op);
  return bound === undefined ? Number.POSITIVE_INFINITY : 4 * (await bound(inputs));
}
