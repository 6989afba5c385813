import type { KernelCall } from '../../gate/kernel_call.ts';
import { extentOf, perDimension } from '../../gate/rules/products/windows.ts';

/** The positions of a window over an image with three spatial dimensions. Lists are in the dimensions' order. */
export interface WindowWalk {
  readonly batch: number;
  readonly image: readonly [number, number, number];
  readonly positions: readonly [number, number, number];
  /** The elements of the window that are inside the image and their image coordinates, by dimension and position. */
  readonly taps: readonly [readonly Tap[][], readonly Tap[][], readonly Tap[][]];
}

interface Tap {
  readonly ofWindow: number;
  readonly ofImage: number;
}

/**
 * Places a window as TensorFlow does. An image of two spatial dimensions has one plane.
 *
 * @param image its shape with batch and channels
 * @param window the window's sizes
 * @param positions the number of its positions in each dimension
 */
export function walkWindows(
  call: KernelCall,
  image: readonly number[],
  window: readonly number[],
  positions: readonly number[],
): WindowWalk {
  const dimensions = window.length;
  const strides = perDimension(call, 'strides', dimensions);
  const dilations = perDimension(call, 'dilations', dimensions, 1);
  const sizes = image.slice(1, -1);
  const taps = sizes.map((size, axis) =>
    tapsOf(
      size,
      positions[axis] ?? 0,
      window[axis] ?? 1,
      strides[axis] ?? 1,
      dilations[axis] ?? 1,
      call.attribute('pad'),
      axis,
    ),
  );
  const plane = dimensions === 2;
  return {
    batch: image[0] ?? 0,
    image: three(plane ? [1, ...sizes] : sizes, 1),
    positions: three(plane ? [1, ...positions] : positions, 1),
    taps: three(plane ? [[[{ ofWindow: 0, ofImage: 0 }]], ...taps] : taps, []),
  };
}

/** True if tfjs would begin behind the first pixel: its padding is negative if a stride exceeds the window. */
export function isMispadded(call: KernelCall, window: readonly number[]): boolean {
  const strides = perDimension(call, 'strides', window.length);
  const dilations = perDimension(call, 'dilations', window.length, 1);
  return (
    call.attribute('pad') === 'same' &&
    strides.some((stride, axis) => stride > extentOf({ sizes: window, dilations }, axis))
  );
}

/**
 * True if no window reaches the last pixels of an image with the padding `same`.
 *
 * @param image its shape with batch and channels
 * @param output its shape with batch and channels
 */
export function leavesPixelsOut(
  call: KernelCall,
  image: readonly number[],
  window: readonly number[],
  output: readonly number[],
): boolean {
  if (call.attribute('pad') !== 'same') return false;
  const strides = perDimension(call, 'strides', window.length);
  const dilations = perDimension(call, 'dilations', window.length, 1);
  return window.some((size, axis) => {
    const extent = (size - 1) * (dilations[axis] ?? 1) + 1;
    const reached = ((output[axis + 1] ?? 0) - 1) * (strides[axis] ?? 1) + extent;
    return reached < (image[axis + 1] ?? 0);
  });
}

function three<Value>(values: readonly Value[], otherwise: Value): readonly [Value, Value, Value] {
  const [first = otherwise, second = otherwise, third = otherwise] = values;
  return [first, second, third];
}

function tapsOf(
  size: number,
  count: number,
  window: number,
  stride: number,
  dilation: number,
  pad: unknown,
  axis: number,
): Tap[][] {
  const before = paddingBefore(size, count, (window - 1) * dilation + 1, stride, pad, axis);
  return Array.from({ length: count }, (_, position) => {
    // Visits only elements inside, since a window may be far larger than the image.
    const start = position * stride - before;
    const found: Tap[] = [];
    for (let ofWindow = Math.max(0, Math.ceil(-start / dilation)); ofWindow < window; ofWindow++) {
      const ofImage = start + ofWindow * dilation;
      if (ofImage >= size) break;
      found.push({ ofWindow, ofImage });
    }
    return found;
  });
}

function paddingBefore(
  size: number,
  count: number,
  extent: number,
  stride: number,
  pad: unknown,
  axis: number,
): number {
  if (pad === 'same') return Math.floor(Math.max(0, (count - 1) * stride + extent - size) / 2);
  if (typeof pad === 'number') return pad;
  const pair: unknown = Array.isArray(pad) ? pad[axis + 1] : undefined;
  const before: unknown = Array.isArray(pair) ? pair[0] : 0;
  return typeof before === 'number' ? before : 0;
}

/** Calls `visit` for each position and each of the window's elements inside the image, as pixel numbers. */
export function forEachTap(
  { batch, image, positions, taps }: WindowWalk,
  window: readonly number[],
  visit: (position: number, pixel: number, ofWindow: number, isFirst: boolean) => void,
): void {
  const [depth, height, width] = image;
  const [, windowHeight = 1, windowWidth = 1] = three(window.length === 2 ? [1, ...window] : window, 1);
  let position = 0;
  for (let each = 0; each < batch; each++)
    for (let front = 0; front < positions[0]; front++)
      for (let top = 0; top < positions[1]; top++)
        for (let left = 0; left < positions[2]; left++) {
          let isFirst = true;
          for (const z of taps[0][front] ?? [])
            for (const y of taps[1][top] ?? [])
              for (const x of taps[2][left] ?? []) {
                const pixel = ((each * depth + z.ofImage) * height + y.ofImage) * width + x.ofImage;
                const ofWindow = (z.ofWindow * windowHeight + y.ofWindow) * windowWidth + x.ofWindow;
                visit(position, pixel, ofWindow, isFirst);
                isFirst = false;
              }
          position++;
        }
}
