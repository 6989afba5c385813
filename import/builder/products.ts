import { add, multiply } from './elementwise.ts';
import type { NodeBuilder } from './node_builder.ts';
import { textValue } from './node_builder.ts';
import { type Dimension, dimension, dimensions, reshape } from './shaping.ts';
import { broadcastShape, rank, type Shape, type SymbolicTensor, sizeOf } from './symbolic_tensor.ts';

/** [rows, n] times [n, columns]. */
export function product(g: NodeBuilder, one: SymbolicTensor, other: SymbolicTensor): SymbolicTensor {
  return g.node(
    'MatMul',
    [one, other],
    { shape: [sizeOf(one, 0), sizeOf(other, 1)] },
    { transpose_a: { b: false }, transpose_b: { b: false } },
  );
}

/** Products of the last two dimensions; those before them broadcast. */
export function batchProduct(
  g: NodeBuilder,
  one: SymbolicTensor,
  other: SymbolicTensor,
  { transposed = false }: { readonly transposed?: boolean } = {},
): SymbolicTensor {
  const outer = broadcastShape(one.shape.slice(0, -2), other.shape.slice(0, -2));
  const shape: Shape = [...outer, sizeOf(one, -2), sizeOf(other, transposed ? -2 : -1)];
  return g.node('BatchMatMulV2', [one, other], { shape }, { adj_x: { b: false }, adj_y: { b: transposed } });
}

/** The last dimension of a tensor of any rank times a matrix, and a bias. */
export function dense(
  g: NodeBuilder,
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  bias: SymbolicTensor | undefined,
): SymbolicTensor {
  if (rank(x) === 2) return biased(g, product(g, x, kernel), bias);
  const sizes = dimensions(g, x);
  // Of a size that a request decides, the kernel tells what it has to be.
  const inner = sizeOf(kernel, 0) ?? sizes.at(-1) ?? 1;
  const rows = reshape(g, x, [openRows(g, x, inner), inner]);
  const flat = biased(g, product(g, rows, kernel), bias);
  return reshape(g, flat, [...sizes.slice(0, -1), dimension(g, kernel, 1)]);
}

/** How many rows a tensor has: any number where the batch is open. */
function openRows(g: NodeBuilder, x: SymbolicTensor, inner: Dimension): Dimension {
  const outer = x.shape.slice(0, -1);
  const known = outer.every((size) => size !== null);
  if (known) return outer.reduce<number>((count, size) => count * (size ?? 1), 1);
  const sizes = dimensions(g, x).slice(0, -1);
  if (typeof inner !== 'number') return sizes.reduce<Dimension>((count, size) => multiply(g, count, size), 1);
  // Only that it is not a number counts: reshaping works it out.
  return sizes.find((size) => typeof size !== 'number') ?? -1;
}

export function biased(g: NodeBuilder, x: SymbolicTensor, bias: SymbolicTensor | undefined): SymbolicTensor {
  return bias === undefined ? x : add(g, x, bias);
}

/** @param shape of what the equation gives */
export function einsum(
  g: NodeBuilder,
  equation: string,
  tensors: readonly SymbolicTensor[],
  shape: Shape,
): SymbolicTensor {
  return g.node(
    'Einsum',
    tensors,
    { shape },
    {
      equation: textValue(equation),
      N: { i: String(tensors.length) },
    },
  );
}
