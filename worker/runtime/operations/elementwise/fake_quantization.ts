import type { GraphNode } from '@tensorflow/tfjs-converter';
import { engine, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import {
  flagAttribute,
  inputOf,
  numberAttribute,
  numberInput,
  type Operation,
  refuse,
  textAttribute,
} from '../operation.ts';

/** FakeQuantWithMinMaxVars, with one range for all values, and the form with one range for each channel. */
export const fakeQuantWithVars: Operation = (node) => quantize(node, inputOf(node, 1), inputOf(node, 2));

/** The form whose range is in the attributes. */
export const fakeQuantWithArgs: Operation = (node) =>
  quantize(node, tensor1d([numberAttribute(node, 'min', -6)]), tensor1d([numberAttribute(node, 'max', 6)]));

function quantize(node: GraphNode, min: Tensor, max: Tensor): Tensor {
  return engine().runKernel(
    'FakeQuantize',
    { x: inputOf(node, 0), min, max },
    { numBits: numberAttribute(node, 'num_bits', 8), narrowRange: node.attrs.narrow_range === true },
  );
}

/** QuantizeAndDequantize, whose third version has the number of bits as an input. */
function quantizedAndBack(node: GraphNode, numBits: number): Tensor {
  const axis = numberAttribute(node, 'axis', -1);
  if (axis !== -1) refuse(node, `a range for each element of the dimension ${axis} is not computed`);
  return engine().runKernel(
    'QuantizeAndDequantize',
    { x: inputOf(node, 0), min: inputOf(node, 1), max: inputOf(node, 2) },
    {
      numBits,
      isSigned: flagAttribute(node, 'signed_input', true),
      isRangeGiven: flagAttribute(node, 'range_given'),
      isNarrow: flagAttribute(node, 'narrow_range'),
      rounding: textAttribute(node, 'round_mode', 'HALF_TO_EVEN'),
    },
  );
}

export const quantizeAndDequantize: Operation = (node) =>
  quantizedAndBack(node, numberAttribute(node, 'num_bits', 8));

export const quantizeAndDequantizeV3: Operation = (node) => quantizedAndBack(node, numberInput(node, 3));
