import { clamp, loadUpTo, multiplyAdd, storeUpTo } from './vector';

/**
 * Depthwise convolution of an NHWC image, one filter per channel: four channels at a time, in tiles of four
 * pixels where no tap is outside. Taps outside the image are skipped, so nothing is padded or copied.
 *
 * @param filter [filterHeight, filterWidth, channels]
 * @param bias   channels floats, or 0
 */
export function depthwise_conv2d(
  x: usize,
  filter: usize,
  bias: usize,
  y: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  padTop: i32,
  padLeft: i32,
  lower: f32,
  upper: f32,
): void {
  const pixelBytes = <usize>channels << 2;
  const lineBytes = <usize>width * pixelBytes;
  // Output columns from firstInside to lastInside have every tap inside the line.
  const firstInside = min(outWidth, (padLeft + strideX - 1) / strideX);
  const reach = width - 1 - (filterWidth - 1) * dilationX + padLeft;
  const lastInside = reach < 0 ? firstInside : max(firstInside, min(outWidth, reach / strideX + 1));
  const three = filterWidth == 3 && dilationX == 1 && channels >= 4;
  for (let image = 0; image < batch; image++) {
    for (let outY = 0; outY < outHeight; outY++) {
      const top = outY * strideY - padTop;
      const firstTap = top < 0 ? (dilationY - 1 - top) / dilationY : 0;
      const lastTap = top >= height ? 0 : min(filterHeight, (height - 1 - top) / dilationY + 1);
      const taps = max(0, lastTap - firstTap);
      const line = x + <usize>(top + firstTap * dilationY) * lineBytes;
      const filterLine = filter + <usize>(firstTap * filterWidth) * pixelBytes;
      const lineStep = <usize>dilationY * lineBytes;
      let outX = 0;
      for (; outX < firstInside; outX++) {
        edgePixel(line, lineStep, filterLine, bias, y, width, channels, taps, filterWidth, dilationX, outX * strideX - padLeft, lower, upper);
        y += pixelBytes;
      }
      for (; outX + 4 <= lastInside; outX += 4) {
        const start = line + <usize>(outX * strideX - padLeft) * pixelBytes;
        if (three && strideX == 1) fourPixelsOfThree(start, lineStep, filterLine, bias, y, channels, taps, lower, upper);
        else if (three && strideX == 2) fourPixelsOfThreeStride2(start, lineStep, filterLine, bias, y, channels, taps, lower, upper);
        else fourPixels(start, lineStep, filterLine, bias, y, channels, taps, filterWidth, strideX, dilationX, lower, upper);
        y += pixelBytes << 2;
      }
      for (; outX < outWidth; outX++) {
        edgePixel(line, lineStep, filterLine, bias, y, width, channels, taps, filterWidth, dilationX, outX * strideX - padLeft, lower, upper);
        y += pixelBytes;
      }
    }
    x += <usize>height * lineBytes;
  }
}

/** One pixel, some of whose taps may be outside the line. */
function edgePixel(
  line: usize,
  lineStep: usize,
  filter: usize,
  bias: usize,
  y: usize,
  width: i32,
  channels: i32,
  taps: i32,
  filterWidth: i32,
  dilationX: i32,
  left: i32,
  lower: f32,
  upper: f32,
): void {
  const firstTap = left < 0 ? (dilationX - 1 - left) / dilationX : 0;
  const lastTap = left >= width ? 0 : min(filterWidth, (width - 1 - left) / dilationX + 1);
  const pixelBytes = <usize>channels << 2;
  const step = <usize>dilationX * pixelBytes;
  const start = line + <usize>(left + firstTap * dilationX) * pixelBytes;
  const filterStart = filter + <usize>firstTap * pixelBytes;
  const filterStep = <usize>filterWidth * pixelBytes;
  const lowest = f32x4.splat(lower);
  const highest = f32x4.splat(upper);
  for (let channel = 0; channel < channels; channel += 4) {
    const offset = <usize>channel << 2;
    const left = channels - channel;
    let sum = bias != 0 ? loadUpTo(bias + offset, left) : f32x4.splat(0);
    let source = start + offset;
    let weights = filterStart + offset;
    for (let tapY = 0; tapY < taps; tapY++) {
      let pixel = source;
      let weight = weights;
      if (left >= 4) {
        for (let tapX = firstTap; tapX < lastTap; tapX++) {
          sum = multiplyAdd(v128.load(pixel), v128.load(weight), sum);
          pixel += step;
          weight += pixelBytes;
        }
      } else {
        for (let tapX = firstTap; tapX < lastTap; tapX++) {
          sum = multiplyAdd(loadUpTo(pixel, left), loadUpTo(weight, left), sum);
          pixel += step;
          weight += pixelBytes;
        }
      }
      source += lineStep;
      weights += filterStep;
    }
    storeUpTo(y + offset, clamp(sum, lowest, highest), left);
  }
}

