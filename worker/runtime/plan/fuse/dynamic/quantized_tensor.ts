import { BinaryOperation } from '../../../kernels/kernel_signatures.ts';
import type { BufferId } from '../../ir/buffers.ts';
import type { Step } from '../../ir/step.ts';
import { boundsOf } from '../integers/constant_operand.ts';
import type { HeapReader } from '../integers/heap_reader.ts';
import type { EarlierSteps } from '../integers/match_requantization.ts';
import { scalarOperand } from './scalar_operand.ts';

/** clamp(round(x / divisor) + zero, 0, 255) - zero: what ONNX's DynamicQuantizeLinear and the products after it make. */
export interface QuantizedTensor {
  readonly x: BufferId;
  /** One number each. */
  readonly divisor: BufferId;
  readonly zero: BufferId;
  /** The result, in float32. */
  readonly codes: BufferId;
  readonly count: number;
}

/** The largest integer, and the largest magnitude of an integer without the zero. */
export const LARGEST = 255;
/** No buffer, which leads to no other one. */
const NONE: BufferId = -1;

/**
 * Returns the quantization that ends with a step, or undefined for other steps. The parts are the ones that
 * import/onnx/operators/quantization/ makes.
 */
export function quantizedTensorAt(
  step: Step,
  earlier: EarlierSteps,
  heap: HeapReader,
): QuantizedTensor | undefined {
  const centered = scalarOperand(step);
  if (centered?.operation !== BinaryOperation.subtract) return undefined;
  const { result: codes, count } = centered;
  const zero = integersIn(centered.number, earlier);
  const upper = boundsOf(earlier.writerOf(integersIn(centered.x, earlier)), heap);
  const lower = boundsOf(earlier.writerOf(upper?.x ?? NONE), heap);
  const shifted = scalarOperand(earlier.writerOf(lower?.x ?? NONE));
  if (upper?.upper !== LARGEST || lower?.lower !== 0) return undefined;
  if (shifted?.operation !== BinaryOperation.add || shifted.number !== zero) return undefined;
  const divided = scalarOperand(earlier.writerOf(inputOf('Round', earlier.writerOf(shifted.x), 'float32')));
  if (divided?.operation !== BinaryOperation.divide || divided.count !== count) return undefined;
  return { x: divided.x, divisor: divided.number, zero, codes, count };
}

/** Returns the floats of a buffer before they were cast to int32 and back, or the buffer if they were not. */
function integersIn(buffer: BufferId, earlier: EarlierSteps): BufferId {
  const integers = integerOf(earlier.writerOf(buffer), earlier);
  return integers === NONE ? buffer : integers;
}

/** Returns the floats that a step casts back after an earlier one has cast them to int32. They are equal if they are integers. */
export function integerOf(step: Step | undefined, earlier: EarlierSteps): BufferId {
  return inputOf('Cast', earlier.writerOf(inputOf('Cast', step, 'float32')), 'int32');
}

/** Returns the input of a step of this kernel of tfjs with a result of this dtype. */
function inputOf(name: string, step: Step | undefined, dtype: 'float32' | 'int32'): BufferId {
  const isKernel = step?.kind === 'kernel' && step.name === name && step.outputs[0]?.dtype === dtype;
  const x = isKernel ? step.inputs.get('x') : undefined;
  return x?.kind === 'buffer' ? x.buffer : NONE;
}
