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

/** The integers of a small constant; undefined for any other tensor. */
export async function constantIntegers(
  rewrite: GraphRewrite,
  tensor: string | undefined,
): Promise<readonly number[] | undefined> {
  const weight = rewrite.constant(tensor);
  if (weight?.dtype !== 'int32' || elementCount(weight.shape) > 16) return undefined;
  // A copy lies where integers of 32 bits may begin.
  return [...new Int32Array(new Uint8Array(await weight.read()).buffer)];
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

/** A constant that broadcasts against tensors of this layout's first form, for those of its last. */
export function constantWithChannelsLast(weight: Weight, { toLast }: Layout): Weight | undefined {
  if (weight.dtype !== 'float32' || weight.quantized !== undefined) return undefined;
  const rank = toLast.length;
  if (weight.shape.length > rank) return undefined;
  const whole = [...Array.from({ length: rank - weight.shape.length }, () => 1), ...weight.shape];
  const shape = toLast.map((axis) => whole[axis] ?? 1);
  const strides = toLast.map((axis) => elementCount(whole.slice(axis + 1)));
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
