/**
 * The digits of numbers as C's printf rounds them: from the exact value, with ties to even. JavaScript's toFixed and
 * toExponential round ties up.
 */

/**
 * Returns a number as a fraction of integers.
 *
 * @param value finite and at least 0
 */
function fraction(value: number): readonly [numerator: bigint, denominator: bigint] {
  let [numerator, shift] = [value, 0];
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    shift++;
  }
  return [BigInt(numerator), 1n << BigInt(shift)];
}

function roundedToEven(numerator: bigint, denominator: bigint): bigint {
  const whole = numerator / denominator;
  const twice = 2n * (numerator - whole * denominator);
  return twice > denominator || (twice === denominator && whole % 2n === 1n) ? whole + 1n : whole;
}

function withPoint(number: bigint, digits: number): string {
  const text = String(number).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** `%.{digits}f` */
export function fixed(value: number, digits: number): string {
  const [numerator, denominator] = fraction(value);
  return withPoint(roundedToEven(numerator * 10n ** BigInt(digits), denominator), digits);
}

/** Returns the digits and the exponent of `%.{digits}e`. */
export function scientific(
  value: number,
  digits: number,
): { readonly mantissa: string; readonly exponent: number } {
  if (value === 0) return { mantissa: withPoint(0n, digits), exponent: 0 };
  const [numerator, denominator] = fraction(value);
  let exponent = Number(value.toExponential(20).split('e')[1]);
  const scaled = (): bigint => {
    const power = digits - exponent;
    return power >= 0
      ? roundedToEven(numerator * 10n ** BigInt(power), denominator)
      : roundedToEven(numerator, denominator * 10n ** BigInt(-power));
  };
  let number = scaled();
  if (String(number).length > digits + 1) {
    exponent++;
    number = scaled();
  }
  return { mantissa: withPoint(number, digits), exponent };
}
