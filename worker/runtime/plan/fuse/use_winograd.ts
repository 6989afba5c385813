import type { KernelFunctions } from '../../kernels/kernel_signatures.ts';
import type { BufferId } from '../ir/buffers.ts';
import { type FunctionStep, functionStep } from '../ir/function_step.ts';
import type { Step } from '../ir/step.ts';
import type { PackedFilter } from './winograd_weights.ts';

/** Fewer channels than this on either side: what is saved in products goes into sums. */
const LEAST_CHANNELS = 16;
/** An image that takes more than this when it is transformed is one that does not stay in the cache. Bytes. */
const MOST_SCRATCH = 2 * 1024 * 1024;
/** Of six products of four results where there would be twelve. */
const WORTH_IT = 0.75;

/**
 * Lets convolutions with a filter that is 3 wide take half of the products, where their weights are constants and
 * there is room for another form of them. Their sums come out in another order.
 *
 * @param transform makes the other form of the weights; undefined where it is not worth its memory
 */
export function useWinograd(
  steps: readonly Step[],
  transform: (filter: PackedFilter) => number | undefined,
  scratchBytes: KernelFunctions['winograd_scratch_bytes'],
  createBuffer: (bytes: number) => BufferId,
): Step[] {
  return steps.map((step) => {
    if (step.kind !== 'function' || step.name !== 'conv2d') return step;
    const filter = coveredFilter(step);
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
