import { type Rank, reshape, string } from '@tensorflow/tfjs-core';
import {
  flagAttribute,
  inputOf,
  numberAttribute,
  type Operation,
  refuse,
  textAttribute,
} from '../operation.ts';

/** tfjs would convert the separator and the pads to lower case. */
export const stringNGrams: Operation = (node) => {
  const widths = node.attrs.ngram_widths;
  const { nGrams, nGramsSplits } = string.stringNGrams(
    reshape<Rank.R1>(inputOf(node, 0), [-1]),
    inputOf(node, 1),
    textAttribute(node, 'separator'),
    Array.isArray(widths) ? widths.map(Number) : [],
    textAttribute(node, 'left_pad'),
    textAttribute(node, 'right_pad'),
    numberAttribute(node, 'pad_width', 0),
    flagAttribute(node, 'preserve_short_sequences'),
  );
  return nGrams === undefined || nGramsSplits === undefined
    ? refuse(node, 'it gave no n-grams')
    : [nGrams, nGramsSplits];
};
