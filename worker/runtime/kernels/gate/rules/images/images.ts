import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall } from '../../kernel_call.ts';
import { gives, type Rule, type Rules } from '../../rule.ts';
import { expectInside } from '../indexing.ts';
import { changedColors } from './colors.ts';
import { patches } from './patches.ts';
import { isSamplingKernel, scaling } from './scaling.ts';

/** Returns the shape of resized images. As TensorFlow, it refuses images without pixels and sizes of 0. */
function resized(call: KernelCall, name: string, images: TensorInfo): readonly number[] {
  call.expectRank(images, 'images', 4);
  const [batch = 0, height = 0, width = 0, channels = 0] = images.shape;
  const size = call.sizes(name);
  const [newHeight = 0, newWidth = 0, ...more] = size;
  if (newHeight === 0 || newWidth === 0 || more.length > 0)
    call.refuse(`[${size}] is not a height and a width`);
  if (height === 0 || width === 0) call.refuse(`images of shape [${images.shape}] have no pixels`);
  return [batch, newHeight, newWidth, channels];
}

function expectOneConvention(call: KernelCall): void {
  if (call.flag('alignCorners') && call.flag('halfPixelCenters'))
    call.refuse('corners cannot be aligned where pixels are taken at their centers');
}

/** By a method that gives other values than those of the image. */
const interpolated: Rule = (call) => {
  const images = call.tensor('images');
  call.expectDtype(images, 'images', 'float32', 'int32');
  expectOneConvention(call);
  return gives(resized(call, 'size', images), 'float32');
};

const nearest: Rule = (call) => {
  const images = call.tensor('images');
  call.expectDtype(images, 'images', 'float32', 'int32');
  expectOneConvention(call);
  return gives(resized(call, 'size', images), images.dtype);
};

const cropAndResize: Rule = (call) => {
  const image = call.tensor('image');
  const boxes = call.tensor('boxes');
  const boxIndices = call.tensor('boxInd');
  call.expectDtype(image, 'image', 'float32', 'int32');
  call.expectDtype(boxes, 'boxes', 'float32');
  call.expectDtype(boxIndices, 'boxInd', 'int32');
  call.number('extrapolationValue');
  const method = call.text('method');
  if (method !== 'bilinear' && method !== 'nearest') call.refuse(`the method ${String(method)} is not known`);
  const [, height = 0, width = 0, channels = 0] = resized(call, 'cropSize', image);
  const [count = 0] = boxes.shape;
  if (boxes.shape.length !== 2 || boxes.shape[1] !== 4)
    call.refuse(`boxes of shape [${boxes.shape}] are not four numbers each`);
  if (boxIndices.shape.length !== 1 || boxIndices.shape[0] !== count)
    call.refuse(`indices of shape [${boxIndices.shape}] are not one for each of ${count} boxes`);
  expectInside(call, boxIndices, image.shape.slice(0, 1));
  return gives([count, height, width, channels], 'float32');
};

const transform: Rule = (call) => {
  const image = call.tensor('image');
  const transforms = call.tensor('transforms');
  call.expectDtype(image, 'image', 'float32');
  call.expectDtype(transforms, 'transforms', 'float32');
  call.expectRank(image, 'image', 4);
  call.number('fillValue');
  const [batch = 0, height = 0, width = 0, channels = 0] = image.shape;
  const [rows = 0] = transforms.shape;
  if (transforms.shape.length !== 2 || transforms.shape[1] !== 8 || (rows !== 1 && rows !== batch))
    call.refuse(
      `transforms of shape [${transforms.shape}] are not eight numbers for each of ${batch} images`,
    );
  const wanted = call.attribute('outputShape');
  const size = wanted === undefined || wanted === null ? [height, width] : call.sizes('outputShape');
  const [newHeight = 0, newWidth = 0] = size;
  if (size.length !== 2 || newHeight === 0 || newWidth === 0)
    call.refuse(`[${size}] is not a height and a width`);
  return gives([batch, newHeight, newWidth, channels], 'float32');
};

const scaleAndTranslate: Rule = (call) => {
  const images = call.tensor('images');
  call.expectDtype(images, 'images', 'float32', 'int32');
  scaling(call);
  if (!isSamplingKernel(call.text('kernel')))
    call.refuse(`the kernel ${String(call.text('kernel'))} is not known`);
  return gives(resized(call, 'size', images), 'float32');
};

export const IMAGE_RULES: Rules = {
  ChangeColors: changedColors,
  CropAndResize: cropAndResize,
  ExtractImagePatches: patches,
  ResizeArea: interpolated,
  ResizeBicubic: interpolated,
  ResizeBilinear: interpolated,
  ResizeNearestNeighbor: nearest,
  ScaleAndTranslate: scaleAndTranslate,
  Transform: transform,
};
