import { areSizes, type ExtentRule, optional, vectorBytes, words } from './extent.ts';

export const softmax: ExtentRule<'softmax'> = ({ rows, width }) =>
  areSizes(rows, width) ? { x: words(rows * width), y: words(rows * width) } : undefined;

export const layerNorm: ExtentRule<'layer_norm'> = ({ rows, width }) =>
  areSizes(rows, width)
    ? {
        x: words(rows * width),
        gamma: optional(words(width)),
        beta: optional(words(width)),
        y: words(rows * width),
      }
    : undefined;

export const sumMiddle: ExtentRule<'sum_middle'> = ({ outer, reduced, inner }) =>
  areSizes(outer, reduced, inner)
    ? { x: words(outer * reduced * inner), y: words(outer * inner) }
    : undefined;

export const sumsOfIntegers: ExtentRule<'sums_of_integers'> = ({ outer, reduced, inner }) =>
  areSizes(outer, reduced, inner)
    ? { x: vectorBytes(outer * reduced * inner), y: words(outer * inner) }
    : undefined;
