import type { NodeBuilder } from '../../../../builder/node_builder.ts';
import { batchProduct } from '../../../../builder/products.ts';
import { dimension, reshape, transpose } from '../../../../builder/shaping.ts';
import { type SymbolicTensor, sizeOf } from '../../../../builder/symbolic_tensor.ts';

export type Interpolation = 'nearest' | 'bilinear' | 'bicubic' | 'lanczos3' | 'lanczos5' | 'area';

export const INTERPOLATIONS = ['nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5', 'area'] as const;

/**
 * Resizes [batch, height, width, channels] as `tf.image.resize` does: the centers of pixels are half a pixel from the
 * edges.
 *
 * @param isAntialiased whether a smaller result takes all pixels into account; nearest and area do as without it
 */
export function resize(
  g: NodeBuilder,
  x: SymbolicTensor,
  [height, width]: readonly [number, number],
  interpolation: Interpolation,
  isAntialiased = false,
): SymbolicTensor | undefined {
  const [rows, columns] = [sizeOf(x, 1), sizeOf(x, 2)];
  if (rows === height && columns === width) return x;
  if (interpolation === 'nearest' || (interpolation === 'bilinear' && !isAntialiased)) {
    const shape = [sizeOf(x, 0), height, width, sizeOf(x, 3)];
    return g.node(
      interpolation === 'nearest' ? 'ResizeNearestNeighbor' : 'ResizeBilinear',
      [x, g.integers([height, width])],
      { shape },
      { half_pixel_centers: { b: true }, align_corners: { b: false } },
    );
  }
  if (rows === null || columns === null) return undefined;
  if (Math.max(rows * height, columns * width) > MOST_WEIGHTS) return undefined;
  const weights = (from: number, to: number) => matrix(from, to, interpolation, isAntialiased);
  return weighted(g, x, weights(rows, height), weights(columns, width));
}

/** Of one matrix: 4096 pixels to as many. */
const MOST_WEIGHTS = 2 ** 24;

/** For each size of the result the weights of the input's. */
type Matrix = readonly (readonly number[])[];

/** Products with a matrix for the rows and one for the columns. */
function weighted(g: NodeBuilder, x: SymbolicTensor, vertical: Matrix, horizontal: Matrix): SymbolicTensor {
  const [height, width, rows, columns] = [
    vertical.length,
    horizontal.length,
    vertical[0]?.length ?? 0,
    horizontal[0]?.length ?? 0,
  ];
  const channels = sizeOf(x, 3) ?? 1;
  const batch = dimension(g, x, 0);
  const down = batchProduct(
    g,
    g.floats(vertical.flat(), [1, height, rows]),
    reshape(g, x, [batch, rows, columns * channels]),
  );
  const turned = transpose(g, reshape(g, down, [batch, height, columns, channels]), [0, 1, 3, 2]);
  const across = batchProduct(g, turned, g.floats(horizontal.flat(), [1, 1, width, columns]), {
    transposed: true,
  });
  return transpose(g, across, [0, 1, 3, 2]);
}

type Kernel = (distance: number) => number;

/** Keys's cubic with a = -0.5. */
const cubic: Kernel = (distance) => {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
};

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const lanczos =
  (radius: number): Kernel =>
  (distance) =>
    Math.abs(distance) < radius ? sinc(distance) * sinc(distance / radius) : 0;

const triangle: Kernel = (distance) => Math.max(0, 1 - Math.abs(distance));

const KERNELS: Readonly<
  Record<Exclude<Interpolation, 'nearest' | 'area'>, readonly [kernel: Kernel, radius: number]>
> = {
  bilinear: [triangle, 1],
  bicubic: [cubic, 2],
  lanczos3: [lanczos(3), 3],
  lanczos5: [lanczos(5), 5],
};

function matrix(
  from: number,
  to: number,
  interpolation: Exclude<Interpolation, 'nearest'>,
  isAntialiased: boolean,
): Matrix {
  const scale = from / to;
  return Array.from({ length: to }, (_, index) => {
    const weights = Array<number>(from).fill(0);
    if (interpolation === 'area') {
      const [start, end] = [index * scale, (index + 1) * scale];
      for (let each = Math.floor(start); each < Math.min(Math.ceil(end), from); each++) {
        weights[each] = Math.min(end, each + 1) - Math.max(start, each);
      }
    } else {
      const [kernel, radius] = KERNELS[interpolation];
      const spread = isAntialiased ? Math.max(scale, 1) : 1;
      const center = (index + 0.5) * scale;
      const first = Math.max(0, Math.floor(center - radius * spread));
      const last = Math.min(from - 1, Math.ceil(center + radius * spread));
      for (let each = first; each <= last; each++) weights[each] = kernel((each + 0.5 - center) / spread);
    }
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum);
  });
}
