/** The largest finite float32. Its negative is the lowest, from which TensorFlow begins a maximum. */
export const LARGEST_FLOAT32 = 3.4028234663852886e38;
