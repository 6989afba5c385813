import type { BufferId } from '../../ir/buffers.ts';
import { functionStep } from '../../ir/function_step.ts';
import { neededSteps } from '../../ir/lifetimes.ts';
import type { Step } from '../../ir/step.ts';
import { usesOf } from '../../ir/uses.ts';
import { shiftOf } from './constant_operand.ts';
import { integerAddition } from './integer_addition.ts';
import {
  type IntegerContext,
  type IntegerStep,
  integerProduct,
  type RequantizedProduct,
  requantizedProduct,
} from './integer_product.ts';
import { BYTES_BEHIND, type IntegerView, offsetFor } from './integer_view.ts';
import { type EarlierSteps, type Requantization, requantizationAt } from './match_requantization.ts';
import { IntegerMoves } from './moves/integer_moves.ts';
import { integerAverage, integerMaximum } from './moves/integer_pool.ts';
import { sumsOfIntegers } from './moves/sums_of_integers.ts';
import { upsampledIntegers } from './moves/upsampled_integers.ts';
import { narrowedIntegers } from './narrowed_integers.ts';
import { type PaddedImage, paddedImage, windowInside } from './padded_image.ts';
import { quantizedFloats } from './quantized_floats.ts';
import { integerTable } from './tables/integer_table.ts';

/**
 * Computes the quantized parts of a model in bytes. A requantized product or addition of integers becomes one step from
 * bytes to bytes, and floats are made of the bytes only for steps that need floats. Results are equal bit for bit.
 */
export function useIntegers(
  steps: readonly Step[],
  outputs: readonly BufferId[],
  bufferBytes: readonly number[],
  context: IntegerContext,
): readonly Step[] {
  const pass = new IntegerPass(steps, outputs, bufferBytes, context);
  for (const step of steps) pass.follow(step);
  return pass.isUsed ? neededSteps(pass.steps, outputs) : steps;
}

/** A padded image whose inner part has a view. */
interface PaddedView {
  readonly image: PaddedImage;
  readonly inner: IntegerView;
}

class IntegerPass implements EarlierSteps {
  readonly steps: Step[] = [];
  isUsed = false;
  readonly #context: IntegerContext;
  readonly #bufferBytes: readonly number[];
  readonly #views = new Map<BufferId, IntegerView>();
  /** The ranges of floats that are integers in another order than those of a view. */
  readonly #permuted = new Map<BufferId, Omit<IntegerView, 'bytes'>>();
  readonly #padded = new Map<BufferId, PaddedView>();
  readonly #writers = new Map<BufferId, Step>();
  readonly #writerCounts: ReadonlyMap<BufferId, number>;
  readonly #moves: IntegerMoves;

  constructor(
    steps: readonly Step[],
    outputs: readonly BufferId[],
    bufferBytes: readonly number[],
    context: IntegerContext,
  ) {
    this.#context = context;
    this.#bufferBytes = bufferBytes;
    const { writers } = usesOf(steps, outputs);
    this.#writerCounts = new Map([...writers].map(([buffer, all]) => [buffer, all.length]));
    this.#moves = new IntegerMoves(bufferBytes, this.#writerCounts, context.createBuffer);
  }

  writerOf(buffer: BufferId): Step | undefined {
    const writer = this.#isWrittenOnce(buffer) ? this.#writers.get(buffer) : undefined;
    const copied = writer && copiedBuffer(writer);
    return copied === undefined ? writer : this.writerOf(copied);
  }

  follow(step: Step): void {
    this.#passPadding(step);
    const found = requantizationAt(step, this, this.#context.heap);
    const requantization = found && this.#isFollowed(found.result, found.count) ? found : undefined;
    const isReplaced =
      this.#requantize(requantization) ||
      this.#maximum(step) ||
      this.#sum(step) ||
      this.#move(step) ||
      this.#upsample(step);
    // Later steps recognize values by the float steps that compute them, even if these are replaced.
    for (const buffer of step.writes) this.#writers.set(buffer, step);
    if (isReplaced) return;
    this.steps.push(step);
    if (requantization !== undefined) this.#viewFloats(requantization);
    this.#passView(step);
  }

  #requantize(requantization: Requantization | undefined): boolean {
    const made = requantization && this.#compute(requantization);
    if (requantization === undefined || made === undefined) return false;
    this.#replace(requantization, [made.step], made.view);
    return true;
  }

