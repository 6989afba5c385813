/** Integers with their shape, without their zero. */
export interface Integers {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export interface Sliding {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: 'SAME' | 'VALID';
}

/** What is in front of the first row or column, and how many windows there are. Source: TensorFlow's padding "SAME". */
function extent(length: number, size: number, stride: number, dilation: number, padding: Sliding['padding']) {
  const reach = (size - 1) * dilation + 1;
  if (padding === 'VALID') return { before: 0, count: Math.floor((length - reach) / stride) + 1 };
  const count = Math.ceil(length / stride);
  return { before: Math.floor(Math.max((count - 1) * stride + reach - length, 0) / 2), count };
}

/**
 * The sums of products of a convolution of [1, height, width, channels], one product after the other.
 *
 * @param weight of a filter at a row, a column and a channel of the input; 0 where the filter does not take the channel
 */
export function convolutionSums(
  x: Integers,
  [height, width, filters]: readonly [number, number, number],
  weight: (filter: number, row: number, column: number, channel: number) => number,
  { strides, dilations, padding }: Sliding,
): Integers {
  const [, rows = 1, columns = 1, channels = 1] = x.shape;
  const vertical = extent(rows, height, strides[0], dilations[0], padding);
  const horizontal = extent(columns, width, strides[1], dilations[1], padding);
  const values: number[] = [];
  for (let row = 0; row < vertical.count; row++)
    for (let column = 0; column < horizontal.count; column++)
      for (let filter = 0; filter < filters; filter++) {
        let sum = 0;
        for (let dy = 0; dy < height; dy++)
          for (let dx = 0; dx < width; dx++) {
            const y = row * strides[0] + dy * dilations[0] - vertical.before;
            const at = column * strides[1] + dx * dilations[1] - horizontal.before;
            if (y < 0 || y >= rows || at < 0 || at >= columns) continue;
            for (let channel = 0; channel < channels; channel++)
              sum +=
                (x.values[(y * columns + at) * channels + channel] ?? 0) * weight(filter, dy, dx, channel);
          }
        values.push(sum);
      }
  return { shape: [1, vertical.count, horizontal.count, filters], values };
}

/** Integers of the output for sums, as XNNPACK makes them: one product in float32, the nearest integer, ties to the even one. */
export function requantized(
  { shape, values }: Integers,
  scale: (filter: number) => number,
  zero: number,
  [least, most]: readonly [number, number],
): number[] {
  const filters = shape.at(-1) ?? 1;
  return values.map((sum, index) => {
    const scaled = Math.fround(Math.fround(sum) * Math.fround(scale(index % filters)));
    return Math.min(most, Math.max(least, toEven(scaled) + zero));
  });
}

function toEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * A sum as XNNPACK has it: factors of 21 bits whose products are shifted back, where a half goes up. Doubles hold all of it.
 *
 * @param factors what a step of each operand is in steps of the output
 */
export function shiftedSums(
  pairs: readonly (readonly [number, number])[],
  factors: readonly [number, number],
  zero: number,
): number[] {
  const shift =
    20 - Math.floor(Math.log2(Math.max(...factors.map((factor) => Math.abs(Math.fround(factor))))));
  const [one, other] = factors.map((factor) => Math.round(Math.fround(factor) * 2 ** shift));
  return pairs.map(([left, right]) => {
    const sum = Math.floor((left * (one ?? 0) + right * (other ?? 0) + 2 ** (shift - 1)) / 2 ** shift);
    return Math.min(127, Math.max(-128, sum + zero));
  });
}
