import fc from 'fast-check';
import type { Dtype } from '../../oracle/tensor.ts';
import { type Calls, floats, integers, positive, size } from '../kernel_call.ts';

const image = fc.tuple(size, positive, positive, size);
const dtype = fc.constantFrom<Dtype>('float32', 'float32', 'int32');

/** An image without pixels now and then: TensorFlow refuses it. */
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
  maxOutputSize: size,
  iou: fc.constantFrom(0.25, 0.5, 1),
  score: fc.constantFrom(-9, 0),
});

const suppressing = (more: Readonly<Record<string, unknown>>, mayRefuse = false): Calls =>
  boxes.map(({ count, maxOutputSize, iou, score }) => ({
    mayRefuse,
    inputs: {
      boxes: { ...floats([count, 4]), range: [0, 3] },
      scores: { ...floats([count]), range: [-1, 1] },
    },
    attributes: { maxOutputSize, iouThreshold: iou, scoreThreshold: score, ...more },
  }));

export const IMAGE_CALLS: Readonly<Record<string, Calls>> = {
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
  FlipLeftRight: image.map((shape) => ({ inputs: { image: floats(shape) } })),
  NonMaxSuppressionV3: suppressing({}),
  NonMaxSuppressionV4: suppressing({ padToMaxOutputSize: true }),
  NonMaxSuppressionV5: suppressing({ softNmsSigma: 0.5 }, true),
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
  Transform: fc
    .record({ image, isShared: fc.boolean(), size: fc.tuple(positive, positive) })
    .map(({ image, isShared, size }) => ({
      mayRefuse: true,
      inputs: {
        image: floats(image),
        transforms: { ...floats([isShared ? 1 : image[0], 8]), range: [-1, 1] },
      },
      attributes: { interpolation: 'bilinear', fillMode: 'constant', fillValue: 0.5, outputShape: size },
    })),
};
