import { add, reshape } from '@tensorflow/tfjs-core';
import { computeIntegers, integerType } from '../integer_types.ts';
import { inputOf, type Operation, refuse, textAttribute } from '../operation.ts';

/** A value is added to each channel: those of the last dimension, or of the second one. tfjs knows the last one only. */
export const biasAdd: Operation = (node) => {
  const [x, bias] = [inputOf(node, 0), inputOf(node, 1)];
  const isFirst = textAttribute(node, 'data_format', 'NHWC').startsWith('NC');
  const channels = isFirst ? x.shape[1] : x.shape.at(-1);
  if (bias.rank !== 1 || x.rank < 2 || bias.size !== channels)
    refuse(node, `a bias of shape [${bias.shape}] does not fit a tensor of shape [${x.shape}]`);
  const stretched = isFirst ? reshape(bias, [bias.size, ...x.shape.slice(2).map(() => 1)]) : bias;
  return computeIntegers(integerType(node, 'T'), [x, stretched], ([a = x, b = stretched]) => add(a, b));
};
