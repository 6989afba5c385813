import type { GraphNode } from '@tensorflow/tfjs-converter';
import { engine, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { inputOf, numberAttribute, type Operation } from '../operation.ts';

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
