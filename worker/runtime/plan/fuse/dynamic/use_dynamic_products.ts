import { mostMagnitudes } from '../../../../model/dynamic_quantization.ts';
import { BinaryOperation } from '../../../kernels/kernel_signatures.ts';
import type { BufferId } from '../../ir/buffers.ts';
import { type FunctionStep, functionStep, withArguments, withResult } from '../../ir/function_step.ts';
import { neededSteps } from '../../ir/lifetimes.ts';
import type { Step } from '../../ir/step.ts';
import { type Uses, usesOf } from '../../ir/uses.ts';
import { constantOperand } from '../integers/constant_operand.ts';
import type { HeapReader } from '../integers/heap_reader.ts';
import type { EarlierSteps } from '../integers/match_requantization.ts';
import { integerMatrix } from './integer_matrix.ts';
import { type QuantizedRows, quantizedRowsAt } from './quantized_rows.ts';
import { integerOf, LARGEST, type QuantizedTensor, quantizedTensorAt } from './quantized_tensor.ts';
import { type DynamicFunctions, type ScaledProduct, scaledProductAt } from './scaled_product.ts';
import { type TensorProduct, tensorProductAt } from './tensor_product.ts';

export interface DynamicContext {
  readonly heap: HeapReader;
  readonly functions: DynamicFunctions;
  createBuffer(bytes: number): BufferId;
  /** Places weights in memory. Returns undefined if they may not be copied, or if memory is out. */
  place(bytes: Uint8Array): number | undefined;
}

type ProductStep = FunctionStep<'dynamic_product'>;

/**
 * Computes products of rows that are quantized while a request is computed in bytes. One step quantizes the rows for all
 * products with them, and one for each product multiplies them by the stored weights, scales the sums and adds the bias.
 * Rows that are quantized by one scale for a whole tensor are multiplied by a copy of the weights. Results are equal bit
 * for bit.
 *
 * @returns the same steps if there are no such products
 */
export function useDynamicProducts(
  steps: readonly Step[],
  outputs: readonly BufferId[],
  bufferBytes: readonly number[],
  context: DynamicContext,
): readonly Step[] {
  const pass = new DynamicPass(usesOf(steps, outputs), bufferBytes, context);
  for (const step of steps) pass.follow(step);
  return pass.isUsed ? neededSteps(pass.steps, outputs) : steps;
}

class DynamicPass implements EarlierSteps {
  readonly steps: Step[] = [];
  readonly #uses: Uses;
  readonly #bufferBytes: readonly number[];
  readonly #context: DynamicContext;
  readonly #writers = new Map<BufferId, Step>();
  /** By the buffer of their codes in float32. */
  readonly #quantized = new Map<BufferId, QuantizedRows>();
  /** The buffers of rows in bytes, by that of their codes in float32. */
  readonly #rows = new Map<BufferId, BufferId>();
  readonly #tensors = new Map<BufferId, QuantizedTensor>();
  /** The buffers of tensors in bytes, by their parts and sizes. */
  readonly #tensorRows = new Map<string, BufferId>();
  /** The products so far that scale their sums, by their results. */
  readonly #products = new Map<BufferId, ProductStep>();
  /** The others, whose results are integers. */
  readonly #integers = new Map<BufferId, ProductStep>();
  isUsed = false;

  constructor(uses: Uses, bufferBytes: readonly number[], context: DynamicContext) {
    this.#uses = uses;
    this.#bufferBytes = bufferBytes;
    this.#context = context;
  }

  writerOf(buffer: BufferId): Step | undefined {
    return this.#uses.writers.get(buffer)?.length === 1 ? this.#writers.get(buffer) : undefined;
  }

