import { LARGEST_CODE } from '../../../../model/dynamic_quantization.ts';
import { elementCount } from '../../../../model/tensor.ts';
import { BinaryOperation, UnaryOperation } from '../../../kernels/kernel_signatures.ts';
import type { BufferId } from '../../ir/buffers.ts';
import { bufferAt } from '../../ir/function_step.ts';
import type { KernelStep, Step } from '../../ir/step.ts';
import { constantOperand } from '../integers/constant_operand.ts';
import type { HeapReader } from '../integers/heap_reader.ts';
import type { EarlierSteps } from '../integers/match_requantization.ts';
import { rowOperand } from './row_operand.ts';

/** The least magnitude by which 127 can be divided in float32. */
const LEAST_MAGNITUDE = 2 ** -120;

/** round(x * (127 / magnitude)) for each row, where magnitude = max(max(|x|), least). */
export interface QuantizedRows {
  /** [rows, width]. */
  readonly x: BufferId;
  /** [rows]. */
  readonly magnitudes: BufferId;
  /** [rows, width] in float32. */
  readonly codes: BufferId;
  readonly rows: number;
  readonly width: number;
  readonly least: number;
}

/**
 * Returns the quantization of rows that ends with a step, or undefined for other steps. The parts are the ones that
 * import/quantize/ makes.
 */
export function quantizedRowsAt(
  step: Step,
  earlier: EarlierSteps,
  heap: HeapReader,
): QuantizedRows | undefined {
  if (step.kind !== 'kernel' || step.name !== 'Round') return undefined;
  const [codes] = step.writes;
  const scaled = rowOperand(earlier.writerOf(inputOf(step) ?? -1));
  if (codes === undefined || scaled?.operation !== BinaryOperation.multiply) return undefined;
  const { x, rows, width } = scaled;
  const factor = constantOperand(earlier.writerOf(scaled.numbers), heap);
  if (factor?.operation !== BinaryOperation.divide || factor.isRight || factor.count !== rows)
    return undefined;
  const bounded = constantOperand(earlier.writerOf(factor.x), heap);
  if (bounded?.operation !== BinaryOperation.maximum || bounded.count !== rows) return undefined;
  const least = bounded.valueAt(0);
  const isCode = factor.width === 1 && factor.valueAt(0) === LARGEST_CODE;
  // For a smaller one, the executor multiplies a row of zeros by infinity.
  const isFactor = least >= LEAST_MAGNITUDE && least < Number.POSITIVE_INFINITY;
  const isBounded = bounded.width === 1 && isFactor;
  if (!isCode || !isBounded || !areLargest(earlier.writerOf(bounded.x), x, earlier, { rows, width }))
    return undefined;
  return { x, magnitudes: factor.x, codes, rows, width, least };
}

/** True if a step returns the largest magnitude of each row of x. */
function areLargest(
  step: Step | undefined,
  x: BufferId,
  earlier: EarlierSteps,
  { rows, width }: Pick<QuantizedRows, 'rows' | 'width'>,
): boolean {
  if (step?.kind !== 'kernel' || step.name !== 'Max') return false;
  const magnitudes = step.inputs.get('x');
  const [output] = step.outputs;
  if (magnitudes?.kind !== 'buffer' || output === undefined) return false;
  const { shape } = magnitudes;
  // The result keeps the reduced dimensions with size one: those behind the rows.
  const first = shape.findIndex((size, axis) => size !== output.shape[axis]);
  const isOfRows = elementCount(shape) === rows * width && elementCount(shape.slice(first)) === width;
  const isOverLast =
    first >= 0 && output.shape.length === shape.length && elementCount(output.shape) === rows;
  const size = earlier.writerOf(magnitudes.buffer);
  if (size?.kind !== 'function' || size.name !== 'unary') return false;
  const { operation, x: from, count } = size.arguments;
  return (
    isOfRows &&
    isOverLast &&
    operation === UnaryOperation.abs &&
    bufferAt(from) === x &&
    count === rows * width
  );
}

function inputOf(step: KernelStep): BufferId | undefined {
  const x = step.inputs.get('x');
  return x?.kind === 'buffer' ? x.buffer : undefined;
}
