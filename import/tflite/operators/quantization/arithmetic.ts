import { multiply } from '../../../builder/elementwise.ts';
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
import { type Part, sumOfBytes } from './byte_sums.ts';

const { fround } = Math;

type Options = 'AddOptions' | 'MulOptions' | 'SubOptions';

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
        const [least, most] = codesOf(tensor).range;
        return {
          codes: centered(call.g, tensor, zero),
          factor: fround(scale / oneScale(target).scale),
          range: [least - zero, most - zero],
        };
      };
      return (
        compute(call, [part(one), part(other)], codesOf(target, activation)) ?? callOperator(others, call)
      );
    },
  };
}

const negated = (part: Part): Part => ({ ...part, factor: -part.factor });

/** @param others what computes tensors that are not of bytes */
export const exactSum = (others: OperatorEntry): OperatorEntry =>
  ofBytes('AddOptions', ({ g }, [one, other], codes) => sumOfBytes(g, one, other, codes), others);

export const exactDifference = (others: OperatorEntry): OperatorEntry =>
  ofBytes('SubOptions', ({ g }, [one, other], codes) => sumOfBytes(g, one, negated(other), codes), others);

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