  #maximum(step: Step): boolean {
    const made = integerMaximum(step, this.#viewOf, this.#context);
    if (made === undefined || !this.#isFollowed(made.result, made.count)) return false;
    this.#replace(made, [made.step], made.view);
    return true;
  }

  #sum(step: Step): boolean {
    const made = sumsOfIntegers(step, this.#viewOf);
    if (made === undefined) return false;
    this.isUsed = true;
    this.steps.push(made);
    return true;
  }

  #move(step: Step): boolean {
    const viewOf = (buffer: BufferId) => (this.#isFloat(buffer) ? this.#views.get(buffer) : undefined);
    const moved = this.#moves.follow(step, viewOf);
    if (moved === undefined) return false;
    for (const float of moved.replaced) {
      const index = this.steps.lastIndexOf(float);
      if (index >= 0) this.steps.splice(index, 1);
    }
    this.#replace(moved, moved.steps, moved.view);
    return true;
  }

  #upsample(step: Step): boolean {
    const made = upsampledIntegers(step, this.#viewOf, this.#context.createBuffer);
    if (made === undefined || !this.#isFollowed(made.result, made.count)) return false;
    this.#replace(made, made.steps, made.view);
    return true;
  }

  #isWrittenOnce(buffer: BufferId): boolean {
    return (this.#writerCounts.get(buffer) ?? 0) <= 1;
  }

  /** False for a buffer of another dtype, which has the view of the floats that were converted to it. */
  #isFloat(buffer: BufferId): boolean {
    const writer = this.#writers.get(buffer);
    const output =
      writer?.kind === 'kernel' ? writer.outputs.find((each) => each.buffer === buffer) : undefined;
    return output === undefined || output.dtype === 'float32';
  }

  #isFollowed(buffer: BufferId, count: number): boolean {
    return this.#isWrittenOnce(buffer) && this.#bufferBytes[buffer] === 4 * count;
  }

  readonly #viewOf = (buffer: BufferId, count: number): IntegerView | undefined =>
    this.#bufferBytes[buffer] === 4 * count ? this.#views.get(buffer) : undefined;

