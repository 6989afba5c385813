import { integersValue, type NodeBuilder, textValue } from '../node_builder.ts';
import { expandDimension, squeeze } from '../shaping.ts';
import { type SymbolicTensor, sizeOf } from '../symbolic_tensor.ts';
import { type Window, windowed } from './windows.ts';

const OPERATIONS = {
  Average: { planar: 'AvgPool', solid: 'AvgPool3D' },
  Max: { planar: 'MaxPool', solid: 'MaxPool3D' },
} as const;

/**
 * The average or the largest element of each window over [batch, ...space, channels], of one to three dimensions of space;
 * undefined where the window fits nowhere. What is put around the tensor counts for neither.
 */
export function pool(
  g: NodeBuilder,
  kind: keyof typeof OPERATIONS,
  x: SymbolicTensor,
  window: Window,
): SymbolicTensor | undefined {
  const { size, strides, padding } = window;
  if (size.length === 1) {
    const planar = { size: [1, ...size], strides: [1, ...strides], dilations: [1, 1], padding };
    const wide = pool(g, kind, expandDimension(g, x, 1), planar);
    return wide && squeeze(g, wide, [1]);
  }
  const space = windowed(x.shape.slice(1, -1), window);
  if (space === undefined) return undefined;
  const isSolid = size.length === 3;
  return g.node(
    OPERATIONS[kind][isSolid ? 'solid' : 'planar'],
    [x],
    { shape: [sizeOf(x, 0), ...space, sizeOf(x, -1)] },
    {
      ksize: integersValue([1, ...size, 1]),
      strides: integersValue([1, ...strides, 1]),
      padding: textValue(padding.toUpperCase()),
      data_format: textValue(isSolid ? 'NDHWC' : 'NHWC'),
    },
  );
}
