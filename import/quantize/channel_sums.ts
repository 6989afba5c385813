/** Numbers that belong to one output channel each: a filter, or a matrix. */
export interface OfChannels {
  readonly values: Float32Array;
  readonly channels: number;
  /** Returns the output channel of an element in row-major order. */
  readonly channelOf: (index: number) => number;
}

/** Of each channel: the largest magnitude, and the sums of the magnitudes above and below 0. NaN where a value is NaN. */
export interface ChannelSums {
  readonly largest: Float64Array;
  readonly above: Float64Array;
  readonly below: Float64Array;
}

export function channelSums({ values, channels, channelOf }: OfChannels): ChannelSums {
  const largest = new Float64Array(channels);
  const [above, below] = [new Float64Array(channels), new Float64Array(channels)];
  for (const [index, value] of values.entries()) {
    const channel = channelOf(index);
    const magnitude = Math.abs(value);
    largest[channel] = Math.max(largest[channel] ?? 0, magnitude);
    const sums = value < 0 ? below : above;
    sums[channel] = (sums[channel] ?? 0) + magnitude;
  }
  return { largest, above, below };
}
