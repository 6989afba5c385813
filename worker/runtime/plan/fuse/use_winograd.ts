import type { KernelFunctions } from '../../kernels/kernel_functions.ts';
import type { BufferId, FunctionStep, Place, Step } from '../ir/step.ts';
import { numberAt } from '../ir/step_arguments.ts';
import type { PackedFilter } from './winograd_weights.ts';

/** Positions of the arguments that are looked at, by the names that kernel_functions.ts gives them. */
export const WINOGRAD_POSITIONS = {
  conv2d: {
    packed: 1,
    batch: 5,
    height: 6,
    channels: 8,
    outHeight: 9,
    outWidth: 10,
    outChannels: 11,
    filterHeight: 12,
    filterWidth: 13,
    strideY: 14,
    strideX: 15,
    dilationY: 16,
    dilationX: 17,
    padTop: 18,
    scratch: 22,
  },
} as const;
const at = WINOGRAD_POSITIONS.conv2d;

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
    const filter = step.kind === 'function' ? coveredFilter(step) : undefined;
    if (step.kind !== 'function' || filter === undefined) return step;
    const { channels, filterHeight, outChannels } = filter;
    const outWidth = numberAt(step, at.outWidth);
    const bytes = scratchBytes(numberAt(step, at.height), channels, outWidth, outChannels, filterHeight);
    const packed = bytes > MOST_SCRATCH ? undefined : transform(filter);
    return packed === undefined ? step : instead(step, packed, createBuffer(bytes));
  });
}

function coveredFilter(step: FunctionStep): PackedFilter | undefined {
  if (step.name !== 'conv2d') return undefined;
  const [packed, channels, outChannels, outWidth] = [at.packed, at.channels, at.outChannels, at.outWidth].map(
    (position) => numberAt(step, position),
  );
  if (packed === undefined || channels === undefined || outChannels === undefined) return undefined;
  const isCovered =
    Number.isFinite(packed) &&
    numberAt(step, at.filterWidth) === 3 &&
    [at.strideX, at.strideY, at.dilationX].every((position) => numberAt(step, position) === 1);
  const isWorthIt =
    Math.min(channels, outChannels) >= LEAST_CHANNELS &&
    outWidth !== undefined &&
    Math.ceil(outWidth / 4) * 6 <= WORTH_IT * outWidth * 3;
  return isCovered && isWorthIt
    ? { packed, channels, outChannels, filterHeight: numberAt(step, at.filterHeight) }
    : undefined;
}

function instead(step: FunctionStep, packed: number, scratch: BufferId): FunctionStep {
  const { arguments: given } = step;
  const old = given[at.scratch];
  const place: Place = { buffer: scratch, offset: 0 };
  return {
    ...step,
    name: 'winograd_conv2d',
    arguments: [
      ...given.slice(0, at.filterWidth).with(at.packed, packed),
      given[at.dilationY] ?? 1,
      ...given.slice(at.padTop, at.scratch),
      place,
    ],
    writes: [...step.writes.filter((buffer) => typeof old !== 'object' || buffer !== old.buffer), scratch],
  };
}
