import { add, multiply } from '../../../builder/elementwise.ts';
import { biased, product } from '../../../builder/products.ts';
import { centered, quantized } from '../../../builder/quantized.ts';
import { reduce } from '../../../builder/reductions.ts';
import { dimension, reshape, slice } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  knownSize,
  type Operator,
  type OperatorCall,
  type OperatorTable,
  output,
} from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';
import { arranged } from '../../tensors/arranged.ts';
import { codesOf, dequantize, isQuantized, oneScale } from '../../tensors/quantization.ts';
import type { TfliteTensor } from '../../tensors/tflite_tensor.ts';
import { activate } from '../elementwise/fused_activation.ts';
import { turned } from './float_lstm.ts';

/** The integers of the state. */
const WORD = { zero: 0, range: [-32768, 32767] } as const;

/**
 * A filter of the features of one step, and one over the features of the latest steps. Its memory of earlier steps is empty when
 * a request begins, so that the weights of the latest step alone count.
 */
const svdf: Operator = (call) => {
  const { g, inputs, options } = call;
  const { rank, fused_activation_function } = options.read('SVDFOptions');
  const [x, features, time] = [input(call, 0), input(call, 1), input(call, 2)];
  const filters = knownSize(features, 0, 'weights of known sizes');
  if (rank < 1 || filters % rank !== 0) refuseMalformed(`has ${filters} filters of rank ${rank}`);
  if (isQuantized(x)) return integerSvdf(call, rank);
  const projected = product(g, x, turned(g, features));
  const weighted = multiply(g, projected, latest(call, dequantize(g, time)));
  const sums = sumOfRanks(call, weighted, rank);
  return activate(g, biased(g, sums, inputs[3] && dequantize(g, inputs[3])), fused_activation_function);
};

/** The weights of the latest step, [filters]. */
function latest({ g }: OperatorCall, time: SymbolicTensor): SymbolicTensor {
  const steps = time.shape[1] ?? refuse('needs weights of known sizes');
  return reshape(g, slice(g, time, 1, steps - 1, 1), [time.shape[0] ?? 1]);
}

/** [batch, units * rank] as [batch, units]. */
function sumOfRanks({ g }: OperatorCall, x: SymbolicTensor, rank: number): SymbolicTensor {
  const units = (x.shape[1] ?? rank) / rank;
  return reduce(g, 'Sum', reshape(g, x, [dimension(g, x, 0), units, rank]), [2]);
}

/** By TensorFlow Lite's EvalIntegerSVDF: the features are rounded to the integers of the state. */
function integerSvdf(call: OperatorCall, rank: number): SymbolicTensor {
  const { g, inputs } = call;
  const [x, features, time] = [input(call, 0), input(call, 1), input(call, 2)];
  const [from, own, byTime] = [oneScale(x), oneScale(features), oneScale(time)];
  const state = oneScale(input(call, 4));
  const kernel = arranged(g, features, { order: [1, 0] });
  const sums = product(g, centered(g, x, from.zero), kernel);
  const kept = quantized(g, sums, (own.scale * from.scale) / state.scale, WORD);
  const weighted = sumOfRanks(call, multiply(g, kept, latest(call, arranged(g, time))), rank);
  const bias: TfliteTensor | undefined = inputs[3];
  const all = bias === undefined ? weighted : add(g, weighted, arranged(g, bias));
  const target = output(call, 0);
  return quantized(g, all, (state.scale * byTime.scale) / oneScale(target).scale, codesOf(target));
}

export const SVDF: OperatorTable = { SVDF: { convert: svdf, quantized: 'itself' } };
