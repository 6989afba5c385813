import type { GraphNode } from '@tensorflow/tfjs-converter';
import { add, engine, mean, mul, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { ColorChange } from '../../kernels/gate/rules/images/colors.ts';
import {
  flagAttribute,
  inputOf,
  numberInput,
  numbersAttribute,
  numbersInput,
  type Operation,
  type Operations,
  refuse,
  textAttribute,
} from '../operation.ts';

const resized =
  (kernel: 'ResizeArea' | 'ResizeBicubic'): Operation =>
  (node) =>
    engine().runKernel(
      kernel,
      { images: inputOf(node, 0) },
      {
        size: numbersInput(node, 1),
        alignCorners: flagAttribute(node, 'align_corners'),
        halfPixelCenters: flagAttribute(node, 'half_pixel_centers'),
      },
    );

/** The second version has zeros outside of an image. */
const projected: Operation = (node) =>
  engine().runKernel(
    'Transform',
    { image: inputOf(node, 0), transforms: inputOf(node, 1) },
    {
      interpolation: textAttribute(node, 'interpolation').toLowerCase(),
      fillMode: textAttribute(node, 'fill_mode', 'CONSTANT').toLowerCase(),
      fillValue: 0,
      outputShape: numbersInput(node, 2),
    },
  );

const recolored = (x: Tensor, change: ColorChange, amount: number): Tensor =>
  engine().runKernel('ChangeColors', { x }, { change, amount });

/** What is far from the mean of an image and a channel gets farther. */
const adjustContrast: Operation = (node) => {
  const [x, factor] = [inputOf(node, 0), inputOf(node, 1)];
  if (x.rank < 3 || factor.size !== 1) refuse(node, `a tensor of shape [${x.shape}] is no image`);
  const middle = mean(x, [-3, -2], true);
  return add(mul(sub(x, middle), factor), middle);
};

/** Two numbers of four, the others being those of the batch and of the channels. */
function inner(node: GraphNode, name: string): number[] {
  const [batch, height, width, channels, ...more] = numbersAttribute(node, name);
  if (batch !== 1 || channels !== 1 || height === undefined || width === undefined || more.length > 0)
    return refuse(node, `${name} are not 1, a height, a width and 1`);
  return [height, width];
}

const extractPatches: Operation = (node) =>
  engine().runKernel(
    'ExtractImagePatches',
    { images: inputOf(node, 0) },
    {
      sizes: inner(node, 'ksizes'),
      strides: inner(node, 'strides'),
      rates: inner(node, 'rates'),
      padding: textAttribute(node, 'padding'),
    },
  );

const scaleAndTranslate: Operation = (node) =>
  engine().runKernel(
    'ScaleAndTranslate',
    { images: inputOf(node, 0) },
    {
      size: numbersInput(node, 1),
      scales: numbersInput(node, 2),
      translations: numbersInput(node, 3),
      kernel: textAttribute(node, 'kernel_type', 'lanczos3'),
      isAntialiased: flagAttribute(node, 'antialias', true),
    },
  );

export const IMAGES: Operations = {
  AdjustContrastv2: adjustContrast,
  AdjustHue: (node) => recolored(inputOf(node, 0), 'hue', numberInput(node, 1)),
  AdjustSaturation: (node) => recolored(inputOf(node, 0), 'saturation', numberInput(node, 1)),
  ExtractImagePatches: extractPatches,
  HSVToRGB: (node) => recolored(inputOf(node, 0), 'hsv_to_rgb', 0),
  RGBToHSV: (node) => recolored(inputOf(node, 0), 'rgb_to_hsv', 0),
  ImageProjectiveTransformV2: projected,
  ResizeArea: resized('ResizeArea'),
  ResizeBicubic: resized('ResizeBicubic'),
  ScaleAndTranslate: scaleAndTranslate,
};
