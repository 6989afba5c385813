import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { OnnxTensor } from '../../values/onnx_tensor.ts';
import type { Coordinates, ResizedAxis } from './coordinates.ts';

interface Form {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly coordinates: Coordinates;
  readonly nearest: string;
  readonly excludesOutside: boolean;
  readonly isAntialiased: boolean;
}

type Measured = readonly (readonly [axis: number, resized: ResizedAxis])[];

/** True if an operation of TensorFlow resizes images of [batch, channels, rows, columns] in the same way. */
export function hasFastForm(x: OnnxTensor, measured: Measured, form: Form): boolean {
  if (rank(x) !== 4 || x.type !== 'FLOAT' || form.excludesOutside || form.isAntialiased) return false;
  const exact = measured.every(([axis, { from, to, scale }]) => {
    if (typeof from !== 'number' || typeof to !== 'number' || typeof scale !== 'number')
      return axis < 2 && scale === 1;
    return axis < 2 ? from === to : Math.abs(to / from - scale) < 1e-6;
  });
  if (!exact || !measured.some(([axis]) => axis >= 2)) return false;
  if (form.mode === 'linear') {
    // PyTorch's form of half pixels differs only where the result has a single row or column.
    const isPyTorch =
      form.coordinates === 'pytorch_half_pixel' &&
      measured.every(([axis, { to }]) => axis < 2 || (typeof to === 'number' && to > 1));
    return isPyTorch || ['half_pixel', 'align_corners', 'asymmetric'].includes(form.coordinates);
  }
  // Whole multiples: each element is repeated.
  const isMultiple = measured.every(
    ([axis, { scale }]) => axis < 2 || (typeof scale === 'number' && Number.isInteger(scale)),
  );
  const isRepeated =
    (form.coordinates === 'asymmetric' && form.nearest === 'floor') ||
    (form.coordinates === 'half_pixel' && form.nearest.startsWith('round'));
  return form.mode === 'nearest' && isMultiple && isRepeated;
}

/** @param x [batch, rows, columns, channels] */
export function resizeFast(
  g: NodeBuilder,
  x: SymbolicTensor,
  measured: Measured,
  { mode, coordinates }: Form,
): SymbolicTensor {
  const [rows, columns] = [2, 3].map((axis) => {
    const found = measured.find(([each]) => each === axis)?.[1].to ?? x.shape[axis - 1];
    return typeof found === 'number' ? found : 1;
  });
  const attributes = {
    align_corners: { b: coordinates === 'align_corners' },
    half_pixel_centers: { b: mode === 'linear' && coordinates.endsWith('half_pixel') },
    T: typeValue('float32'),
  };
  return g.node(
    mode === 'linear' ? 'ResizeBilinear' : 'ResizeNearestNeighbor',
    [x, g.integers([rows ?? 1, columns ?? 1])],
    { shape: [x.shape[0] ?? null, rows ?? null, columns ?? null, x.shape[3] ?? null], dtype: 'float32' },
    attributes,
  );
}
