import type { ProductOperands } from './product_operands.ts';
import type { WeightColumns } from './weight_columns.ts';

/** The largest magnitude of a weight's byte, which the kernels give to an instruction for 7 bits. */
export const LARGEST_BYTE = 127;

/** How the bytes in memory stand for the weights of a product. */
export type WeightBytes =
  /** weight = byte - zero + factor. The difference of byte and zero has at most 7 bits and a sign. */
  | {
      readonly kind: 'shifted';
      readonly factor: number;
      /** The bytes of the stored weights, if the kernels can read them. Otherwise the plan has a copy with the zero 0. */
      readonly stored: { readonly address: number; readonly zero: number } | undefined;
    }
  /** Each weight is the sum of two bytes. */
  | { readonly kind: 'split' };

/**
 * Returns how bytes represent a product's weights.
 *
 * @returns undefined for weights that are too far apart
 */
export function weightBytes(
  { kind, stored }: Pick<ProductOperands, 'kind' | 'stored'>,
  { lowest, highest }: Pick<WeightColumns, 'lowest' | 'highest'>,
): WeightBytes | undefined {
  const [above, below] = [Math.max(0, highest - LARGEST_BYTE), Math.min(0, lowest + LARGEST_BYTE)];
  if (kind === 'depthwise')
    return above === 0 && below === 0 ? { kind: 'shifted', factor: 0, stored: undefined } : { kind: 'split' };
  if (highest - lowest > 2 * LARGEST_BYTE) return undefined;
  const factor = above + below;
  return {
    kind: 'shifted',
    factor,
    stored: stored && { address: stored.address, zero: stored.zero + factor },
  };
}
