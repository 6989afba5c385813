/** Returns the first tap inside the image for a filter whose first tap is at `start`. */
// @ts-ignore: decorator
@inline
export function firstTapInside(start: i32, dilation: i32): i32 {
  return start < 0 ? (dilation - 1 - start) / dilation : 0;
}

/** Returns the tap after the last one inside `size` lines or pixels. It may be before the first tap inside. */
// @ts-ignore: decorator
@inline
export function endOfTapsInside(start: i32, size: i32, taps: i32, dilation: i32): i32 {
  return start >= size ? 0 : min(taps, (size - 1 - start) / dilation + 1);
}
