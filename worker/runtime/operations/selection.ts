import type { GraphNode } from '@tensorflow/tfjs-converter';
import { engine, type Tensor, topk } from '@tensorflow/tfjs-core';
import { flagAttribute, inputOf, numberAttribute, numberInput, type Operations } from './operation.ts';

const inTopK = (node: GraphNode, k: number): Tensor =>
  engine().runKernel('InTopK', { predictions: inputOf(node, 0), targets: inputOf(node, 1) }, { k });

/** A blank that is negative is counted from the last class. */
function decodeGreedily(node: GraphNode): Tensor[] {
  const inputs = inputOf(node, 0);
  const blank = numberAttribute(node, 'blank_index', -1);
  return engine().runKernel<Tensor[]>(
    'CTCGreedyDecoder',
    { inputs, lengths: inputOf(node, 1) },
    {
      blank: blank < 0 ? blank + (inputs.shape[2] ?? 0) : blank,
      mergesRepeated: flagAttribute(node, 'merge_repeated'),
    },
  );
}

export const SELECTION: Operations = {
  CTCGreedyDecoder: decodeGreedily,
  InTopK: (node) => inTopK(node, numberAttribute(node, 'k', 1)),
  /** The first version has the number as an attribute. */
  TopK: (node) => {
    const { values, indices } = topk(
      inputOf(node, 0),
      numberAttribute(node, 'k', 1),
      flagAttribute(node, 'sorted', true),
    );
    return [values, indices];
  },
  InTopKV2: (node) => inTopK(node, numberInput(node, 2)),
};
