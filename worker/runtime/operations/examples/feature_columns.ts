import type { GraphNode } from '@tensorflow/tfjs-converter';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import { inputOf, refuse } from '../operation.ts';
import { type Bytes, stringsOf } from '../strings/string_values.ts';
import { asType, type Feature, type FeatureType, valueCount } from './example_message.ts';
import { expectMemory, FeatureValues } from './feature_values.ts';

/** One feature over a batch of examples. */
export interface Column {
  readonly name: string;
  readonly type: FeatureType;
  /** Of each example; undefined where it lacks the feature. */
  readonly features: readonly (Feature | undefined)[];
  /** How many values each example has. */
  readonly counts: Int32Array;
}

/** Reads a feature of all examples. @throws ExecutionError if one is of another type, or damaged */
export function columnOf(
  node: GraphNode,
  name: string,
  type: FeatureType,
  given: readonly (Feature | undefined)[],
): Column {
  const features = given.map((feature, index) => {
    if (feature === undefined) return undefined;
    return (
      asType(feature, type) ??
      refuse(
        node,
        `the feature "${name}" of example ${index} is of type ${feature.type}, and has to be of ${type}`,
      )
    );
  });
  const counts = Int32Array.from(features, (feature, index) => {
    if (feature === undefined) return 0;
    return valueCount(feature) ?? refuse(node, `the feature "${name}" of example ${index} is damaged`);
  });
  return { name, type, features, counts };
}

/**
 * A feature of a fixed shape: `[batch, ...shape]`, or `shape` for one example. An example that lacks the feature has the
 * default value, if there is one.
 */
export function denseTensor(
  node: GraphNode,
  column: Column,
  shape: readonly number[],
  otherwise: Tensor,
  isBatch: boolean,
): Tensor {
  const { name, type, features, counts } = column;
  const size = elementCount(shape);
  const values = new FeatureValues(node, type, size * features.length);
  for (const [index, feature] of features.entries()) {
    if (feature === undefined) {
      if (otherwise.size !== size || (size === 0 && otherwise.shape.join() !== shape.join()))
        refuse(node, `the feature "${name}" is missing in example ${index}, and has no default value`);
      values.writeDefault(otherwise, index * size, size);
      continue;
    }
    if (counts[index] !== size)
      refuse(
        node,
        `the feature "${name}" of example ${index} has ${counts[index]} values, and its shape is [${shape}]`,
      );
    values.write(name, feature, index * size);
  }
  return values.tensor(isBatch ? [features.length, ...shape] : shape);
}

/**
 * A feature of a shape whose first dimension is open: `[batch, longest, ...rest]`. Shorter ones are padded with the
 * default value, which is one element, or with zeros.
 */
export function paddedTensor(
  node: GraphNode,
  column: Column,
  rest: readonly number[],
  otherwise: Tensor,
  isBatch: boolean,
): Tensor {
  const { name, type, features, counts } = column;
  const stride = elementCount(rest);
  const longest = counts.reduce((most, count, index) => {
    if (count % Math.max(stride, 1) !== 0)
      refuse(
        node,
        `the feature "${name}" of example ${index} has ${count} values, which are not rows of [${rest}]`,
      );
    return Math.max(most, stride === 0 ? 0 : count / stride);
  }, 0);
  const length = longest * stride;
  const values = new FeatureValues(node, type, length * features.length);
  for (const [index, feature] of features.entries()) {
    const begin = index * length;
    const end = feature === undefined ? begin : values.write(name, feature, begin);
    if (otherwise.size === 1) values.writeDefault(otherwise, end, begin + length - end);
  }
  return values.tensor([...(isBatch ? [features.length] : []), longest, ...rest]);
}

/** All values of a feature, one example after the other: `[count]`. */
export function listedValues(node: GraphNode, column: Column): Tensor {
  const count = totalOf(column);
  const values = new FeatureValues(node, column.type, count);
  let end = 0;
  for (const feature of column.features)
    if (feature !== undefined) end = values.write(column.name, feature, end);
  return values.tensor([count]);
}

/** The place of each value: `[count, 2]` of example and position, or `[count, 1]` for one example. */
function sparseIndices(node: GraphNode, column: Column, isBatch: boolean): Tensor {
  const count = totalOf(column);
  expectMemory(node, count);
  const width = isBatch ? 2 : 1;
  const indices = new Int32Array(count * width);
  let end = 0;
  for (const [example, length] of column.counts.entries()) {
    for (let position = 0; position < length; position++) {
      if (isBatch) indices[end++] = example;
      indices[end++] = position;
    }
  }
  return tensor(indices, [count, width], 'int32');
}

/** `[batch, longest]`, or `[count]` for one example. */
function sparseShape({ counts }: Column, isBatch: boolean): Tensor {
  const longest = counts.reduce((most, count) => Math.max(most, count), 0);
  return tensor(isBatch ? [counts.length, longest] : [longest], undefined, 'int32');
}

/** Where the values of each example begin, and where the last ones end: `[batch + 1]`. */
export function rowSplits({ counts }: Pick<Column, 'counts'>): Tensor {
  const splits = new Int32Array(counts.length + 1);
  for (const [index, count] of counts.entries()) splits[index + 1] = (splits[index] ?? 0) + count;
  return tensor(splits, [splits.length], 'int32');
}

function totalOf({ counts }: Column): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The outputs for sparse features: the indices of all, then their values, then their shapes. */
export function sparseTensors(node: GraphNode, columns: readonly Column[], isBatch: boolean): Tensor[] {
  return [
    ...columns.map((column) => sparseIndices(node, column, isBatch)),
    ...columns.map((column) => listedValues(node, column)),
    ...columns.map((column) => sparseShape(column, isBatch)),
  ];
}

/**
 * Returns the serialized examples of a node's first input: a list, or one alone.
 *
 * @throws ExecutionError if the input has more dimensions
 */
export function serializedExamples(node: GraphNode): { strings: readonly Bytes[]; isBatch: boolean } {
  const serialized = inputOf(node, 0);
  if (serialized.rank > 1) refuse(node, `serialized examples of shape [${serialized.shape}] are not a list`);
  return { strings: stringsOf(serialized), isBatch: serialized.rank > 0 };
}
