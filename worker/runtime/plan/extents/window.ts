import { LARGEST_EXTENT } from '../../kernels/gate/rules/products/windows.ts';
import type { Parameter } from '../../kernels/kernel_functions.ts';
import { areSizes } from './extent.ts';

/** The numbers of all kernels that move a window over images [batch, height, width, channels]. */
export type WindowArguments = Readonly<Record<Exclude<Parameter<'pool2d'>, 'x' | 'y' | 'average'>, number>>;

/** True if a window takes places that kernels compute, inside and outside of the image. */
export function isWindow(given: WindowArguments): boolean {
  const { batch, height, width, channels, outHeight, outWidth, filterHeight, filterWidth } = given;
  const { strideY, strideX, dilationY, dilationX, padTop, padLeft } = given;
  const reaches = [
    padTop,
    padLeft,
    (outHeight - 1) * strideY,
    (outWidth - 1) * strideX,
    (filterHeight - 1) * dilationY,
    (filterWidth - 1) * dilationX,
  ];
  return (
    areSizes(batch, height, width, channels, outHeight, outWidth, filterHeight, filterWidth) &&
    areSizes(strideY, strideX, dilationY, dilationX) &&
    reaches.every((reach) => reach >= 0 && reach <= LARGEST_EXTENT)
  );
}

/** Returns the elements of the image. */
export function imageElements({ batch, height, width, channels }: WindowArguments): number {
  return batch * height * width * channels;
}

/** Returns the pixels of the result. */
export function resultPixels({ batch, outHeight, outWidth }: WindowArguments): number {
  return batch * outHeight * outWidth;
}
