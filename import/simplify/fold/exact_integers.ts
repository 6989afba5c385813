import type { GraphNode, Weight } from '../../graph/graph.ts';
import type { Evaluated } from './evaluate.ts';

/** Every integer up to this is a float32, in which tfjs computes some functions of integers. */
const LARGEST = 2 ** 24;
/** Every integer up to this is a number of JavaScript. */
const LARGEST_PRODUCT = 2 ** 53;

/** They move elements and compute no new ones. */
const MOVING: ReadonlySet<string> = new Set(
  (
    'BroadcastTo Concat ConcatV2 ExpandDims Fill Gather GatherV2 OnesLike Pack Rank Reshape Reverse ReverseV2 SelectV2 ' +
    'Shape Size Slice Squeeze StridedSlice Tile Transpose ZerosLike'
  ).split(' '),
);
const DIVISIONS: ReadonlySet<string> = new Set(['FloorDiv', 'FloorMod']);

/**
 * Returns true if tfjs computed a node with constant inputs as TensorFlow does. It does not wrap or round large integers
 * as TensorFlow does, and it divides integers by 0.
 */
export async function isExact(
  { op }: GraphNode,
  inputs: readonly Weight[],
  { dtype, bytes }: Evaluated,
): Promise<boolean> {
  if (MOVING.has(op)) return true;
  const integers: Int32Array[] = [];
  for (const input of inputs)
    integers.push(input.dtype === 'int32' ? integersOf(await input.read()) : NO_INTEGERS);
  const result = dtype === 'int32' ? integersOf(bytes) : NO_INTEGERS;
  if (![...integers, result].every((values) => largest(values) <= LARGEST)) return false;
  const [first = NO_INTEGERS, second = NO_INTEGERS] = integers;
  if (op === 'Prod') return productOf(first) <= LARGEST_PRODUCT;
  if (op === 'Pow') return second.every((power) => power >= 0 && largest(first) ** power <= LARGEST_PRODUCT);
  return !DIVISIONS.has(op) || second.every((divisor) => divisor !== 0);
}

const NO_INTEGERS = new Int32Array(0);

/** A copy lies where integers of 32 bits may begin. */
function integersOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(new Uint8Array(bytes).buffer);
}

function largest(values: Int32Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

/** A bound of the products of any of these integers. */
function productOf(values: Int32Array): number {
  let product = 1;
  for (const value of values) product *= Math.max(1, Math.abs(value));
  return product;
}
