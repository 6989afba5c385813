import { fill } from '../../../builder/creation.ts';
import { divide, multiply, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import { dimensions, pad } from '../../../builder/shaping.ts';
import { channelsFirst, channelsLast } from '../../../builder/spatial/channels.ts';
import { pool } from '../../../builder/spatial/pool.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { isFloating } from '../../values/element_types.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { poolBySlices, sumWindows } from './slice_pooling.ts';
import { type PaddedWindow, type Pads, readWindow, samePads } from './windows.ts';

/** A pool of [batch, ...space, channels] without padding, or padded so that the size stays the same. */
function poolWindows(
  g: NodeBuilder,
  kind: 'Average' | 'Max',
  x: SymbolicTensor,
  { size, strides }: Pick<PaddedWindow, 'size' | 'strides'>,
  padding: 'valid' | 'same',
): SymbolicTensor {
  const window = { size, strides, dilations: size.map(() => 1), padding };
  return pool(g, kind, x, window) ?? refuse('has a window that does not fit its input');
}

interface PoolCall {
  readonly x: OnnxTensor;
  readonly window: PaddedWindow;
  /** Whether a window may begin that does not fit. */
  readonly isCeiled: boolean;
}

function readPool(call: OperatorCall): PoolCall {
  const { attributes } = call;
  const x = input(call, 0);
  const dimensions = rank(x) - 2;
  if (dimensions < 1 || dimensions > 3)
    refuse(`is over ${dimensions} dimensions of space, which is not computed`);
  const size = attributes.integers('kernel_shape') ?? refuse('has no kernel_shape');
  return { x, window: readWindow(call, size, x.shape.slice(2)), isCeiled: attributes.flag('ceil_mode') };
}

/** The pads of a window, with as much more at the end as the last window that begins within reaches beyond it. */
function padsOf({ x, window, isCeiled }: PoolCall): Pads | 'same' {
  const { pads, size, strides, dilations } = window;
  if (pads === 'same' || !isCeiled) return pads;
  return pads.map(([before, after], index) => {
    const length = x.shape[index + 2] ?? refuse('rounds up in a dimension whose size the request decides');
    const [stride, reach] = [strides[index] ?? 1, ((size[index] ?? 1) - 1) * (dilations[index] ?? 1) + 1];
    let count = Math.ceil((length + before + after - reach) / stride) + 1;
    // A window that begins in what was put at the end is left out.
    if ((count - 1) * stride >= length + before) count--;
    return [before, Math.max((count - 1) * stride + reach - length - before, after)];
  });
}

const isDilated = ({ dilations }: PaddedWindow): boolean => dilations.some((dilation) => dilation > 1);

/** The largest element in each window; the second output is the place of each in the whole tensor. */
const maxPool: Operator = (call) => {
  const { attributes, outputCount } = call;
  const x = input(call, 0);
  const isColumnMajor = attributes.flag('storage_order');
  const pooled = isFloating(x.type) ? largestInWindows(call, x, Number.NEGATIVE_INFINITY) : undefined;
  if (pooled !== undefined) return typed(pooled, x.type);
  const read = readPool(call);
  return poolBySlices(call, x, { ...read.window, pads: padsOf(read) }, outputCount > 1, isColumnMajor);
};

/**
 * The largest element in each window of a tensor of floats, [batch, channels, ...space]; undefined for windows with gaps and
 * where the places are wanted.
 *
 * @param least no more than any element, for what is put around the tensor
 */
export function largestInWindows(
  call: OperatorCall,
  x: OnnxTensor,
  least: number,
): SymbolicTensor | undefined {
  const { g, outputCount } = call;
  const read = readPool({ ...call, inputs: [x] });
  const { window } = read;
  if (outputCount > 1 || isDilated(window)) return undefined;
  const pads = padsOf(read);
  const last = channelsLast(g, x);
  const padded = pads === 'same' ? last : pad(g, last, [[0, 0], ...pads, [0, 0]], least);
  return channelsFirst(g, poolWindows(g, 'Max', padded, window, pads === 'same' ? 'same' : 'valid'));
}

const averagePool: Operator = (call) => {
  const x = input(call, 0);
  return typed(averagesOf(call, x), x.type);
};

/** The average of each window of a tensor of floats, [batch, channels, ...space]. */
export function averagesOf(call: OperatorCall, x: OnnxTensor): SymbolicTensor {
  const { g, attributes } = call;
  const read = readPool({ ...call, inputs: [x] });
  const isCounted = attributes.flag('count_include_pad');
  return channelsFirst(g, averages(call, channelsLast(g, x), read, isCounted));
}

/** @param x [batch, ...space, channels] @param isCounted whether what the node puts around the tensor counts as zeros */
function averages(
  { g }: OperatorCall,
  x: SymbolicTensor,
  read: PoolCall,
  isCounted: boolean,
): SymbolicTensor {
  const { window } = read;
  const pads = padsOf(read);
  if (pads === 'same' && !isCounted && !isDilated(window))
    return poolWindows(g, 'Average', x, window, 'same');
  const around = pads === 'same' ? samePads(x.shape.slice(1, -1), window) : pads;
  // As ONNX's reference has it, what rounding up adds counts too where the window has gaps.
  const own = window.pads === 'same' || isDilated(window) ? around : window.pads;
  const counted = isCounted ? own : around.map((): [number, number] => [0, 0]);
  const average = (tensor: SymbolicTensor) =>
    isDilated(window) ? sumWindows(g, tensor, window) : poolWindows(g, 'Average', tensor, window, 'valid');
  const sums = average(pad(g, x, [[0, 0], ...around, [0, 0]]));
  const countsAll = around.every(([before, after], index) => {
    const [first = 0, last = 0] = counted[index] ?? [];
    return before === first && after === last;
  });
  if (countsAll && !isDilated(window)) return sums;
  return divide(g, sums, average(counts(g, x, around, counted)));
}

/** Ones where an element counts and zeros elsewhere, padded like the tensor: [1, ...space, 1]. */
function counts(g: NodeBuilder, x: SymbolicTensor, around: Pads, counted: Pads): SymbolicTensor {
  const sizes = dimensions(g, x);
  const ones = fill(g, [1, ...sizes.slice(1, -1), 1], 1);
  const rest = around.map(([before, after], index): [number, number] => {
    const [first = 0, last = 0] = counted[index] ?? [];
    return [before - first, after - last];
  });
  return pad(g, pad(g, ones, [[0, 0], ...counted, [0, 0]], 1), [[0, 0], ...rest, [0, 0]]);
}

const lpPool: Operator = (call) => {
  const { g, attributes } = call;
  const read = readPool(call);
  const power = attributes.float('p') ?? 2;
  const exponent = attributes.integer('p', power) || power;
  const raised = powerOf(g, channelsLast(g, read.x), exponent);
  return typed(channelsFirst(g, rootOf(g, sums(g, raised, read), exponent)), read.x.type);
};

/** The sum of each window of [batch, ...space, channels], to which what is put around the tensor adds nothing. */
function sums(g: NodeBuilder, x: SymbolicTensor, read: PoolCall): SymbolicTensor {
  const { window } = read;
  const pads = padsOf(read);
  const around = pads === 'same' ? samePads(x.shape.slice(1, -1), window) : pads;
  const padded = pad(g, x, [[0, 0], ...around, [0, 0]]);
  if (isDilated(window)) return sumWindows(g, padded, window);
  const count = window.size.reduce((product, length) => product * length, 1);
  return multiply(g, poolWindows(g, 'Average', padded, window, 'valid'), count);
}

const powerOf = (g: NodeBuilder, x: SymbolicTensor, exponent: number) =>
  exponent === 2 ? multiply(g, x, x) : powered(g, unary(g, 'Abs', x), exponent);
const rootOf = (g: NodeBuilder, x: SymbolicTensor, exponent: number) =>
  exponent === 2 ? unary(g, 'Sqrt', x) : powered(g, x, 1 / exponent);
const powered = (g: NodeBuilder, x: SymbolicTensor, exponent: number) =>
  g.node('Pow', [x, g.floats([exponent], [])], { shape: x.shape });

/** Over all of space, whose dimensions stay with size one. */
const overSpace =
  (compute: (call: OperatorCall, x: OnnxTensor, axes: readonly number[]) => SymbolicTensor): Operator =>
  (call) => {
    const x = input(call, 0);
    return typed(compute(call, x, [...x.shape.keys()].slice(2)), x.type);
  };

export const POOLING: OperatorTable = {
  AveragePool: averagePool,
  GlobalAveragePool: overSpace(({ g }, x, axes) => reduce(g, 'Mean', x, axes, true)),
  GlobalLpPool: overSpace(({ g, attributes }, x, axes) => {
    const exponent = attributes.integer('p', 2);
    return rootOf(g, reduce(g, 'Sum', powerOf(g, x, exponent), axes, true), exponent);
  }),
  GlobalMaxPool: overSpace(({ g }, x, axes) => reduce(g, 'Max', x, axes, true)),
  LpPool: lpPool,
  MaxPool: maxPool,
};
