import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { chosenElements } from './chosen_elements.ts';
import { inputOf, type Operation, refuse } from './operation.ts';
import { keyOf, stringsOf } from './strings/string_values.ts';

/**
 * Returns the elements of the first list that the second one does not have, in their order, and their places. NaN equals
 * nothing, so that it always remains.
 */
export const listDifference: Operation = (node) => {
  const [x, y] = [inputOf(node, 0), inputOf(node, 1)];
  if (x.rank !== 1 || y.rank !== 1)
    refuse(node, `tensors of shapes [${x.shape}] and [${y.shape}] are no lists`);
  const [keys, others] = [keysOf(x), new Set(keysOf(y))];
  const places = keys.flatMap((key, place) => (Number.isNaN(key) || !others.has(key) ? [place] : []));
  return [chosenElements('ListDiff', x, places), tensor(places, [places.length], 'int32')];
};

/** What equals for equal elements. */
const keysOf = (x: Tensor): (number | string)[] =>
  x.dtype === 'string' ? stringsOf(x).map(keyOf) : Array.from(x.dataSync(), Number);
