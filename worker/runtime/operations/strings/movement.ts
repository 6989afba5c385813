import type { GraphNode } from '@tensorflow/tfjs-converter';
import { range, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { type Operation, operationName } from '../operation.ts';
import { type Bytes, EMPTY, expectRoom, stringsOf, stringTensor } from './string_values.ts';

/** Computes an operation that only moves elements. */
export type Move = (node: GraphNode, inputs: readonly Tensor[]) => Tensor | Tensor[];

/**
 * Makes an operation that only moves elements. No kernel moves strings, so that they are numbered, their numbers are
 * moved, and each number then becomes its string. Number 0 is the empty string, for padding.
 *
 * @param moved the indices of the inputs with the elements, or `list` for every input up to the attribute N
 */
export function moving(moved: readonly number[] | 'list', move: Move): Operation {
  return (node) => {
    const { inputs } = node;
    const count = typeof node.attrs.N === 'number' ? node.attrs.N : inputs.length;
    const isMoved = (index: number): boolean => (moved === 'list' ? index < count : moved.includes(index));
    if (!inputs.some(({ dtype }, index) => dtype === 'string' && isMoved(index))) return move(node, inputs);
    const strings: Bytes[] = [EMPTY];
    const numbered = inputs.map((input, index) => {
      if (!isMoved(index)) return input;
      const values = stringsOf(input);
      const first = strings.length;
      for (const value of values) strings.push(value);
      return reshape(range(first, first + values.length, 1, 'int32'), input.shape);
    });
    const result = move(node, numbered);
    const operation = operationName(node);
    const named = (places: Tensor): Tensor => {
      expectRoom(operation, places.size);
      const chosen = Array.from(places.dataSync(), (place) => strings[place] ?? EMPTY);
      return stringTensor(operation, chosen, places.shape);
    };
    return Array.isArray(result) ? result.map(named) : named(result);
  };
}
