/** Helpers of the kernels. All vectors have four float32 lanes. */

/** Returns a * b + c, as one fused instruction if the build uses relaxed SIMD. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/**
 * Limits x to the bounds. Pseudo-minimum and pseudo-maximum are one instruction each, and in this order of operands NaN
 * stays NaN.
 */
// @ts-ignore: decorator
@inline
export function clamp(x: v128, lower: v128, upper: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, lower), upper);
}

/** Loads the first `count` lanes, 1 to 3. The other lanes are zeros. */
// @ts-ignore: decorator
@inline
export function loadPartial(address: usize, count: i32): v128 {
  let value = v128.load32_zero(address);
  if (count > 1) value = v128.load_lane<f32>(address, value, 1, 4);
  if (count > 2) value = v128.load_lane<f32>(address, value, 2, 8);
  return value;
}

// @ts-ignore: decorator
@inline
export function storePartial(address: usize, value: v128, count: i32): void {
  v128.store_lane<f32>(address, value, 0);
  if (count > 1) v128.store_lane<f32>(address, value, 1, 4);
  if (count > 2) v128.store_lane<f32>(address, value, 2, 8);
}

/** Loads up to four lanes for any `count`. If it is 0 or less, nothing is read. */
// @ts-ignore: decorator
@inline
export function loadUpTo(address: usize, count: i32): v128 {
  if (count >= 4) return v128.load(address);
  return count > 0 ? loadPartial(address, count) : f32x4.splat(0);
}

// @ts-ignore: decorator
@inline
export function storeUpTo(address: usize, value: v128, count: i32): void {
  if (count >= 4) v128.store(address, value);
  else if (count > 0) storePartial(address, value, count);
}

// @ts-ignore: decorator
@inline
export function sumOfLanes(x: v128): f32 {
  const pairs = f32x4.add(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

// @ts-ignore: decorator
@inline
export function maximumOfLanes(x: v128): f32 {
  const pairs = f32x4.max(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}
