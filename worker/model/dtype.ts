import * as v from 'valibot';

/** The dtypes of inputs, outputs and weights, by tfjs's names. */
export const DataTypeSchema = v.picklist(['float32', 'int32', 'bool', 'string']);
export type DataType = v.InferOutput<typeof DataTypeSchema>;

/**
 * Bytes of one element, in memory and in files. Only files of quantized weights have the last three. Strings have no
 * fixed width.
 */
export const BYTES_PER_ELEMENT = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 } as const;

/** The bytes of a string's length in a file of weights: a 32-bit little-endian number before the string. */
export const STRING_LENGTH_BYTES = 4;

/** The largest finite float32. Its negative is the lowest, from which TensorFlow begins a maximum. */
export const LARGEST_FLOAT32 = 3.4028234663852886e38;
