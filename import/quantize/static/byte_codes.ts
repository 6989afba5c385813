import type { Codes } from '../../builder/quantized.ts';

const { fround } = Math;

export const LEAST_CODE = -128;
export const MOST_CODE = 127;

/** The least and the largest value of a tensor. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** Signed bytes that stand for floats: (code - zero) * scale. */
export interface ByteCodes {
  /** A float32. */
  readonly scale: number;
  readonly zero: number;
}

/** What a layer does to its sums within the range of its codes. */
export type Activation = 'none' | 'relu' | 'relu6';

/**
 * Returns the codes of a range. The range is extended to 0, which has to be a code: padding puts zeros around images, and
 * activations end there.
 */
export function codesOfRange({ least, most }: Range): ByteCodes {
  const [low, high] = [Math.min(least, 0), Math.max(most, 0)];
  // A tensor of zeros has any scale.
  if (low === high) return { scale: 1, zero: LEAST_CODE };
  const scale = fround((high - low) / (MOST_CODE - LEAST_CODE));
  // The addition makes 0 of -0, which is no code.
  const zero = Math.round(LEAST_CODE - low / scale) + 0;
  return { scale, zero: Math.min(Math.max(zero, LEAST_CODE), MOST_CODE) };
}

/** Returns the codes to which an activation bounds its results. */
export function activatedCodes({ scale, zero }: ByteCodes, activation: Activation): Codes {
  const least = activation === 'none' ? LEAST_CODE : zero;
  const most = activation === 'relu6' ? Math.min(MOST_CODE, zero + Math.round(6 / scale)) : MOST_CODE;
  return { zero, range: [least, most] };
}
