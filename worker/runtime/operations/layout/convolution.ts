import type { GraphNode } from '@tensorflow/tfjs-converter';
import { engine } from '@tensorflow/tfjs-core';
import { inputOf, numbersAttribute, type Operation, refuse, textAttribute } from '../operation.ts';

/** Two numbers of four, the others being those of the batch and of the channels. */
function ofImage(node: GraphNode, name: string): [number, number] {
  const [batch = 1, height = 1, width = 1, channels = 1, ...more] = numbersAttribute(node, name);
  if (batch !== 1 || channels !== 1 || more.length > 0)
    refuse(node, `${name} of the batch or of the channels are not 1`);
  return [height, width];
}

function padding(node: GraphNode): 'same' | 'valid' | [number, number][] {
  const name = textAttribute(node, 'padding').toLowerCase();
  if (name === 'same' || name === 'valid') return name;
  const given = numbersAttribute(node, 'explicit_paddings');
  if (name !== 'explicit' || given.length !== 8) return refuse(node, `the padding "${name}" is not known`);
  return [0, 1, 2, 3].map((dimension) => [given[2 * dimension] ?? 0, given[2 * dimension + 1] ?? 0]);
}

/** tfjs refuses strides and dilations together, which its kernel's replacement computes. */
export const convolution: Operation = (node) =>
  engine().runKernel(
    'Conv2D',
    { x: inputOf(node, 0), filter: inputOf(node, 1) },
    {
      strides: ofImage(node, 'strides'),
      dilations: ofImage(node, 'dilations'),
      pad: padding(node),
      dataFormat: 'NHWC',
    },
  );
