/**
 * Copies the taps of a pixel to one place, one behind the other. A tap of few channels would leave most of a group of four
 * unused. Up to 15 bytes behind the last are written, and behind the image read.
 *
 * @param image   the first byte of the image
 * @param top     the line of the first tap
 * @param left    the pixel of the first tap
 * @param outside the value of pixels outside the image
 */
export function gatherRow(
  image: usize,
  target: usize,
  top: i32,
  left: i32,
  height: i32,
  width: i32,
  channels: i32,
  filterHeight: i32,
  filterWidth: i32,
  dilationY: i32,
  dilationX: i32,
  outside: i32,
): void {
  const isWhole = dilationX == 1 && left >= 0 && left + filterWidth <= width;
  for (let filterY = 0; filterY < filterHeight; filterY++) {
    const line = top + filterY * dilationY;
    const start = image + <usize>((line * width + left) * channels);
    const isInside = <u32>line < <u32>height;
    if (isInside && isWhole) {
      copyBytes(start, target, filterWidth * channels);
      target += <usize>(filterWidth * channels);
      continue;
    }
    for (let filterX = 0; filterX < filterWidth; filterX++) {
      const pixel = filterX * dilationX;
      if (isInside && <u32>(left + pixel) < <u32>width) copyBytes(start + <usize>(pixel * channels), target, channels);
      else for (let channel = 0; channel < channels; channel++) store<u8>(target + channel, <u8>outside);
      target += <usize>channels;
    }
  }
}

// @ts-ignore: decorator
@inline
function copyBytes(from: usize, to: usize, count: i32): void {
  for (let index = 0; index < count; index += 16) v128.store(to + index, v128.load(from + index));
}
