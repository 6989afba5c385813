import { elementCount } from '../../../worker/model/tensor.ts';
import type { GraphNode, Weight } from '../../graph/graph.ts';

/** A bound on how many elements an operation gives for constant inputs, before it is computed. */
type Bound = (inputs: readonly Weight[]) => number | Promise<number>;

const count = (weight: Weight | undefined): number => (weight === undefined ? 0 : elementCount(weight.shape));
const first: Bound = ([input]) => count(input);
const all: Bound = (inputs) => inputs.reduce((sum, input) => sum + count(input), 0);
const rank: Bound = ([input]) => Math.max(1, input?.shape.length ?? 0);

/** Sizes as broadcasting makes them; more than any of them alone where they widen each other. */
const broadcast: Bound = (inputs) => {
  const rankOf = Math.max(...inputs.map(({ shape }) => shape.length));
  const sizes = Array.from({ length: rankOf }, (_, index) =>
    Math.max(...inputs.map(({ shape }) => shape[shape.length - rankOf + index] ?? 1)),
  );
  return elementCount(sizes);
};

/** The product of a small list of sizes that is itself a constant. */
const productOf =
  (index: number, factor: Bound = () => 1): Bound =>
  async (inputs) => {
    const sizes = inputs[index];
    if (sizes === undefined || sizes.dtype !== 'int32' || count(sizes) > 8) return Number.POSITIVE_INFINITY;
    const bytes = new Uint8Array(await sizes.read());
    const product = new Int32Array(bytes.buffer).reduce((result, size) => result * Math.abs(size), 1);
    return product * (await factor(inputs));
  };

const gathered: Bound = ([params, indices]) => {
  const largestRow = count(params) / Math.max(1, Math.min(...(params?.shape ?? [1])));
  return Math.max(count(params), largestRow * count(indices));
};

/**
 * Pure operations with one output that is no larger than the bound says. Not Cumsum: tfjs computes it here along
 * whatever axis, where the server checks the axis. Not Div and Mean: tfjs divides integers otherwise than TensorFlow.
 */
const BOUNDS: ReadonlyMap<string, Bound> = new Map<string, Bound>([
  ...entries(first, [
    'Abs Ceil Cos Elu Erf Exp Expm1 Floor LeakyRelu Log Log1p LogicalNot Neg Reciprocal Relu Relu6 Round Rsqrt',
    'Selu Sigmoid Sign Sin Softplus Sqrt Square Tan Tanh Cast ExpandDims Reshape Squeeze Transpose Slice',
    'StridedSlice Reverse ReverseV2 All Any Max Min Prod Sum ClipByValue OnesLike ZerosLike',
  ]),
  ...entries(broadcast, [
    'Add AddV2 Sub Mul RealDiv DivNoNan FloorDiv FloorMod Maximum Minimum Pow SquaredDifference',
    'Equal NotEqual Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr SelectV2',
  ]),
  ...entries(all, ['AddN Concat ConcatV2 Pack']),
  ...entries(rank, ['Shape']),
  ...entries(() => 1, ['Rank Size']),
  ...entries(gathered, ['Gather GatherV2']),
  ...entries(productOf(0), ['Fill']),
  ...entries(productOf(1), ['BroadcastTo']),
  ...entries(productOf(1, first), ['Tile']),
]);

function entries(bound: Bound, lists: readonly string[]): [string, Bound][] {
  return lists.flatMap((list) => list.split(' ')).map((op) => [op, bound]);
}

/** Integers that tfjs holds in 32 bits. The server knows when they leave their type, and tfjs alone does not. */
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

/** Whether a node may be computed ahead where all its inputs are constants. */
export function isFoldable({ op, attr }: GraphNode): boolean {
  return BOUNDS.has(op) && !(LEAVES_TYPE.has(op) && OTHER_INTEGERS.has((attr.DstT ?? attr.T)?.type));
}

/** The most bytes that an operation gives for these inputs. */
export async function largestResult(op: string, inputs: readonly Weight[]): Promise<number> {
  const bound = BOUNDS.get(op);
  return bound === undefined ? Number.POSITIVE_INFINITY : 4 * (await bound(inputs));
}
