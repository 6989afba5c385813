import fc from 'fast-check';
import type { Dtype } from '../../oracle/tensor.ts';
import { type Calls, floats, integers, positive, shapes, size } from '../kernel_call.ts';

const image = fc.tuple(size, positive, positive, size);
const dtype = fc.constantFrom<Dtype>('float32', 'float32', 'int32');

/** Sometimes an image without pixels, which TensorFlow refuses. */
const resized = fc
  .record({
    image,
    dtype,
    size: fc.tuple(positive, positive),
    isAligned: fc.boolean(),
    isHalf: fc.boolean(),
    isEmpty: fc.nat(9),
  })
  .map(({ image, dtype, size, isAligned, isHalf, isEmpty }) => ({
    inputs: { images: { dtype, shape: isEmpty === 0 ? [...image].with(1, 0) : image } },
    attributes: { size, alignCorners: isAligned, halfPixelCenters: isHalf && !isAligned },
  }));

const boxes = fc.record({
  count: size,
  most: size,
  overlap: fc.constantFrom(0.25, 0.5, 1),
  least: fc.constantFrom(-9, 0),
  sigma: fc.constantFrom(0, 0.5),
  isPadded: fc.boolean(),
});

const suppressing: Calls = boxes.map(({ count, ...attributes }) => ({
  inputs: {
    boxes: { ...floats([count, 4]), range: [0, 3] },
    scores: { ...floats([count]), range: [-1, 1] },
  },
  attributes,
}));

export const IMAGE_CALLS: Readonly<Record<string, Calls>> = {
  ChangeColors: fc
    .record({
      shape: shapes(0, 3),
      change: fc.constantFrom('hsv_to_rgb', 'hue', 'rgb_to_hsv', 'saturation'),
    })
    .map(({ shape, change }) => ({
      inputs: { x: floats([...shape, 3]) },
      attributes: { change, amount: 0.25 },
    })),

  CombinedNonMaxSuppression: fc
    .record({
      batch: size,
      count: size,
      classes: positive,
      isShared: fc.boolean(),
      most: positive,
      total: positive,
      isPerClass: fc.boolean(),
      isClipped: fc.boolean(),
    })
    .map(({ batch, count, classes, isShared, ...attributes }) => ({
      inputs: {
        boxes: { ...floats([batch, count, isShared ? 1 : classes, 4]), range: [0, 3] },
        scores: { ...floats([batch, count, classes]), range: [-1, 1] },
      },
      attributes: { ...attributes, overlap: 0.5, least: 0 },
    })),
  CropAndResize: fc
    .record({ image, boxes: size, size: fc.tuple(positive, positive), isNearest: fc.boolean() })
    .map(({ image: [batch, ...rest], boxes, size, isNearest }) => ({
      inputs: {
        image: floats([Math.max(1, batch), ...rest]),
        boxes: { ...floats([boxes, 4]), range: [-0.25, 1.25] },
        boxInd: integers([boxes], 0, Math.max(0, batch - 1)),
      },
      attributes: { cropSize: size, method: isNearest ? 'nearest' : 'bilinear', extrapolationValue: 0.5 },
    })),
  ExtractImagePatches: fc
    .record({ image, size: positive, stride: positive, rate: fc.constantFrom(1, 2), isSame: fc.boolean() })
    .map(({ image, size, stride, rate, isSame }) => ({
      mayRefuse: !isSame,
      inputs: { images: floats(image) },
      attributes: {
        sizes: [size, 1],
        strides: [stride, 1],
        rates: [rate, 1],
        padding: isSame ? 'SAME' : 'VALID',
      },
    })),
  FlipLeftRight: image.map((shape) => ({ inputs: { image: floats(shape) } })),
  NonMaxSuppression: suppressing,
  ResizeArea: resized,
  ResizeBicubic: resized,
  ResizeBilinear: resized.map((spec) => ({ ...spec, mayRefuse: spec.inputs.images.dtype !== 'float32' })),
  ResizeBilinearGrad: resized.map((spec) => ({
    mayRefuse: true,
    inputs: { ...spec.inputs, dy: floats([...spec.inputs.images.shape]) },
    attributes: spec.attributes,
  })),
  ResizeNearestNeighbor: resized.map((spec) => ({
    ...spec,
    mayRefuse: spec.inputs.images.dtype !== 'float32',
  })),
  ResizeNearestNeighborGrad: resized.map((spec) => ({
    mayRefuse: true,
    inputs: { ...spec.inputs, dy: floats([...spec.inputs.images.shape]) },
    attributes: spec.attributes,
  })),
  RotateWithOffset: image.map((shape) => ({
    mayRefuse: true,
    inputs: { image: floats(shape) },
    attributes: { radians: 0.4, fillValue: 0, center: 0.5 },
  })),
  ScaleAndTranslate: fc
    .record({
      image,
      size: fc.tuple(positive, positive),
      scale: fc.constantFrom(0.25, 1, 3),
      kernel: fc.constantFrom('box', 'gaussian', 'keyscubic', 'lanczos3', 'mitchellcubic', 'triangle'),
      isAntialiased: fc.boolean(),
    })
    .map(({ image, scale, ...attributes }) => ({
      inputs: { images: floats(image) },
      attributes: { ...attributes, scales: [scale, scale], translations: [0.5, -0.5] },
    })),
  Transform: fc
    .record({
      image,
      isShared: fc.boolean(),
      size: fc.tuple(positive, positive),
      interpolation: fc.constantFrom('bilinear', 'nearest'),
      fillMode: fc.constantFrom('constant', 'nearest', 'reflect', 'wrap'),
    })
    .map(({ image, isShared, size, ...modes }) => ({
      mayRefuse: true,
      inputs: {
        image: floats(image),
        transforms: { ...floats([isShared ? 1 : image[0], 8]), range: [-1, 1] },
      },
      attributes: { ...modes, fillValue: 0.5, outputShape: size },
    })),
};
