import fc from 'fast-check';

const digits = (maximum: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: maximum });

/** Numbers as JSON has them, short and long. */
const decimalText = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), fc.integer({ min: 1, max: 9 }).map(String)),
    digits(25),
    fc.option(digits(30)),
    fc.option(fc.tuple(fc.constantFrom('e', 'E', 'e-', 'e+'), fc.integer({ min: 0, max: 60 }))),
  )
  .map(([sign, first, more, fraction, exponent]) => {
    const whole = first === '0' ? first : first + more;
    const point = fraction === null || fraction === '' ? '' : `.${fraction}`;
    return `${sign}${whole}${point}${exponent === null ? '' : exponent.join('')}`;
  });

/** Halves between two float32 values, and their neighbors, for which a missing digit matters. */
const halfWayText = fc
  .tuple(fc.integer({ min: 2 ** 23, max: 2 ** 24 - 1 }), fc.integer({ min: -60, max: 20 }), digits(8))
  .map(([mantissa, exponent, more]) => {
    const text = ((mantissa + 0.5) * 2 ** exponent).toFixed(40).replace(/0+$/, '');
    return `${text}${text.endsWith('.') ? '0' : ''}${more}`;
  });

/** A number as text. */
export const anyNumberText = fc.oneof(
  decimalText,
  halfWayText,
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
);

const bits = new DataView(new ArrayBuffer(4));

/** Random bits of a float32. Most values are very large or very small. */
const anyBits = fc.integer().map((integer) => {
  bits.setInt32(0, integer);
  return bits.getFloat32(0);
});

/** A power of ten or a number of a few digits, or a float32 next to it, where exponents and rounding change. */
const roundNumber = fc
  .tuple(
    fc.integer({ min: 1, max: 2_000_000 }),
    fc.integer({ min: -46, max: 33 }),
    fc.integer({ min: -2, max: 2 }),
  )
  .map(([mantissa, exponent, steps]) => {
    bits.setFloat32(0, Number(`${mantissa}e${exponent}`));
    bits.setInt32(0, bits.getInt32(0) + steps);
    return bits.getFloat32(0);
  });

/** A float32, including NaN and infinities. */
export const anyFloat32 = fc.oneof(
  fc.float(),
  fc.float({ min: -1, max: 1, noNaN: true }),
  fc.float({ min: -1000, max: 1000, noNaN: true }),
  fc.integer({ min: -1e7, max: 1e7 }).map((value) => Math.fround(value / 1000)),
  fc.integer({ min: -1e5, max: 1e5 }).map((value) => Math.fround(value / 1e5)),
  // Values with few bits after the point, which include halves.
  fc.integer({ min: -(2 ** 24), max: 2 ** 24 }).map((value) => value / 512),
  anyBits,
  roundNumber,
);