  #compute(requantization: Requantization): IntegerStep | undefined {
    const product = requantizedProduct(requantization, this, this.#context.heap);
    return (
      (product && this.#computeProduct(product)) ??
      integerAddition(requantization, this, this.#viewOf, this.#context) ??
      integerAverage(requantization, this, this.#viewOf, this.#context) ??
      integerTable(requantization, this, this.#viewOf, this.#context) ??
      this.#quantize(requantization)
    );
  }

  #computeProduct(product: RequantizedProduct): IntegerStep | undefined {
    const { operands, requantization } = product;
    const { batch, height, width, channels } = operands.window;
    if (this.#bufferBytes[operands.x] !== 4 * batch * height * width * channels) return undefined;
    const padded = this.#padded.get(operands.x);
    // Pixels outside the inner image count as 0.
    const window = padded?.image.value === 0 ? windowInside(operands.window, padded.image) : undefined;
    if (padded && window)
      return integerProduct({ ...product, operands: { ...operands, window } }, padded.inner, this.#context);
    const x = this.#views.get(operands.x) ?? this.#viewInput(operands.x, requantization);
    return x && integerProduct(product, x, this.#context);
  }

  #quantize(requantization: Requantization): IntegerStep | undefined {
    if (this.#bufferBytes[requantization.sums] !== 4 * requantization.count) return undefined;
    const { heap, createBuffer } = this.#context;
    const isInteger = (buffer: BufferId, count: number) => this.#isFollowed(buffer, count);
    return (
      narrowedIntegers(requantization, this, heap, isInteger, createBuffer) ??
      quantizedFloats(requantization, createBuffer)
    );
  }

  /** Adds steps from bytes to bytes, and makes floats of them for steps that need floats. */
  #replace(
    { result, count }: { readonly result: BufferId; readonly count: number },
    steps: readonly Step[],
    view: IntegerView,
  ): void {
    this.isUsed = true;
    const x = { buffer: view.bytes, offset: 0 };
    const y = { buffer: result, offset: 0 };
    this.steps.push(...steps, functionStep('floats_of_integers', { x, y, count, offset: view.offset }));
    this.#views.set(result, view);
  }

  /** Makes bytes of requantized floats, for later steps that compute with bytes. */
  #viewFloats({ result, count, lowest, highest }: Requantization): void {
    const offset = offsetFor(lowest, highest);
    const bytes = this.#bytesOf(result, count, offset);
    this.#views.set(result, { bytes, offset, lowest, highest });
  }

  /**
   * Makes bytes of the input of a chain. If the steps do not show its range, it is taken to have the type of the chain's first
   * result. If a request has other values, the conversion notices it, and the executor computes the request.
   */
  #viewInput(x: BufferId, { lowest, highest }: Requantization): IntegerView | undefined {
    const shift = shiftOf(this.writerOf(x), this.#context.heap);
    const source = shift?.x ?? x;
    const count = (this.#bufferBytes[source] ?? 0) / 4;
    const by = shift?.by ?? 0;
    if (!this.#isFollowed(source, count) || !this.#isFollowed(x, count) || !Number.isInteger(by))
      return undefined;
    const zero = offsetFor(lowest, highest);
    const range = this.#permuted.get(source) ?? { offset: zero, lowest: zero - 128, highest: zero + 127 };
    return shifted({ bytes: this.#bytesOf(source, count, range.offset), ...range }, by);
  }

  #bytesOf(floats: BufferId, count: number, offset: number): BufferId {
    const bytes = this.#context.createBuffer(count + BYTES_BEHIND);
    const [x, y] = [
      { buffer: floats, offset: 0 },
      { buffer: bytes, offset: 0 },
    ];
    this.steps.push(functionStep('integers_of_floats', { x, y, count, offset }));
    return bytes;
  }

  /** Follows integers through steps that only shift them or change their dtype, and their range through permutations. */
  #passView(step: Step): void {
    if (step.kind === 'kernel') {
      const x = step.inputs.get('x');
      const [output, ...others] = step.outputs;
      const view = x?.kind === 'buffer' ? this.#views.get(x.buffer) : undefined;
      const isCast = step.name === 'Cast' && others.length === 0 && output?.dtype !== 'bool';
      if (view && isCast && output && this.#isWrittenOnce(output.buffer))
        this.#views.set(output.buffer, view);
      if (view && step.name === 'Transpose' && output) {
        const { offset, lowest, highest } = view;
        this.#permuted.set(output.buffer, { offset, lowest, highest });
      }
      return;
    }
    const shift = shiftOf(step, this.#context.heap);
    if (shift === undefined || !Number.isInteger(shift.by)) return;
    const { x, result, by } = shift;
    if (!this.#isFollowed(result, shift.count) || this.#bufferBytes[x] !== 4 * shift.count) return;
    const view = this.#views.get(x);
    if (view !== undefined) this.#views.set(result, shifted(view, by));
    const padded = this.#padded.get(x);
    if (padded === undefined) return;
    const image = { ...padded.image, value: padded.image.value + by };
    this.#padded.set(result, { image, inner: shifted(padded.inner, by) });
  }

  /** Follows integers into a larger image around theirs. */
  #passPadding(step: Step): void {
    const [buffer = -1] = step.writes;
    const image = paddedImage(this.#writers.get(buffer), step);
    const inner = image && this.#views.get(image.inner);
    if (image && inner && this.#writerCounts.get(buffer) === 2) this.#padded.set(buffer, { image, inner });
  }
}

/** Returns the buffer that a step converts to its own dtype, which averages of windows are after tfjs's. */
function copiedBuffer(step: Step): BufferId | undefined {
  const x = step.kind === 'kernel' && step.name === 'Cast' ? step.inputs.get('x') : undefined;
  const isCopy = step.kind === 'kernel' && x?.kind === 'buffer' && x.dtype === step.outputs[0]?.dtype;
  return isCopy ? x.buffer : undefined;
}

function shifted({ bytes, offset, lowest, highest }: IntegerView, by: number): IntegerView {
  return { bytes, offset: offset + by, lowest: lowest + by, highest: highest + by };
}
