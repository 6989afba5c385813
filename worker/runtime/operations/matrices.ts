import { engine } from '@tensorflow/tfjs-core';
import { inputOf, numberInput, type Operation } from './operation.ts';

/** tfjs takes num_lower for num_upper too. */
export const matrixBandPart: Operation = (node) =>
  engine().runKernel(
    'MatrixBandPart',
    { x: inputOf(node, 0) },
    { numLower: numberInput(node, 1), numUpper: numberInput(node, 2) },
  );
