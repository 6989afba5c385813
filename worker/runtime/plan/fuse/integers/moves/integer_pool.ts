import type { BufferId } from '../../../ir/buffers.ts';
import { bufferAt, type FunctionStep, functionStep } from '../../../ir/function_step.ts';
import type { Step } from '../../../ir/step.ts';
import type { IntegerContext, IntegerStep } from '../integer_product.ts';
import { EXACT } from '../integer_sums.ts';
import { BYTES_BEHIND, type IntegerView, largestOf, offsetFor } from '../integer_view.ts';
import { type EarlierSteps, type Requantization, ROUNDED } from '../match_requantization.ts';

type Pool = FunctionStep<'pool2d'>;

/** Finds the integers of a buffer of a number of elements. */
type ViewOf = (buffer: BufferId, count: number) => IntegerView | undefined;

/** Makes the step that computes a requantized average of integers, equal bit for bit, or undefined for other steps. */
export function integerAverage(
  { sums, width, scaleAt, zero, lowest, highest, count }: Requantization,
  earlier: EarlierSteps,
  viewOf: ViewOf,
  { createBuffer }: IntegerContext,
): IntegerStep | undefined {
  const pool = poolOf(earlier.writerOf(sums), 1);
  const x = pool && inputOf(pool, viewOf);
  const scale = scaleAt(0);
  if (pool === undefined || x === undefined || width !== 1 || count !== resultCount(pool)) return undefined;
  const { filterHeight, filterWidth } = pool.arguments;
  if (filterHeight * filterWidth * largestOf(x) > EXACT) return undefined;
  if (!(largestOf(x) * Math.abs(scale) < ROUNDED)) return undefined;
  const bytes = createBuffer(count + BYTES_BEHIND);
  const offset = offsetFor(lowest, highest);
  const range = { zero: zero - offset, lower: lowest - offset, upper: highest - offset };
  return { step: poolStep(pool, x, bytes, { ...range, scale }), view: { bytes, offset, lowest, highest } };
}

/** An integer step whose integers are the values of a buffer. */
export interface IntegerResult extends IntegerStep {
  readonly result: BufferId;
  readonly count: number;
}

/** Makes the step that computes a maximum of integers, or undefined for other steps. */
export function integerMaximum(
  step: Step,
  viewOf: ViewOf,
  { createBuffer }: IntegerContext,
): IntegerResult | undefined {
  const pool = poolOf(step, 0);
  const x = pool && inputOf(pool, viewOf);
  const result = pool && bufferAt(pool.arguments.y);
  if (pool === undefined || x === undefined || result === undefined) return undefined;
  const count = resultCount(pool);
  const bytes = createBuffer(count + BYTES_BEHIND);
  const unused = { scale: 1, zero: 0, lower: -128, upper: 127 };
  return { step: poolStep(pool, x, bytes, unused), view: { ...x, bytes }, result, count };
}

function poolStep(
  pool: Pool,
  x: IntegerView,
  bytes: BufferId,
  range: { readonly scale: number; readonly zero: number; readonly lower: number; readonly upper: number },
): FunctionStep {
  const [from, to] = [
    { buffer: x.bytes, offset: 0 },
    { buffer: bytes, offset: 0 },
  ];
  return functionStep('integer_pool2d', { ...pool.arguments, ...range, x: from, y: to, offset: x.offset });
}

/** Returns a pooling of this kind each of whose windows covers a pixel. */
function poolOf(step: Step | undefined, average: 0 | 1): Pool | undefined {
  if (step?.kind !== 'function' || step.name !== 'pool2d' || step.arguments.average !== average)
    return undefined;
  const { height, width, outHeight, outWidth, filterHeight, filterWidth } = step.arguments;
  const { strideY, strideX, dilationY, dilationX, padTop, padLeft } = step.arguments;
  const isCovered =
    dilationY === 1 &&
    padTop < filterHeight &&
    (outHeight - 1) * strideY - padTop < height &&
    dilationX === 1 &&
    padLeft < filterWidth &&
    (outWidth - 1) * strideX - padLeft < width;
  return isCovered ? step : undefined;
}

function inputOf({ arguments: { x, batch, height, width, channels } }: Pool, viewOf: ViewOf) {
  const buffer = bufferAt(x);
  return buffer === undefined ? undefined : viewOf(buffer, batch * height * width * channels);
}

function resultCount({ arguments: { batch, outHeight, outWidth, channels } }: Pool): number {
  return batch * outHeight * outWidth * channels;
}