  follow(step: Step): void {
    const { heap, functions } = this.#context;
    const product = scaledProductAt(step, this.#quantized, this, heap, functions);
    const ofTensor = tensorProductAt(step, this.#tensors, heap);
    const made =
      (product && this.#multiply(product)) ??
      (ofTensor && this.#multiplyTensor(ofTensor)) ??
      this.#withBias(step) ??
      this.#withoutCasts(step);
    this.steps.push(made ?? step);
    if (made !== undefined) this.isUsed = true;
    // Later steps recognize values by the float steps that compute them, even if these are replaced.
    for (const buffer of step.writes) this.#writers.set(buffer, step);
    const rows = quantizedRowsAt(step, this, heap);
    if (rows !== undefined) this.#quantize(rows);
    const tensor = quantizedTensorAt(step, this, heap);
    if (tensor !== undefined) this.#tensors.set(tensor.codes, tensor);
  }

  /** Makes the step that quantizes rows. It is dropped again if no product uses it. */
  #quantize(found: QuantizedRows): void {
    const { x, codes, rows, width, least } = found;
    if (!this.#has(x, rows * width) || !this.#has(codes, rows * width)) return;
    const { functions, createBuffer } = this.#context;
    const bytes = createBuffer(rows * functions.dynamic_row_bytes(width));
    const [from, to] = [
      { buffer: x, offset: 0 },
      { buffer: bytes, offset: 0 },
    ];
    this.steps.push(functionStep('quantize_rows', { x: from, y: to, rows, width, least }));
    this.#quantized.set(codes, found);
    this.#rows.set(codes, bytes);
  }

  #multiply({ rows, packed, zero, scales, columns, result }: ScaledProduct): ProductStep | undefined {
    const bytes = this.#rows.get(rows.codes);
    if (bytes === undefined || !this.#has(result, rows.rows * columns)) return undefined;
    const step = functionStep('dynamic_product', {
      ...{ x: { buffer: bytes, offset: 0 }, packed, zero, sums: 0, scales, bias: 0, residual: 0 },
      ...{ c: { buffer: result, offset: 0 }, m: rows.rows, k: rows.width, n: columns },
      ...{ lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY },
      fused: this.#context.functions.has_fused_dot(),
    });
    this.#products.set(result, step);
    return step;
  }

  #multiplyTensor({ tensor, m, k, n, weightAt, result }: TensorProduct): ProductStep | undefined {
    if (!this.#has(tensor.x, m * k) || !this.#has(result, m * n)) return undefined;
    const matrix = integerMatrix({ rows: k, columns: n }, weightAt, mostMagnitudes(LARGEST));
    const copy = matrix && this.#context.place(matrix.bytes);
    if (matrix === undefined || copy === undefined) return undefined;
    const bytes = this.#quantizeTensor(tensor, m, k);
    const { zero, ones, sums, panels } = matrix;
    const step = functionStep('dynamic_product', {
      ...{ x: { buffer: bytes, offset: 0 }, packed: copy + panels, zero, sums: copy + sums },
      ...{ scales: copy + ones, bias: 0, residual: 0, c: { buffer: result, offset: 0 }, m, k, n },
      ...{ lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY },
      fused: this.#context.functions.has_fused_dot(),
    });
    this.#integers.set(result, step);
    return step;
  }

  /** Makes the product of integers that steps cast to int32 and back. */
  #withoutCasts(step: Step): ProductStep | undefined {
    const sums = integerOf(step, this);
    const product = this.#integers.get(sums);
    const [result] = step.writes;
    if (product === undefined || result === undefined || this.#uses.readers.get(sums)?.length !== 1)
      return undefined;
    const { m, n } = product.arguments;
    return this.#has(result, m * n) ? withResult(product, result) : undefined;
  }

  /** Makes the step that quantizes a tensor, unless an earlier product has. @returns the buffer of the rows in bytes */
  #quantizeTensor({ x, divisor, zero }: QuantizedTensor, rows: number, width: number): BufferId {
    const key = [x, divisor, zero, rows].join();
    const known = this.#tensorRows.get(key);
    if (known !== undefined) return known;
    const { functions, createBuffer } = this.#context;
    const bytes = createBuffer(rows * functions.tensor_row_bytes(width));
    this.steps.push(
      functionStep('quantize_tensor', {
        ...{ x: { buffer: x, offset: 0 }, divisor: { buffer: divisor, offset: 0 } },
        ...{ zero: { buffer: zero, offset: 0 }, y: { buffer: bytes, offset: 0 }, rows, width },
      }),
    );
    this.#tensorRows.set(key, bytes);
    return bytes;
  }

  /** Makes the product whose bias a step adds, unless something else reads the product without it. */
  #withBias(step: Step): ProductStep | undefined {
    const added = constantOperand(step, this.#context.heap);
    const product = added && this.#products.get(added.x);
    if (added?.operation !== BinaryOperation.add || product === undefined) return undefined;
    const { m, n } = product.arguments;
    if (added.count !== m * n || added.width !== n || !this.#has(added.result, m * n)) return undefined;
    if (this.#uses.readers.get(added.x)?.length !== 1) return undefined;
    return withResult(withArguments(product, { bias: added.address }), added.result);
  }

  #has(buffer: BufferId, floats: number): boolean {
    return this.#bufferBytes[buffer] === 4 * floats;
  }
}
