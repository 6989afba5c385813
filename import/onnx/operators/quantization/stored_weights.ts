import { add, multiply, type Operand } from '../../../builder/elementwise.ts';
import { knownCount, rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { Operator, OperatorCall } from '../../conversion/operator_call.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { laidAlong, weightForm, withoutZero } from './forms.ts';

/** The dimensions of an operator's second input and of its result that are its output channels. */
type Channels = (
  call: OperatorCall,
  weights: OnnxTensor,
) => { readonly of: number; readonly to: number } | undefined;

/** Servers keep smaller matrices of integers in float32. Elements. */
const LEAST_KEPT = 1024;

/**
 * Lets a product of floats with the floats of integers multiply by the integers, and its sums by their scales: integers stay bytes in
 * files and in memory, where their floats would be four times as large.
 */
export function withStoredWeights(name: string, operator: Operator): Operator {
  const channels = CHANNELS[name];
  if (channels === undefined) return operator;
  return (call) => {
    const { g, inputs } = call;
    const [x, weights, bias] = inputs;
    const found = weights && channels(call, weights);
    const form = found && weightForm(weights, [found.of]);
    if (found === undefined || form === undefined) return operator(call);
    if ((knownCount(form.codes.shape) ?? 0) < LEAST_KEPT) return operator(call);
    const integers = [x, typed(withoutZero(g, form), 'FLOAT')];
    const sums = operator({ ...call, inputs: integers, values: integers });
    if (!('ref' in sums)) return operator(call);
    const along = (numbers: SymbolicTensor): SymbolicTensor =>
      laidAlong(g, numbers, rank(sums), found.to < 0 ? rank(sums) + found.to : found.to);
    const scales: Operand = typeof form.scale === 'number' ? form.scale : along(form.scale);
    const floats = multiply(g, sums, scales);
    return typed(
      bias === undefined ? floats : add(g, floats, rank(bias) === 1 ? along(bias) : bias),
      'FLOAT',
    );
  };
}

const CHANNELS: Readonly<Record<string, Channels>> = {
  // In float32, a filter of width 3 needs half of the products by Winograd's algorithm.
  Conv: (_, { shape }) => (shape.at(-1) === 3 ? undefined : { of: 0, to: 1 }),
  // Alpha and beta would be of the sums alone.
  Gemm: ({ attributes }) =>
    attributes.float('alpha', 1) === 1 && attributes.float('beta', 1) === 1
      ? { of: attributes.flag('transB') ? 0 : 1, to: -1 }
      : undefined,
  MatMul: (_, weights) => (rank(weights) < 2 ? undefined : { of: rank(weights) - 1, to: -1 }),
};
