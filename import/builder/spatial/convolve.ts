import { integersValue, type NodeBuilder, textValue } from '../node_builder.ts';
import { concatenate, expandDimension, pad, reshape, slice, split, squeeze } from '../shaping.ts';
import { type SymbolicTensor, sizeOf } from '../symbolic_tensor.ts';
import { type Window, windowed } from './windows.ts';

const FORMATS: Readonly<Record<number, string>> = { 2: 'NHWC', 3: 'NDHWC' };

/**
 * Convolution of [batch, ...space, channels] over one to three dimensions of space; undefined where the window fits
 * nowhere.
 *
 * @param kernel [...space, channels / groups, filters]
 */
export function convolve(
  g: NodeBuilder,
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  window: Window,
  groups = 1,
): SymbolicTensor | undefined {
  if (groups > 1) return grouped(g, x, kernel, window, groups);
  if (window.size.length === 1) {
    return flattened(g, x, kernel, window, (...wide) => convolve(g, ...wide));
  }
  const space = windowed(x.shape.slice(1, -1), window);
  if (space === undefined) return undefined;
  const filters = sizeOf(kernel, -1);
  return g.node(
    window.size.length === 3 ? 'Conv3D' : 'Conv2D',
    [x, kernel],
    { shape: [sizeOf(x, 0), ...space, filters] },
    attributes(window),
  );
}

/** Each group of channels has its own filters. */
function grouped(
  g: NodeBuilder,
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  window: Window,
  groups: number,
): SymbolicTensor | undefined {
  const [channels, filters] = [sizeOf(x, -1) ?? 0, sizeOf(kernel, -1) ?? 0];
  if (channels === groups && window.size.length < 3 && filters % groups === 0) {
    const depthwise = kernel.shape.map((size) => size ?? 1);
    depthwise.splice(-2, 2, channels, filters / groups);
    return convolveDepthwise(g, x, reshape(g, kernel, depthwise), window);
  }
  const parts: SymbolicTensor[] = [];
  for (const [index, part] of split(g, x, x.shape.length - 1, groups).entries()) {
    // Slices of a constant are constants.
    const own = slice(g, kernel, kernel.shape.length - 1, (index * filters) / groups, filters / groups);
    const convolved = convolve(g, part, own, window);
    if (convolved === undefined) return undefined;
    parts.push(convolved);
  }
  return concatenate(g, parts, x.shape.length - 1);
}

/** @param kernel [...space, channels, multiplier] of one or two dimensions of space */
export function convolveDepthwise(
  g: NodeBuilder,
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  window: Window,
): SymbolicTensor | undefined {
  if (window.size.length === 1) {
    return flattened(g, x, kernel, window, (...wide) => convolveDepthwise(g, ...wide));
  }
  const [across = 1, along = across] = window.strides;
  // TensorFlow has no strides that differ: the smaller one is taken in both, and rows or columns are left out.
  if (across !== along) return undefined;
  const space = windowed(x.shape.slice(1, -1), window);
  if (space === undefined) return undefined;
  const channels = (sizeOf(kernel, -2) ?? 1) * (sizeOf(kernel, -1) ?? 1);
  return g.node(
    'DepthwiseConv2dNative',
    [x, kernel],
    { shape: [sizeOf(x, 0), ...space, channels] },
    attributes(window),
  );
}

function attributes({ strides, dilations, padding, size }: Window) {
  return {
    strides: integersValue([1, ...strides, 1]),
    dilations: integersValue([1, ...dilations, 1]),
    padding: textValue(padding.toUpperCase()),
    data_format: textValue(FORMATS[size.length] ?? 'NHWC'),
  };
}

type Wide = (x: SymbolicTensor, kernel: SymbolicTensor, window: Window) => SymbolicTensor | undefined;

/** A dimension of space as two, the second of size one. */
function flattened(
  g: NodeBuilder,
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  { size, strides, dilations, padding }: Window,
  convolution: Wide,
): SymbolicTensor | undefined {
  const [length = 1] = size;
  const [stride = 1] = strides;
  const [dilation = 1] = dilations;
  const wide = convolution(expandDimension(g, x, 1), expandDimension(g, kernel, 0), {
    size: [1, length],
    strides: [stride, stride],
    dilations: [dilation, dilation],
    padding,
  });
  return wide && squeeze(g, wide, [1]);
}

/** Nothing that comes later counts: as many zeros in front as the window reaches back. */
export function padCausally(
  g: NodeBuilder,
  x: SymbolicTensor,
  { size, dilations }: Pick<Window, 'size' | 'dilations'>,
): SymbolicTensor {
  const [length = 1] = size;
  const [dilation = 1] = dilations;
  return pad(g, x, [
    [0, 0],
    [(length - 1) * dilation, 0],
    [0, 0],
  ]);
}
