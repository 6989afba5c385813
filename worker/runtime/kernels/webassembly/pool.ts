import { backend_util, type MaxPoolAttrs, type MaxPoolInputs } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import { isCovered, isFourDimensional, type Kernel } from '../kernel.ts';
import { imageArguments, windowArguments } from './convolution_window.ts';

export const maxPool = pooling(0);
export const averagePool = pooling(1);

function pooling(average: 0 | 1): Kernel<MaxPoolInputs, MaxPoolAttrs> {
  return ({ functions, heap }, { x }, { filterSize, strides, pad, dimRoundingMode }) => {
    if (!isCovered(x) || !isFourDimensional(x.shape)) return undefined;
    const info = backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode);
    const result = heap.output(info.outShape);
    // The window is larger than the image, for which tfjs's own kernel traps.
    if (elementCount(info.outShape) === 0) return result;
    functions.pool2d(
      heap.address(x),
      heap.address(result),
      average,
      ...imageArguments(info),
      info.outHeight,
      info.outWidth,
      ...windowArguments(info),
    );
    return result;
  };
}
