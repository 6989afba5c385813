/** Powers of ten that a double holds exactly. */
const POWERS: usize = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]);
export const LARGEST_POWER: i32 = 22;

/** Returns 10^exponent for an exponent from 0 to LARGEST_POWER. */
@inline
export function powerOfTen(exponent: i32): f64 {
  return load<f64>(POWERS + (<usize>exponent << 3));
}

const INTEGER_POWERS: usize = memory.data<u64>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000]);

/** Returns 10^exponent as an integer for an exponent from 0 to 7. */
@inline
export function integerPowerOfTen(exponent: i32): u64 {
  return load<u64>(INTEGER_POWERS + (<usize>exponent << 3));
}
