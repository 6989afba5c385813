import type { KernelCall } from '../../kernel_call.ts';

/** A window over the spatial dimensions of an image. */
export interface Window {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

/** WebAssembly kernels compute places in 32 bits, as sums of three extents, strides, dilations or paddings of a window. */
export const LARGEST_EXTENT = 2 ** 29;

/** Returns the pixels of a dimension from the first tap of a window to its last one. */
export function extentOf({ sizes, dilations }: Omit<Window, 'strides'>, axis: number): number {
  return ((sizes[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
}

/** Returns a positive number for each spatial dimension. A single number that is not a list applies to all. */
export function perDimension(
  call: KernelCall,
  name: string,
  count: number,
  otherwise?: number,
): readonly number[] {
  const given = call.attribute(name) ?? otherwise;
  const list = typeof given === 'number' ? Array.from({ length: count }, () => given) : call.integers(name);
  if (list.length !== count || list.some((each) => !(Number.isInteger(each) && each >= 1)))
    call.refuse(`${name} [${list}] is not a positive number for each of ${count} dimensions`);
  return list;
}

/**
 * Returns the number of positions of a window in each spatial dimension, as TensorFlow's GetWindowedOutputSizeVerbose.
 *
 * @param image the sizes of the spatial dimensions
 */
export function windowPositions(
  call: KernelCall,
  image: readonly number[],
  window: Window,
): readonly number[] {
  const pad = call.attribute('pad');
  return image.map((size, axis) => {
    const stride = window.strides[axis] ?? 1;
    if (pad === 'same') return Math.ceil(size / stride);
    const count = Math.trunc((size + padding(call, pad, axis) - extentOf(window, axis) + stride) / stride);
    if (count < 0) call.refuse(`a window of [${window.sizes}] is larger than an image of [${image}]`);
    return count + 0;
  });
}

/** Refuses a window whose places do not fit in 32 bits. */
export function expectReach(call: KernelCall, image: readonly number[], window: Window): void {
  const { sizes, strides, dilations } = window;
  const pad = call.attribute('pad');
  image.forEach((size, axis) => {
    const padded = pad === 'same' ? size : size + padding(call, pad, axis);
    const [stride, dilation] = [strides[axis] ?? 1, dilations[axis] ?? 1];
    if (Math.max(extentOf(window, axis), stride, dilation, padded) > LARGEST_EXTENT)
      call.refuse(
        `a window of [${sizes}] with strides [${strides}] and dilations [${dilations}] is too large to compute`,
      );
  });
}

/** Returns the padding of both sides of a dimension together. */
function padding(call: KernelCall, pad: unknown, axis: number): number {
  if (pad === 'valid') return 0;
  const pairs: unknown =
    typeof pad === 'number' ? [pad, pad] : Array.isArray(pad) ? pad[axis + 1] : undefined;
  const [before, after]: unknown[] = Array.isArray(pairs) ? pairs : [];
  if (!isPadding(before) || !isPadding(after)) return call.refuse(`the padding ${String(pad)} is not known`);
  return before + after;
}

function isPadding(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

/** Refuses channels first, which the kernels of tfjs's WebAssembly backend do not compute. */
export function expectChannelsLast(call: KernelCall): void {
  const format = call.text('dataFormat');
  if (format === 'NCHW' || format === 'NCDHW') call.refuse('channels first are not computed');
  const rounding = call.attribute('dimRoundingMode');
  if (rounding !== undefined && rounding !== null && rounding !== 'floor')
    call.refuse(`the rounding of sizes by ${String(rounding)} is not computed`);
}