function fourPixels(
  start: usize,
  lineStep: usize,
  filter: usize,
  bias: usize,
  y: usize,
  channels: i32,
  taps: i32,
  filterWidth: i32,
  strideX: i32,
  dilationX: i32,
  lower: f32,
  upper: f32,
): void {
  const pixelBytes = <usize>channels << 2;
  const stride = <usize>strideX * pixelBytes;
  const step = <usize>dilationX * pixelBytes;
  const filterStep = <usize>filterWidth * pixelBytes;
  const lowest = f32x4.splat(lower);
  const highest = f32x4.splat(upper);
  for (let channel = 0; channel < channels; channel += 4) {
    const offset = <usize>channel << 2;
    const left = channels - channel;
    let sum0 = bias != 0 ? loadUpTo(bias + offset, left) : f32x4.splat(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    let source = start + offset;
    let weights = filter + offset;
    for (let tapY = 0; tapY < taps; tapY++) {
      let pixel = source;
      let weight = weights;
      for (let tapX = 0; tapX < filterWidth; tapX++) {
        const pixel1 = pixel + stride;
        const pixel2 = pixel1 + stride;
        const pixel3 = pixel2 + stride;
        if (left >= 4) {
          const value = v128.load(weight);
          sum0 = multiplyAdd(v128.load(pixel), value, sum0);
          sum1 = multiplyAdd(v128.load(pixel1), value, sum1);
          sum2 = multiplyAdd(v128.load(pixel2), value, sum2);
          sum3 = multiplyAdd(v128.load(pixel3), value, sum3);
        } else {
          const value = loadUpTo(weight, left);
          sum0 = multiplyAdd(loadUpTo(pixel, left), value, sum0);
          sum1 = multiplyAdd(loadUpTo(pixel1, left), value, sum1);
          sum2 = multiplyAdd(loadUpTo(pixel2, left), value, sum2);
          sum3 = multiplyAdd(loadUpTo(pixel3, left), value, sum3);
        }
        pixel += step;
        weight += pixelBytes;
      }
      source += lineStep;
      weights += filterStep;
    }
    let target = y + offset;
    storeUpTo(target, clamp(sum0, lowest, highest), left);
    target += pixelBytes;
    storeUpTo(target, clamp(sum1, lowest, highest), left);
    target += pixelBytes;
    storeUpTo(target, clamp(sum2, lowest, highest), left);
    target += pixelBytes;
    storeUpTo(target, clamp(sum3, lowest, highest), left);
  }
}

/** Filters three wide, at least four channels: each input is loaded once for the up to three outputs it serves. */
function fourPixelsOfThree(
  start: usize,
  lineStep: usize,
  filter: usize,
  bias: usize,
  y: usize,
  channels: i32,
  taps: i32,
  lower: f32,
  upper: f32,
): void {
  const pixelBytes = <usize>channels << 2;
  const pixelBytes2 = pixelBytes + pixelBytes;
  const pixelBytes3 = pixelBytes2 + pixelBytes;
  const lowest = f32x4.splat(lower);
  const highest = f32x4.splat(upper);
  const last = pixelBytes - 16;
  let offset: usize = 0;
  while (true) {
    let sum0 = bias != 0 ? v128.load(bias + offset) : f32x4.splat(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    let source = start + offset;
    let weights = filter + offset;
    for (let tapY = 0; tapY < taps; tapY++) {
      const w0 = v128.load(weights);
      const w1 = v128.load(weights + pixelBytes);
      const w2 = v128.load(weights + pixelBytes2);
      let value = v128.load(source);
      sum0 = multiplyAdd(value, w0, sum0);
      value = v128.load(source + pixelBytes);
      sum0 = multiplyAdd(value, w1, sum0);
      sum1 = multiplyAdd(value, w0, sum1);
      value = v128.load(source + pixelBytes2);
      sum0 = multiplyAdd(value, w2, sum0);
      sum1 = multiplyAdd(value, w1, sum1);
      sum2 = multiplyAdd(value, w0, sum2);
      const middle = source + pixelBytes3;
      value = v128.load(middle);
      sum1 = multiplyAdd(value, w2, sum1);
      sum2 = multiplyAdd(value, w1, sum2);
      sum3 = multiplyAdd(value, w0, sum3);
      value = v128.load(middle + pixelBytes);
      sum2 = multiplyAdd(value, w2, sum2);
      sum3 = multiplyAdd(value, w1, sum3);
      value = v128.load(middle + pixelBytes2);
      sum3 = multiplyAdd(value, w2, sum3);
      source += lineStep;
      weights += pixelBytes3;
    }
    const target = y + offset;
    v128.store(target, clamp(sum0, lowest, highest));
    v128.store(target + pixelBytes, clamp(sum1, lowest, highest));
    v128.store(target + pixelBytes2, clamp(sum2, lowest, highest));
    v128.store(target + pixelBytes3, clamp(sum3, lowest, highest));
    if (offset == last) break;
    // A last group that is not full begins earlier and computes some channels again.
    offset = min(offset + 16, last);
  }
}

function fourPixelsOfThreeStride2(
  start: usize,
  lineStep: usize,
  filter: usize,
  bias: usize,
  y: usize,
  channels: i32,
  taps: i32,
  lower: f32,
  upper: f32,
): void {
  const pixelBytes = <usize>channels << 2;
  const pixelBytes2 = pixelBytes + pixelBytes;
  const pixelBytes3 = pixelBytes2 + pixelBytes;
  const lowest = f32x4.splat(lower);
  const highest = f32x4.splat(upper);
  const last = pixelBytes - 16;
  let offset: usize = 0;
  while (true) {
    let sum0 = bias != 0 ? v128.load(bias + offset) : f32x4.splat(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    let source = start + offset;
    let weights = filter + offset;
    for (let tapY = 0; tapY < taps; tapY++) {
      const w0 = v128.load(weights);
      const w1 = v128.load(weights + pixelBytes);
      const w2 = v128.load(weights + pixelBytes2);
      sum0 = multiplyAdd(v128.load(source), w0, sum0);
      sum0 = multiplyAdd(v128.load(source + pixelBytes), w1, sum0);
      let value = v128.load(source + pixelBytes2);
      sum0 = multiplyAdd(value, w2, sum0);
      sum1 = multiplyAdd(value, w0, sum1);
      let pixel = source + pixelBytes3;
      sum1 = multiplyAdd(v128.load(pixel), w1, sum1);
      value = v128.load(pixel + pixelBytes);
      sum1 = multiplyAdd(value, w2, sum1);
      sum2 = multiplyAdd(value, w0, sum2);
      sum2 = multiplyAdd(v128.load(pixel + pixelBytes2), w1, sum2);
      pixel += pixelBytes3;
      value = v128.load(pixel);
      sum2 = multiplyAdd(value, w2, sum2);
      sum3 = multiplyAdd(value, w0, sum3);
      sum3 = multiplyAdd(v128.load(pixel + pixelBytes), w1, sum3);
      sum3 = multiplyAdd(v128.load(pixel + pixelBytes2), w2, sum3);
      source += lineStep;
      weights += pixelBytes3;
    }
    const target = y + offset;
    v128.store(target, clamp(sum0, lowest, highest));
    v128.store(target + pixelBytes, clamp(sum1, lowest, highest));
    v128.store(target + pixelBytes2, clamp(sum2, lowest, highest));
    v128.store(target + pixelBytes3, clamp(sum3, lowest, highest));
    if (offset == last) break;
    offset = min(offset + 16, last);
  }
}
