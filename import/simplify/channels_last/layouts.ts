import { elementCount } from '../../../worker/model/tensor.ts';
import type { GraphNode, Weight } from '../../graph/graph.ts';
import { derivedWeight } from '../fold/derived_weight.ts';
import type { GraphRewrite } from '../graph_rewrite.ts';

/** The dimensions of one order by the other: those of images with channels first, and of volumes. */
export interface Layout {
  /** By which a tensor with channels first is transposed. */
  readonly toLast: readonly number[];
  /** By which it is transposed back. */
  readonly toFirst: readonly number[];
}

export const LAYOUTS: Readonly<Record<string, Layout>> = {
  NCHW: { toLast: [0, 2, 3, 1], toFirst: [0, 3, 1, 2] },
  NCDHW: { toLast: [0, 2, 3, 4, 1], toFirst: [0, 4, 1, 2, 3] },
};

/**
 * Returns true for an order of dimensions that puts channels first: the last ones go before the dimensions of space. The
 * channels may be several dimensions, such as groups, where there are two of space.
 */
export function isChannelsFirst(order: readonly number[]): boolean {
  const rank = order.length;
  const [batch, first = 0] = order;
  const isRotated = order.slice(1).every((axis, index) => axis === 1 + ((first - 1 + index) % (rank - 1)));
  return batch === 0 && isRotated && (rank === 3 ? first === 2 : first > 2);
}

/** The order that undoes another one. */
export function inverseOrder(order: readonly number[]): number[] {
  return order.map((_, axis) => order.indexOf(axis));
}

export function integersWeight(
  values: readonly number[],
  shape: readonly number[] = [values.length],
): Weight {
  const bytes = new Uint8Array(Int32Array.from(values).buffer);
  return { dtype: 'int32', shape, byteLength: bytes.length, read: async () => bytes };
}

export function transposeNode(
  rewrite: GraphRewrite,
  name: string,
  input: string,
  permutation: readonly number[],
  of: GraphNode,
): GraphNode {
  return {
    name,
    op: 'Transpose',
    input: [input, rewrite.addConstant(`${name}/perm`, integersWeight(permutation))],
    attr: { ...(of.attr.T === undefined ? {} : { T: of.attr.T }), Tperm: { type: 'DT_INT32' } },
  };
}

export const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);

/** A constant, with as many dimensions of size one before its own as the order has more, in this order of dimensions. */
export function transposedConstant(weight: Weight, order: readonly number[]): Weight | undefined {
  if (weight.dtype !== 'float32' || weight.quantized !== undefined) return undefined;
  const rank = order.length;
  if (weight.shape.length > rank) return undefined;
  const whole = [...Array.from({ length: rank - weight.shape.length }, () => 1), ...weight.shape];
  const shape = order.map((axis) => whole[axis] ?? 1);
  const strides = order.map((axis) => elementCount(whole.slice(axis + 1)));
  return derivedWeight(shape, [weight], (result, values = result) => {
    for (let index = 0; index < result.length; index++) {
      let rest = index;
      let place = 0;
      for (let axis = rank - 1; axis >= 0; axis--) {
        const size = shape[axis] ?? 1;
        place += (rest % size) * (strides[axis] ?? 0);
        rest = Math.floor(rest / size);
      }
      result[index] = values[place] ?? 0;
    }
  });
}
