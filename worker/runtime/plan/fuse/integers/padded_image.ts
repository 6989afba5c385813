import type { BufferId } from '../../ir/buffers.ts';
import { bufferAt, isPlace } from '../../ir/function_step.ts';
import type { Step } from '../../ir/step.ts';
import type { Window } from './product_operands.ts';

/** An image that is copied into the middle of a larger one, which is filled with one value. */
export interface PaddedImage {
  readonly inner: BufferId;
  readonly result: BufferId;
  readonly value: number;
  /** The elements of a line of the inner and of the larger image, and those before the inner one. */
  readonly innerLine: number;
  readonly line: number;
  readonly before: number;
  readonly lines: number;
}

/** Returns the image that two steps pad, or undefined for other steps. */
export function paddedImage(fill: Step | undefined, copy: Step): PaddedImage | undefined {
  if (fill?.kind !== 'function' || fill.name !== 'fill') return undefined;
  if (copy.kind !== 'function' || copy.name !== 'copy') return undefined;
  const { x, y, size0, size1, size2, size3: lines, size4: innerLine, x3, x4, y3, y4 } = copy.arguments;
  const inner = bufferAt(x);
  const result = bufferAt(fill.arguments.y);
  if (inner === undefined || result === undefined || !isPlace(y) || y.buffer !== result) return undefined;
  if (size0 * size1 * size2 !== 1 || x4 !== 1 || y4 !== 1 || x3 !== innerLine) return undefined;
  const { value } = fill.arguments;
  return { inner, result, value, innerLine, line: y3, before: y.offset / 4, lines };
}

/**
 * Returns the window over the inner image that is equal to a window over the padded one, or undefined if the padding is
 * not around the lines and pixels of that image.
 */
export function windowInside(window: Window, image: PaddedImage): Window | undefined {
  const { batch, height, width, channels, padTop, padLeft } = window;
  const { line, innerLine, before, lines } = image;
  const top = Math.floor(before / line);
  const left = (before - top * line) / channels;
  const innerWidth = innerLine / channels;
  const isImage = batch === 1 && line === width * channels && top + lines <= height;
  const isWhole = Number.isInteger(left) && Number.isInteger(innerWidth) && left + innerWidth <= width;
  if (!isImage || !isWhole) return undefined;
  return { ...window, height: lines, width: innerWidth, padTop: padTop + top, padLeft: padLeft + left };
}
