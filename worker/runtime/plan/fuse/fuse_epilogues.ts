import { UNARY } from '../../kernels/operations.ts';
import type { BufferId, FunctionStep, Place, Step } from '../ir/step.ts';
import { isPlace, numberAt, usesOf } from '../ir/step_arguments.ts';

/** Positions of the arguments that are looked at, by the names that kernel_functions.ts gives them. */
export const POSITIONS = {
  gemm: { packed: 2, bias: 3, residual: 4, c: 5, ldc: 6, k: 8, n: 9, lower: 10, upper: 11 },
  gemm_quantized: { vectors: 3, bias: 6, residual: 7, c: 8, ldc: 9, n: 12, lower: 13, upper: 14 },
  conv2d: {
    packed: 1,
    bias: 2,
    residual: 3,
    y: 4,
    channels: 8,
    outChannels: 11,
    filterHeight: 12,
    filterWidth: 13,
    lower: 20,
    upper: 21,
  },
  conv2d_quantized: { vectors: 2, bias: 5, residual: 6, y: 7, outChannels: 14, lower: 23, upper: 24 },
  depthwise_conv2d: {
    filter: 1,
    bias: 2,
    y: 3,
    channels: 7,
    filterHeight: 10,
    filterWidth: 11,
    lower: 18,
    upper: 19,
  },
  unary: { operation: 0, x: 1, y: 2, count: 3, alpha: 4, beta: 5 },
  batch_norm: { x: 0, mean: 1, variance: 2, offset: 3, scale: 4, y: 5, rows: 6, channels: 7, epsilon: 8 },
} as const;

const { gemm, conv2d, depthwise_conv2d: depthwise, unary, batch_norm: norm } = POSITIONS;
const { gemm_quantized: quantizedGemm, conv2d_quantized: quantizedConv2d } = POSITIONS;

/**
 * What can be changed about a product. Its weights are packed, or as they are: one filter per channel, or the scales and
 * offsets of a quantized matrix, two rows that stand for all of its own.
 */
const PRODUCTS = {
  gemm: { ...gemm, weights: gemm.packed, result: gemm.c },
  conv2d: { ...conv2d, weights: conv2d.packed, result: conv2d.y },
  gemm_quantized: { ...quantizedGemm, weights: quantizedGemm.vectors, result: quantizedGemm.c },
  conv2d_quantized: { ...quantizedConv2d, weights: quantizedConv2d.vectors, result: quantizedConv2d.y },
  depthwise_conv2d: { ...depthwise, weights: depthwise.filter, result: depthwise.y, residual: undefined },
};
type ProductName = keyof typeof PRODUCTS;

/** A batch normalisation whose parameters are constants, by their addresses; 0 for none. */
export interface BatchNormalisation {
  readonly mean: number;
  readonly variance: number;
  readonly offset: number;
  readonly scale: number;
  readonly channels: number;
  readonly epsilon: number;
}

/** The weights of a product, by their address, and its bias, 0 for none. */
export interface ProductWeights {
  readonly weights: number;
  readonly bias: number;
  /** Rows of the matrix, or taps of the filter. */
  readonly rows: number;
  readonly columns: number;
  readonly packed: boolean;
}

/** Makes copies of weights with what comes after the product in them; undefined where that is not worth it. */
export type Fold = (
  weights: ProductWeights,
  normalisation: BatchNormalisation,
) => { readonly weights: number; readonly bias: number } | undefined;

/**
 * Lets products do what comes right after them: a clamp (relu, relu6, clip) becomes their bounds, a batch
 * normalisation a part of their weights. Only where nobody else sees what comes in between.
 *
 * @param fold the sums come out in another order then: equal but for rounding
 */
export function fuseSteps(
  steps: readonly Step[],
  outputs: Iterable<BufferId>,
  bufferBytes: readonly number[],
  fold: Fold,
): Step[] {
  const { readers, writers: writes } = usesOf(steps, outputs);
  const fused: Step[] = [];
  /** Where a buffer was written. */
  const writers = new Map<BufferId, number>();
  for (const step of steps) {
    const move = step.kind === 'function' ? movedValue(step) : undefined;
    if (step.kind === 'function' && move !== undefined) {
      const { from, to } = move;
      const writer = writers.get(from);
      const before = writer === undefined ? undefined : fused[writer];
      const isPrivate =
        writes.get(from)?.length === 1 &&
        readers.get(from)?.length === 1 &&
        writes.get(to)?.length === 1 &&
        from !== to;
      const isWhole = bufferBytes[from] === move.bytes && bufferBytes[to] === move.bytes;
      if (isPrivate && isWhole && writer !== undefined && before?.kind === 'function') {
        const merged = isClamp(step) ? withClamp(before, step) : withNormalisation(before, step, fold);
        const result = merged && resultPosition(merged.name);
        if (merged && result !== undefined && isStartOf(merged.arguments[result], from)) {
          fused[writer] = writingTo(merged, result, from, to);
          writers.set(to, writer);
          continue;
        }
      }
    }
    for (const buffer of step.writes) writers.set(buffer, fused.length);
    fused.push(step);
  }
  return fused;
}

