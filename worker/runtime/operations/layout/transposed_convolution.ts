import { engine } from '@tensorflow/tfjs-core';
import {
  inputOf,
  numbersAttribute,
  numbersInput,
  type Operation,
  refuse,
  textAttribute,
} from '../operation.ts';

/** The volumes that a convolution would have made its third input of. tfjs has the kernel, and no executor for it. */
export const transposedConvolution3D: Operation = (node) => {
  const strides = numbersAttribute(node, 'strides');
  const dilations = numbersAttribute(node, 'dilations');
  if (strides.length !== 5) refuse(node, `strides [${strides}] are not one for each of 5 dimensions`);
  if (dilations.some((dilation) => dilation !== 1)) refuse(node, 'dilations are not computed');
  return engine().runKernel(
    'Conv3DBackpropInputV2',
    { dy: inputOf(node, 2), filter: inputOf(node, 1) },
    {
      inputShape: numbersInput(node, 0),
      strides: strides.slice(1, -1),
      pad: textAttribute(node, 'padding').toLowerCase(),
      dataFormat: 'NDHWC',
    },
  );
};
