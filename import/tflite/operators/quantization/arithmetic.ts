import { add, clip, multiply, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { type Codes, centered, quantized } from '../../../builder/quantized.ts';
import { reduce } from '../../../builder/reductions.ts';
import { knownCount, rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { callOperator } from '../../conversion/call_operator.ts';
import {
  axesIn,
  constantNumbers,
  input,
  type OperatorCall,
  type OperatorEntry,
  output,
} from '../../conversion/operator_call.ts';
import { codesOf, isQuantized, oneScale } from '../../tensors/quantization.ts';
import type { TensorDescription, TfliteTensor } from '../../tensors/tflite_tensor.ts';

const { fround } = Math;

type Options = 'AddOptions' | 'MulOptions' | 'SubOptions';

/** An operand without its zero, and what a step of it is in steps of the output. */
interface Part {
  readonly codes: SymbolicTensor;
  readonly factor: number;
}

const isOfBytes = (tensor: TfliteTensor | TensorDescription): boolean =>
  isQuantized(tensor) && tensor.type !== 'INT16';

/** Bytes are computed with integers; of other tensors, floats are near enough. */
function ofBytes(
  options: Options,
  compute: (call: OperatorCall, parts: readonly [Part, Part], codes: Codes) => SymbolicTensor | undefined,
  others: OperatorEntry,
): OperatorEntry {
  return {
    quantized: 'itself',
    convert: (call) => {
      const [one, other, target] = [input(call, 0), input(call, 1), output(call, 0)];
      if (![one, other, target].every(isOfBytes)) return callOperator(others, call);
      const { fused_activation_function: activation } = call.options.read(options);
      const part = (tensor: TfliteTensor): Part => {
        const { scale, zero } = oneScale(tensor);
        return { codes: centered(call.g, tensor, zero), factor: fround(scale / oneScale(target).scale) };
      };
      return (
        compute(call, [part(one), part(other)], codesOf(target, activation)) ?? callOperator(others, call)
      );
    },
  };
}

/** The bits of a factor, and those of its lower part, which is computed apart. */
const [FACTOR_BITS, LOWER_BITS] = [20, 10];
const LOWER = 2 ** LOWER_BITS;

/**
 * A sum as XNNPACK has it (xnn_init_qs8_add_minmax_params): the factors are integers of 21 bits, and their products are shifted back,
 * where a half goes up. Float32 holds the upper and the lower bits of such a product, and not both.
 *
 * @returns undefined for factors so large or small that XNNPACK leaves the sum to others
 */
function sumOf(
  g: NodeBuilder,
  one: Part,
  other: Part,
  { zero, range: [least, most] }: Codes,
): SymbolicTensor | undefined {
  const shift = FACTOR_BITS - Math.floor(Math.log2(Math.max(one.factor, Math.abs(other.factor))));
  if (!(shift > LOWER_BITS && shift <= 30)) return undefined;
  const factors = [one, other].map(({ factor }) => Math.round(factor * 2 ** shift));
  const products = (part: (factor: number) => number): SymbolicTensor =>
    add(g, multiply(g, one.codes, part(factors[0] ?? 0)), multiply(g, other.codes, part(factors[1] ?? 0)));
  const upper = products((factor) => Math.floor(factor / LOWER));
  const lower = products((factor) => factor - Math.floor(factor / LOWER) * LOWER);
  const carried = add(g, upper, unary(g, 'Floor', multiply(g, lower, 1 / LOWER)));
  const half = 2 ** (shift - 1 - LOWER_BITS);
  const shifted = unary(g, 'Floor', multiply(g, add(g, carried, half), 2 ** (LOWER_BITS - shift)));
  return clip(g, zero === 0 ? shifted : add(g, shifted, zero), least, most);
}

const negated = ({ codes, factor }: Part): Part => ({ codes, factor: -factor });

/** @param others what computes tensors that are not of bytes */
export const exactSum = (others: OperatorEntry): OperatorEntry =>
  ofBytes('AddOptions', ({ g }, [one, other], codes) => sumOf(g, one, other, codes), others);

export const exactDifference = (others: OperatorEntry): OperatorEntry =>
  ofBytes('SubOptions', ({ g }, [one, other], codes) => sumOf(g, one, negated(other), codes), others);

/** The products of bytes are exact, and one multiplication makes them integers of the output. */
export const exactProduct = (others: OperatorEntry): OperatorEntry =>
  ofBytes(
    'MulOptions',
    (call, [one, other], codes) => {
      const [left, right, to] = [input(call, 0), input(call, 1), output(call, 0)].map(oneScale);
      if (left === undefined || right === undefined || to === undefined) return undefined;
      const scale = fround(fround(left.scale * right.scale) / to.scale);
      return quantized(call.g, multiply(call.g, one.codes, other.codes), scale, codes);
    },
    others,
  );

/** The sum of bytes is exact, and one multiplication makes it the average in integers of the output. */
export const exactMean = (others: OperatorEntry): OperatorEntry => ({
  quantized: 'itself',
  convert: (call) => {
    const { g, options } = call;
    const [x, target] = [input(call, 0), output(call, 0)];
    const axes = axesIn(rank(x), constantNumbers(input(call, 1), 'axes'));
    const count = knownCount(axes.map((axis) => x.shape[axis] ?? null));
    if (!isOfBytes(x) || !isOfBytes(target) || count === undefined || axes.length === 0)
      return callOperator(others, call);
    const [from, to] = [oneScale(x), oneScale(target)];
    const sums = reduce(g, 'Sum', centered(g, x, from.zero), axes, options.read('ReducerOptions').keep_dims);
    return quantized(g, sums, fround(from.scale / fround(to.scale * count)), codesOf(target));
  },
});
