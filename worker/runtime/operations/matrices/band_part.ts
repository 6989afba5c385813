import { engine } from '@tensorflow/tfjs-core';
import { inputOf, numberInput, type Operation } from '../operation.ts';

/** tfjs also uses num_lower as num_upper. */
export const matrixBandPart: Operation = (node) =>
  engine().runKernel(
    'MatrixBandPart',
    { x: inputOf(node, 0) },
    { numLower: numberInput(node, 1), numUpper: numberInput(node, 2) },
  );
