import { engine } from '@tensorflow/tfjs-core';
import { inputOf, numberAttribute, numberInput, type Operation } from './operation.ts';

/** tfjs ignores the axis and refuses a depth below 2. */
export const oneHot: Operation = (node) =>
  engine().runKernel(
    'OneHot',
    { indices: inputOf(node, 0) },
    {
      depth: numberInput(node, 1),
      onValue: numberInput(node, 2),
      offValue: numberInput(node, 3),
      axis: numberAttribute(node, 'axis', -1),
      dtype: inputOf(node, 2).dtype,
    },
  );
