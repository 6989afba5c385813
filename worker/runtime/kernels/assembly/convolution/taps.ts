/** The first tap of a filter that lies inside, of one whose first tap is at `start`. */
// @ts-ignore: decorator
@inline
export function firstTapInside(start: i32, dilation: i32): i32 {
  return start < 0 ? (dilation - 1 - start) / dilation : 0;
}

/** The tap after the last one that lies inside of so many lines or pixels; it may come before the first. */
// @ts-ignore: decorator
@inline
export function endOfTapsInside(start: i32, size: i32, taps: i32, dilation: i32): i32 {
  return start >= size ? 0 : min(taps, (size - 1 - start) / dilation + 1);
}
