const DECIMALS = 6;
/** Of a number from here on, JavaScript's toFixed writes an exponent. All such numbers are whole. */
const LARGE = 1e21;
/** A multiple of 1/128 has seven decimals at most: one with seven ends in 5, and lies between two of six. */
const HALF = 2 ** (DECIMALS + 1);

/** Writes a number with six decimals as C's `%f` does, which rounds a tie to the even digit. */
export function fixedDecimals(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return `${sign}inf`;
  if (size >= LARGE) return `${sign}${BigInt(size)}.${'0'.repeat(DECIMALS)}`;
  const rounded = size.toFixed(DECIMALS);
  const isTie = (size * HALF) % 2 === 1;
  // toFixed rounds a tie up.
  return `${sign}${isTie && Number(rounded.at(-1)) % 2 === 1 ? size.toFixed(DECIMALS + 1).slice(0, -1) : rounded}`;
}
