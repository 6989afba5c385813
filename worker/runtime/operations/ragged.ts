import type { GraphNode } from '@tensorflow/tfjs-converter';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { elementCount } from '../../model/tensor.ts';
import {
  inputOf,
  numbersInput,
  type Operation,
  type Operations,
  refuse,
  textsAttribute,
} from './operation.ts';
import { EMPTY, stringsOf, stringTensor } from './strings/string_values.ts';

/** The elements of a padded tensor: a row of the request may be long, and every other one becomes as long. */
const MOST_ELEMENTS = 8 * 1024 * 1024;

/** A partition of the values of one dimension into the rows of the one before it. */
interface Partition {
  readonly kind: 'row splits' | 'value row ids';
  readonly numbers: readonly number[];
}

/** The number of rows, and their partitions from the outermost to the innermost. */
interface Partitions {
  readonly rows: number;
  readonly inner: readonly Partition[];
}

/**
 * Pads a ragged tensor: `shape [rank]` with -1 for a size that the longest row decides, `values [count, ...]`, the default
 * value, and the tensors of the row partitions. Longer rows are cut off. Source: RaggedTensorToTensor.
 */
const toTensor: Operation = (node) => {
  const [shape, values, filler] = [numbersInput(node, 0), inputOf(node, 1), inputOf(node, 2)];
  const levels = lengthsOfLevels(node, partitionsOf(node), values.shape[0] ?? 0);
  const row = values.shape.slice(1);
  const wanted = [
    levels[0]?.length ?? 0,
    ...levels.map((lengths) => lengths.reduce((most, length) => Math.max(most, length), 0)),
    ...row,
  ];
  // A shape of unknown rank is a scalar of -1.
  const isOpen = inputOf(node, 0).rank === 0;
  if (!isOpen && shape.length !== wanted.length)
    refuse(node, `the shape [${shape}] does not have the ${wanted.length} dimensions of the ragged tensor`);
  const sizes = wanted.map((size, axis) => {
    const given = isOpen ? -1 : (shape[axis] ?? -1);
    return given < 0 ? size : given;
  });
  if (row.some((size, index) => sizes[1 + levels.length + index] !== size))
    refuse(node, `the shape [${shape}] does not end with that of the values, [${row}]`);
  const count = elementCount(sizes);
  if (count > MOST_ELEMENTS) refuse(node, `there is no memory for a padded tensor of shape [${sizes}]`);
  const width = elementCount(row);
  const sources = new Int32Array(count).fill(-1);
  for (const [value, target] of targetsOf(sizes, levels).entries())
    for (let offset = 0; target >= 0 && offset < width; offset++)
      sources[target * width + offset] = value * width + offset;
  return padded(node, values, filler, sizes, sources, width);
};

/** The lengths of the rows of each level. Those of one level together are the rows of the next, or the values. */
function lengthsOfLevels(node: GraphNode, { rows, inner }: Partitions, values: number): Int32Array[] {
  let count = rows;
  const levels = inner.map((partition) => {
    const lengths = lengthsOf(node, partition, count);
    count = lengths.reduce((sum, length) => sum + length, 0);
    return lengths;
  });
  if (count !== values) refuse(node, `its rows have ${count} values, and there are ${values}`);
  return levels;
}

/** Where each value goes, counted in rows of values; -1 for a value that is cut off. */
function targetsOf(sizes: readonly number[], levels: readonly Int32Array[]): Int32Array {
  let targets = Int32Array.from(levels[0] ?? [], (_, row) => (row < (sizes[0] ?? 0) ? row : -1));
  for (const [level, lengths] of levels.entries()) {
    const size = sizes[level + 1] ?? 0;
    const next = new Int32Array(lengths.reduce((sum, length) => sum + length, 0));
    let value = 0;
    for (const [row, length] of lengths.entries()) {
      const target = targets[row] ?? -1;
      for (let column = 0; column < length; column++)
        next[value++] = target < 0 || column >= size ? -1 : target * size + column;
    }
    targets = next;
  }
  return targets;
}

/** Fills what no value goes to with the default value. */
function padded(
  node: GraphNode,
  values: Tensor,
  filler: Tensor,
  sizes: readonly number[],
  sources: Int32Array,
  width: number,
): Tensor {
  if (filler.size !== 1 && filler.size !== width)
    refuse(
      node,
      `the default value of shape [${filler.shape}] does not fit values of shape [${values.shape}]`,
    );
  const fillerAt = (index: number): number => (filler.size === 1 ? 0 : index % width);
  if (values.dtype === 'string') {
    const [texts, others] = [stringsOf(values), stringsOf(filler)];
    const filled = Array.from(sources, (source, index) => texts[source] ?? others[fillerAt(index)] ?? EMPTY);
    return stringTensor('RaggedTensorToTensor', filled, sizes);
  }
  const [numbers, others] = [values.dataSync(), filler.dataSync()];
  const filled = numbersOf(values.dtype, sources.length);
  for (const [index, source] of sources.entries())
    filled[index] = numbers[source] ?? others[fillerAt(index)] ?? 0;
  return tensor(filled, [...sizes], values.dtype);
}

function numbersOf(dtype: Tensor['dtype'], length: number): Float32Array | Int32Array | Uint8Array {
  if (dtype === 'float32') return new Float32Array(length);
  return dtype === 'bool' ? new Uint8Array(length) : new Int32Array(length);
}

/** The attribute and the inputs that partition the values. */
function partitionsOf(node: GraphNode): Partitions {
  const types = textsAttribute(node, 'row_partition_types');
  const tensors = types.map((_, index) => numbersInput(node, 3 + index));
  const first = tensors[0] ?? [];
  const startsWithSize = types[0] === 'FIRST_DIM_SIZE';
  const inner = types.slice(startsWithSize ? 1 : 0).map((type, index): Partition => {
    const numbers = tensors[index + (startsWithSize ? 1 : 0)] ?? [];
    switch (type) {
      case 'ROW_SPLITS':
        return { kind: 'row splits', numbers };
      case 'VALUE_ROWIDS':
        return { kind: 'value row ids', numbers };
      default:
        return refuse(node, `its row partition ${type} is not ROW_SPLITS or VALUE_ROWIDS`);
    }
  });
  if (inner.length === 0) return refuse(node, 'it has no row partition');
  return { rows: startsWithSize ? (first[0] ?? 0) : first.length - 1, inner };
}

/** How many values each row has. */
function lengthsOf(node: GraphNode, { kind, numbers }: Partition, rows: number): Int32Array {
  if (!(rows >= 0 && rows <= MOST_ELEMENTS)) refuse(node, `a ragged tensor cannot have ${rows} rows`);
  const lengths = new Int32Array(rows);
  if (kind === 'value row ids') {
    for (const [index, row] of numbers.entries()) {
      if (row < (numbers[index - 1] ?? 0) || row >= rows)
        refuse(node, `its value row ids [${numbers.slice(0, 8)}] do not ascend from 0 to below ${rows}`);
      lengths[row] = (lengths[row] ?? 0) + 1;
    }
    return lengths;
  }
  if (numbers.length !== rows + 1 || numbers[0] !== 0)
    refuse(
      node,
      `its row splits [${numbers.slice(0, 8)}] do not begin with 0 and have one number more than ${rows} rows`,
    );
  for (let row = 0; row < rows; row++) {
    const length = (numbers[row + 1] ?? 0) - (numbers[row] ?? 0);
    if (length < 0) refuse(node, `its row splits [${numbers.slice(0, 8)}] do not ascend`);
    lengths[row] = length;
  }
  return lengths;
}

export const RAGGED: Operations = { RaggedTensorToTensor: toTensor };