/** A step that takes each value of one buffer to the same place of another, if it is such a one. */
function movedValue(step: FunctionStep): { from: BufferId; to: BufferId; bytes: number } | undefined {
  let positions: { readonly x: number; readonly y: number; readonly count: number };
  if (isClamp(step)) positions = { ...unary, count: numberAt(step, unary.count) };
  else if (step.name === 'batch_norm') {
    const count = numberAt(step, norm.rows) * numberAt(step, norm.channels);
    positions = { ...norm, count };
  } else return undefined;
  const from = step.arguments[positions.x];
  const to = step.arguments[positions.y];
  if (!isPlace(from) || !isPlace(to) || from.offset !== 0 || to.offset !== 0) return undefined;
  return { from: from.buffer, to: to.buffer, bytes: 4 * positions.count };
}

function withClamp(before: FunctionStep, clamp: FunctionStep): FunctionStep | undefined {
  const positions = isClamp(before)
    ? { lower: unary.alpha, upper: unary.beta }
    : isProduct(before.name)
      ? PRODUCTS[before.name]
      : undefined;
  if (positions === undefined) return undefined;
  const lower = numberAt(clamp, unary.alpha);
  const upper = numberAt(clamp, unary.beta);
  const bound = (position: number): number => Math.min(Math.max(numberAt(before, position), lower), upper);
  return withArguments(before, {
    [positions.lower]: bound(positions.lower),
    [positions.upper]: bound(positions.upper),
  });
}

function withNormalisation(before: FunctionStep, step: FunctionStep, fold: Fold): FunctionStep | undefined {
  if (!isProduct(before.name)) return undefined;
  const positions = PRODUCTS[before.name];
  const { x, y, ...parameters } = norm;
  const values = Object.values(parameters).map((position) => step.arguments[position]);
  const weights = before.arguments[positions.weights];
  const bias = before.arguments[positions.bias];
  const residual = positions.residual === undefined ? 0 : before.arguments[positions.residual];
  const isUnbounded =
    numberAt(before, positions.lower) === Number.NEGATIVE_INFINITY &&
    numberAt(before, positions.upper) === Number.POSITIVE_INFINITY;
  if (typeof weights !== 'number' || typeof bias !== 'number' || residual !== 0 || !isUnbounded)
    return undefined;
  if (!values.every((value) => typeof value === 'number')) return undefined;
  const size = weightSize(before);
  const channels = numberAt(step, norm.channels);
  if (size.columns !== channels) return undefined;
  const folded = fold(
    { weights, bias, ...size, packed: before.name === 'gemm' || before.name === 'conv2d' },
    {
      mean: numberAt(step, norm.mean),
      variance: numberAt(step, norm.variance),
      offset: numberAt(step, norm.offset),
      scale: numberAt(step, norm.scale),
      channels,
      epsilon: numberAt(step, norm.epsilon),
    },
  );
  return (
    folded && withArguments(before, { [positions.weights]: folded.weights, [positions.bias]: folded.bias })
  );
}

/** Rows and columns of the weights, from the sizes among the arguments. */
function weightSize(step: FunctionStep): { rows: number; columns: number } {
  const at = (position: number): number => numberAt(step, position);
  switch (step.name) {
    case 'gemm':
      // Columns that are not next to each other are a part of something larger.
      return { rows: at(gemm.k), columns: at(gemm.ldc) === at(gemm.n) ? at(gemm.n) : -1 };
    case 'conv2d':
      return {
        rows: at(conv2d.channels) * at(conv2d.filterHeight) * at(conv2d.filterWidth),
        columns: at(conv2d.outChannels),
      };
    case 'gemm_quantized':
      return { rows: 2, columns: at(quantizedGemm.ldc) === at(quantizedGemm.n) ? at(quantizedGemm.n) : -1 };
    case 'conv2d_quantized':
      return { rows: 2, columns: at(quantizedConv2d.outChannels) };
    default:
      return {
        rows: at(depthwise.filterHeight) * at(depthwise.filterWidth),
        columns: at(depthwise.channels),
      };
  }
}

function withArguments(step: FunctionStep, changes: Readonly<Record<number, number>>): FunctionStep {
  return { ...step, arguments: step.arguments.map((value, position) => changes[position] ?? value) };
}

function writingTo(step: FunctionStep, position: number, from: BufferId, to: BufferId): FunctionStep {
  return {
    ...step,
    arguments: step.arguments.with(position, { buffer: to, offset: 0 }),
    writes: step.writes.map((buffer) => (buffer === from ? to : buffer)),
  };
}

function resultPosition(name: FunctionStep['name']): number | undefined {
  if (name === 'unary') return unary.y;
  return isProduct(name) ? PRODUCTS[name].result : undefined;
}

function isClamp(step: FunctionStep): boolean {
  return step.name === 'unary' && step.arguments[unary.operation] === UNARY.clamp;
}

function isProduct(name: FunctionStep['name']): name is ProductName {
  return Object.hasOwn(PRODUCTS, name);
}

function isStartOf(value: number | Place | undefined, buffer: BufferId): boolean {
  return isPlace(value) && value.buffer === buffer && value.offset === 0;
}
