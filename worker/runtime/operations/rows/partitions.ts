import { engine, scalar, scatterND, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import { computeIntegers, integerType } from '../integer_types.ts';
import {
  inputOf,
  numberAttribute,
  numbersInput,
  type Operation,
  type Operations,
  refuse,
} from '../operation.ts';
import { moving } from '../strings/movement.ts';

/** The first inputs of a node that moves elements. */
const first = ([a = scalar(0), b = a]: readonly Tensor[]) => [a, b] as const;

const dynamicPartition = moving([0], (node, inputs) => {
  const [data, partitions] = first(inputs);
  return engine().runKernel<Tensor[]>(
    'DynamicPartition',
    { data, partitions },
    { count: numberAttribute(node, 'num_partitions', 1) },
  );
});

/** Its inputs are N lists of places and N lists of rows. */
const dynamicStitch: Operation = (node) => {
  const tensors = node.inputs.map((tensor, index): [string, Tensor] => [`input${index}`, tensor]);
  return engine().runKernel('DynamicStitch', Object.fromEntries(tensors));
};

const invertPermutation: Operation = (node) =>
  engine().runKernel('InvertPermutation', { x: inputOf(node, 0) });

function scattered(operation: 'add' | 'max' | 'min' | 'sub'): Operation {
  return (node) =>
    computeIntegers(
      integerType(node, 'T'),
      [inputOf(node, 0), inputOf(node, 2)],
      ([tensor = inputOf(node, 0), updates = inputOf(node, 2)]) =>
        engine().runKernel('TensorScatter', { tensor, indices: inputOf(node, 1), updates }, { operation }),
    );
}

/** Updates at one place are added up. */
const scatterInto: Operation = (node) =>
  computeIntegers(integerType(node, 'T'), [inputOf(node, 1)], ([updates = inputOf(node, 1)]) =>
    scatterND(inputOf(node, 0), updates, numbersInput(node, 2)),
  );

const reverseSequence = moving([0], (node, inputs) => {
  const [x, lengths] = first(inputs);
  return engine().runKernel<Tensor>(
    'ReverseSequence',
    { x, lengths },
    { seqDim: numberAttribute(node, 'seq_dim', 0), batchDim: numberAttribute(node, 'batch_dim', 0) },
  );
});

/** The place of each number in row-major order, a dimension in each row. */
const unravel: Operation = (node) => {
  const x = inputOf(node, 0);
  const sizes = numbersInput(node, 1);
  const numbers = Array.from(x.dataSync(), Number);
  const all = elementCount(sizes);
  const outside = numbers.find((number) => number < 0 || number >= all);
  if (x.rank > 1 || outside !== undefined)
    refuse(
      node,
      `${outside ?? `a tensor of shape [${x.shape}]`} is no place of a tensor of shape [${sizes}]`,
    );
  const places = sizes.map((size, axis) => {
    const below = elementCount(sizes.slice(axis + 1));
    return numbers.map((number) => Math.floor(number / below) % size);
  });
  return tensor(Int32Array.from(places.flat()), [sizes.length, ...x.shape], 'int32');
};

export const PARTITIONS: Operations = {
  DynamicPartition: dynamicPartition,
  DynamicStitch: dynamicStitch,
  InvertPermutation: invertPermutation,
  ParallelDynamicStitch: dynamicStitch,
  ReverseSequence: reverseSequence,
  ScatterNd: scatterInto,
  UnravelIndex: unravel,
  TensorScatterAdd: scattered('add'),
  TensorScatterMax: scattered('max'),
  TensorScatterMin: scattered('min'),
  TensorScatterSub: scattered('sub'),
};
