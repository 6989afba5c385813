/**
 * Products with weights of 8 bits whose rows of activations are quantized while a request is computed: the numbers that
 * import/quantize/ writes into graphs, and by which plans recognize such products.
 */

/** Codes of activations and of weights are integers of up to this magnitude. */
export const LARGEST_CODE = 127;

/** A float32 number: the magnitude of a row of zeros, so that nothing is divided by 0. */
export const LEAST_MAGNITUDE = Math.fround(1e-30);

/** The form in which weights are stored: value = element * scale + min. */
export const STORED_CODES = { dtype: 'uint8', scale: 1, min: -LARGEST_CODE } as const;

/** All integers up to this one are float32 numbers. */
const EXACT = 2 ** 24;

/** What the sums of a single row may be off on their way: four times a stored element and its zero. */
const DETOUR = 4 * (2 ** 8 + LARGEST_CODE);

/**
 * Returns the most that the magnitudes of a column's codes may add up to, so that no sum of products leaves the integers
 * that float32 has, in whichever order it is added up.
 *
 * @param largest the largest magnitude of an activation's code
 */
export function mostMagnitudes(largest: number): number {
  return Math.floor(EXACT / largest) - DETOUR;
}
