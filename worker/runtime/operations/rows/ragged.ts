import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { inputOf, member, type Operation, type Operations, rawAttribute } from '../operation.ts';
import { moving } from '../strings/movement.ts';

const toDense = moving([1, 2], (node, inputs) => {
  const [shape, values, defaultValue, ...partitions] = inputs;
  const named = Object.fromEntries(partitions.map((tensor, index) => [`partition${index}`, tensor]));
  const listed = member(member(rawAttribute(node, 'row_partition_types'), 'list'), 's');
  const types = Array.isArray(listed) ? listed.map(textOf) : [];
  return engine().runKernel<Tensor>(
    'RaggedTensorToTensor',
    {
      ...(shape && { shape }),
      ...(values && { values }),
      ...(defaultValue && { defaultValue }),
      ...named,
    },
    { types },
  );
});

/** Texts are base64 in the JSON of a graph. */
const textOf = (value: unknown): string => (typeof value === 'string' ? atob(value) : '');

const raggedRange: Operation = (node) =>
  engine().runKernel<Tensor[]>('RaggedRange', {
    starts: inputOf(node, 0),
    limits: inputOf(node, 1),
    deltas: inputOf(node, 2),
  });

export const RAGGED: Operations = { RaggedRange: raggedRange, RaggedTensorToTensor: toDense };
