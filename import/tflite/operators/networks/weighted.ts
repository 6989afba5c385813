import { add, multiply } from '../../../builder/elementwise.ts';
import { centered, quantized } from '../../../builder/quantized.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { input, type OperatorCall, output } from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';
import type { FusedActivation } from '../../file/option_tables.ts';
import { type Arrangement, arranged } from '../../tensors/arranged.ts';
import { codesOf, isQuantized, oneScale } from '../../tensors/quantization.ts';
import type { TfliteTensor } from '../../tensors/tflite_tensor.ts';
import { activate } from '../elementwise/fused_activation.ts';

const { fround } = Math;

/** A tensor, weights for it, and a bias for each filter. */
interface Weighted {
  readonly x: TfliteTensor;
  readonly weights: TfliteTensor;
  readonly bias: TfliteTensor | undefined;
  /** The axis of the weights, as the file has them, along which the filters are. */
  readonly axis: number;
  /** How the product takes the weights. */
  readonly arrangement: Arrangement;
  readonly activation: FusedActivation;
  /** A product that is linear in both: a convolution, or a product of matrices. */
  readonly product: (x: SymbolicTensor, kernel: SymbolicTensor) => SymbolicTensor;
}

/**
 * A product with weights, a bias and an activation, of floats, of integers, or of floats with integer weights.
 *
 * Of integers, it is computed as XNNPACK does: the sums of products are exact, and one multiplication by a float scale makes
 * them integers of the output. Floats with integer weights are multiplied as they are; TensorFlow Lite rounds them to eight bits
 * first.
 */
export function weighted(call: OperatorCall, parts: Weighted): SymbolicTensor {
  const { x, weights } = parts;
  if (!isQuantized(x)) return inFloats(call, parts);
  if (!isQuantized(weights)) refuse(`takes quantized ${x.type} and weights of ${weights.type} that are not`);
  const { g } = call;
  const target = output(call, 0);
  if (!isQuantized(target)) refuse(`takes quantized ${x.type} and gives ${target.type}`);
  const { scale, zero } = oneScale(x);
  const kernel = arranged(g, weights, { ...parts.arrangement, zero: zeroOf(weights) });
  const sums = withBias(call, parts, parts.product(centered(g, x, zero), kernel));
  const to = oneScale(target).scale;
  const scales = scalesOf(parts).map((each) => fround(fround(scale * each) / to));
  return quantized(g, sums, oneOrAll(call, scales), codesOf(target, parts.activation));
}

function inFloats(call: OperatorCall, parts: Weighted): SymbolicTensor {
  const { g } = call;
  const { weights, arrangement, product, activation, x } = parts;
  if (x.dtype !== 'float32') refuse(`takes ${x.type}, which has no scale`);
  if (!isQuantized(weights)) {
    const sums = product(x, arranged(g, weights, arrangement));
    return activate(g, withBias(call, parts, sums), activation);
  }
  const sums = product(x, arranged(g, weights, { ...arrangement, zero: zeroOf(weights) }));
  const scaled = multiply(g, sums, oneOrAll(call, scalesOf(parts)));
  return activate(g, withBias(call, parts, scaled), activation);
}

function withBias({ g }: OperatorCall, { bias }: Weighted, sums: SymbolicTensor): SymbolicTensor {
  return bias === undefined ? sums : add(g, sums, arranged(g, bias));
}

const oneOrAll = ({ g }: OperatorCall, scales: readonly number[]) =>
  scales.length === 1 && scales[0] !== undefined ? scales[0] : g.floats(scales);

/** One scale for all weights, or one for each filter. */
function scalesOf({ weights, axis }: Weighted): readonly number[] {
  const { quantization, shape } = weights;
  const scales = quantization?.scales ?? [];
  if (scales.length > 1 && (quantization?.axis !== axis || shape[axis] !== scales.length))
    refuseMalformed(`has ${scales.length} scales that are not those of its filters`);
  return scales;
}

function zeroOf({ quantization }: TfliteTensor): number {
  const [zero = 0, ...others] = quantization?.zeros ?? [];
  if (others.some((each) => each !== zero)) refuse('has weights whose zeros differ');
  return zero;
}

/** The parts of an operation whose inputs are a tensor, weights, and a bias that may be left out. */
export function partsOf(call: OperatorCall): Pick<Weighted, 'x' | 'weights' | 'bias'> {
  return { x: input(call, 0), weights: input(call, 1), bias: call.inputs[2] };
}
