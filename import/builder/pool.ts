import { integersValue, type NodeBuilder, textValue } from './node_builder.ts';
import { type SymbolicTensor, sizeOf } from './symbolic_tensor.ts';
import { type Window, windowed } from './windows.ts';

/**
 * The average or the largest element of each window over [batch, height, width, channels]; undefined where the window fits
 * nowhere. What is put around the tensor counts for neither.
 */
export function pool(
  g: NodeBuilder,
  op: 'AvgPool' | 'MaxPool',
  x: SymbolicTensor,
  window: Window,
): SymbolicTensor | undefined {
  const space = windowed(x.shape.slice(1, -1), window);
  if (space === undefined) return undefined;
  return g.node(
    op,
    [x],
    { shape: [sizeOf(x, 0), ...space, sizeOf(x, -1)] },
    {
      ksize: integersValue([1, ...window.size, 1]),
      strides: integersValue([1, ...window.strides, 1]),
      padding: textValue(window.padding.toUpperCase()),
      data_format: textValue('NHWC'),
    },
  );
}
