import { add, type Operand, subtract } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { pad, transpose } from '../../../builder/shaping.ts';
import { channelsFirst, channelsLast } from '../../../builder/spatial/channels.ts';
import { convolve } from '../../../builder/spatial/convolve.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  knownSize,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { type PaddedWindow, readWindow } from './windows.ts';

/**
 * Convolution of [batch, channels, ...space] by a kernel [filters, channels / groups, ...size]. It is computed with
 * channels last, between two transposes that the simplifier lets meet those of its neighbors.
 */
const conv: Operator = (call) => {
  const [x, kernel, bias] = [input(call, 0), input(call, 1), call.inputs[2]];
  return typed(convolveChannelsFirst(call, x, kernel, bias), x.type);
};

/** @param zero what is taken off each element before zeros are put around them */
export function convolveChannelsFirst(
  call: OperatorCall,
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  bias: SymbolicTensor | undefined,
  zero: Operand = 0,
): SymbolicTensor {
  const { g, attributes } = call;
  const dimensions = rank(x) - 2;
  if (dimensions < 1 || dimensions > 3)
    refuse(`is over ${dimensions} dimensions of space, which is not computed`);
  const weight = typed(kernel, 'FLOAT');
  const size = kernel.shape.slice(2).map((_, axis) => knownSize(weight, axis + 2, 'a kernel of known sizes'));
  attributes.ignore('kernel_shape');
  const groups = attributes.integer('group', 1);
  const window = readWindow(call, size, x.shape.slice(2));
  const order = [...size.map((_, axis) => axis + 2), 1, 0];
  const last = channelsLast(g, x);
  const image = zero === 0 ? last : subtract(g, last, zero);
  const y = convolvePadded(g, image, transpose(g, kernel, order), window, groups);
  return channelsFirst(g, bias === undefined ? y : add(g, y, bias));
}

/** @param x [batch, ...space, channels] @param kernel [...size, channels / groups, filters] */
function convolvePadded(
  g: NodeBuilder,
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  { pads, ...window }: PaddedWindow,
  groups: number,
): SymbolicTensor {
  const padded = pads === 'same' ? x : pad(g, x, [[0, 0], ...pads, [0, 0]]);
  const padding = pads === 'same' ? 'same' : 'valid';
  return (
    convolve(g, padded, kernel, { ...window, padding }, groups) ??
    refuse('has a window that does not fit its input, or strides that differ in a depthwise convolution')
  );
}

export const CONVOLUTION: OperatorTable = { Conv: conv };
