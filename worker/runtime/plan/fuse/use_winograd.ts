import type { KernelFunctions } from '../../kernels/kernel_signatures.ts';
import type { BufferId } from '../ir/buffers.ts';
import { type FunctionStep, functionStep } from '../ir/function_step.ts';
import type { Step } from '../ir/step.ts';
import type { PackedFilter } from './winograd_weights.ts';

/** With fewer channels on either side, the additional sums cost as much as the saved products. */
const LEAST_CHANNELS = 16;
/** A larger transformed image does not stay in the cache. Bytes. */
const MOST_SCRATCH = 2 * 1024 * 1024;
/** The largest ratio of products that is worthwhile. At best, six products replace twelve for four results. */
const WORTH_IT = 0.75;

/**
 * Uses Winograd's algorithm for convolutions with a constant filter of width 3 if memory for its transformed copy is
 * available. They need half of the products, and the order of their sums changes.
 *
 * @param transform transforms weights, or returns undefined if the copy is not worth its memory
 * @param mayMove whether the values of a buffer may differ by rounding
 */
export function useWinograd(
  steps: readonly Step[],
  transform: (filter: PackedFilter) => number | undefined,
  scratchBytes: KernelFunctions['winograd_scratch_bytes'],
  createBuffer: (bytes: number) => BufferId,
  mayMove: (buffer: BufferId) => boolean,
): Step[] {
  return steps.map((step) => {
    if (step.kind !== 'function' || step.name !== 'conv2d') return step;
    const filter = step.writes.every(mayMove) ? coveredFilter(step) : undefined;
    if (filter === undefined) return step;
    const { channels, filterHeight, outChannels } = filter;
    const { height, outWidth } = step.arguments;
    const bytes = scratchBytes(height, channels, outWidth, outChannels, filterHeight);
    const packed = bytes > MOST_SCRATCH ? undefined : transform(filter);
    if (packed === undefined) return step;
    const scratch = { buffer: createBuffer(bytes), offset: 0 };
    return functionStep('winograd_conv2d', { ...step.arguments, packed, scratch });
  });
}

function coveredFilter({ arguments: convolution }: FunctionStep<'conv2d'>): PackedFilter | undefined {
  const { packed, channels, outChannels, outWidth, filterHeight, filterWidth } = convolution;
  const { strideX, strideY, dilationX } = convolution;
  const isCovered = filterWidth === 3 && strideX === 1 && strideY === 1 && dilationX === 1;
  const isWorthIt =
    Math.min(channels, outChannels) >= LEAST_CHANNELS &&
    Math.ceil(outWidth / 4) * 6 <= WORTH_IT * outWidth * 3;
  return typeof packed === 'number' && isCovered && isWorthIt
    ? { packed, channels, outChannels, filterHeight }
    : undefined;
}
