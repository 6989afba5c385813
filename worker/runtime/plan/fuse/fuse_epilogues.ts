import { UnaryOperation } from '../../kernels/kernel_signatures.ts';
import type { BufferId } from '../ir/buffers.ts';
import {
  type Address,
  bufferAt,
  type FunctionStep,
  resultOf,
  withArguments,
  withResult,
} from '../ir/function_step.ts';
import type { Step } from '../ir/step.ts';
import { usesOf } from '../ir/uses.ts';
import { isProduct, isUnbounded, type WeightMatrix, weightsOf, withWeights } from './products.ts';

/** A batch normalization with constant parameters, by their addresses. 0 for an absent one. */
export interface BatchNormalization {
  readonly mean: number;
  readonly variance: number;
  readonly offset: number;
  readonly scale: number;
  readonly channels: number;
  readonly epsilon: number;
}

/** The weights of a product and the address of its bias, or 0. */
export interface ProductWeights extends WeightMatrix {
  readonly bias: number;
}

/** Folds the normalization after a product into copies of its weights. Returns undefined if that is not worthwhile. */
export type Fold = (
  weights: ProductWeights,
  normalization: BatchNormalization,
) => { readonly weights: number; readonly bias: number } | undefined;

/**
 * Fuses the steps after products into them: a clamp (relu, relu6, clip) becomes the product's bounds, and a batch
 * normalization is folded into its weights. Only if no other step reads the intermediate values.
 *
 * @param fold folds normalizations. The order of summation changes, so that results are equal except for rounding
 * @param mayMove whether the values of a buffer may differ by rounding
 */
export function fuseEpilogues(
  steps: readonly Step[],
  outputs: Iterable<BufferId>,
  bufferBytes: readonly number[],
  fold: Fold,
  mayMove: (buffer: BufferId) => boolean = () => true,
): Step[] {
  const { readers, writers: writes } = usesOf(steps, outputs);
  const fused: Step[] = [];
  /** The step that wrote each buffer. */
  const writers = new Map<BufferId, number>();
  for (const step of steps) {
    const move = step.kind === 'function' ? movedValue(step) : undefined;
    if (move !== undefined) {
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
        const merged = isClamp(move.step)
          ? withClamp(before, move.step)
          : mayMove(to)
            ? withNormalization(before, move.step, fold)
            : undefined;
        if (merged !== undefined && bufferAt(resultOf(merged)) === from) {
          fused[writer] = withResult(merged, to);
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

/** A step that maps each value of one buffer to the same position of another. */
interface Move {
  readonly step: FunctionStep<'unary' | 'batch_norm'>;
  readonly from: BufferId;
  readonly to: BufferId;
  readonly bytes: number;
}

function movedValue(step: FunctionStep): Move | undefined {
  if (isClamp(step)) return moveOf(step, step.arguments.count);
  if (step.name !== 'batch_norm') return undefined;
  const { rows, channels } = step.arguments;
  return moveOf(step, rows * channels);
}

function moveOf(step: Move['step'], count: number): Move | undefined {
  const from = bufferAt(step.arguments.x);
  const to = bufferAt(step.arguments.y);
  return from === undefined || to === undefined ? undefined : { step, from, to, bytes: 4 * count };
}

function withClamp(before: FunctionStep, clamp: FunctionStep<'unary'>): FunctionStep | undefined {
  const bound = (value: number): number =>
    Math.min(Math.max(value, clamp.arguments.alpha), clamp.arguments.beta);
  if (isClamp(before)) {
    const { alpha, beta } = before.arguments;
    return withArguments(before, { alpha: bound(alpha), beta: bound(beta) });
  }
  if (!isProduct(before)) return undefined;
  const { lower, upper } = before.arguments;
  return withArguments(before, { lower: bound(lower), upper: bound(upper) });
}

function withNormalization(
  before: FunctionStep,
  { arguments: normalization }: FunctionStep<'batch_norm'>,
  fold: Fold,
): FunctionStep | undefined {
  if (!isProduct(before) || !isUnbounded(before)) return undefined;
  const weights = weightsOf(before);
  const { bias } = before.arguments;
  const hasResidual = 'residual' in before.arguments && before.arguments.residual !== 0;
  const { mean, variance, offset, scale, channels, epsilon } = normalization;
  if (weights?.columns !== channels || !isConstant(bias) || hasResidual) return undefined;
  if (!isConstant(mean) || !isConstant(variance) || !isConstant(offset) || !isConstant(scale))
    return undefined;
  const folded = fold({ ...weights, bias }, { mean, variance, offset, scale, channels, epsilon });
  return folded && withWeights(before, folded.weights, folded.bias);
}

function isConstant(address: Address): address is number {
  return typeof address === 'number';
}

function isClamp(step: FunctionStep): step is FunctionStep<'unary'> {
  return step.name === 'unary' && step.arguments.operation === UnaryOperation.clamp;
}
