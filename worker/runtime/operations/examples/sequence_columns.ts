import type { GraphNode } from '@tensorflow/tfjs-converter';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import { refuse } from '../operation.ts';
import { type Feature, type FeatureType, NO_LIST, valueCount } from './example_message.ts';
import { expectMemory, FeatureValues } from './feature_values.ts';
import { stepsOf } from './sequence_message.ts';

/** One feature list over a batch of sequence examples. */
export interface SequenceColumn {
  readonly name: string;
  readonly type: FeatureType;
  /** Of each example, as bytes; undefined where it lacks the feature list. */
  readonly lists: readonly (Uint8Array | undefined)[];
  /** How many steps each example has. */
  readonly steps: Int32Array;
  /** How many values each step has, one example after the other. */
  readonly counts: Int32Array;
}

/**
 * Reads a feature list of all examples. A step without a list has no values.
 *
 * @throws ExecutionError if a step is of another type, or damaged
 */
export function sequenceColumnOf(
  node: GraphNode,
  name: string,
  type: FeatureType,
  lists: readonly (Uint8Array | undefined)[],
): SequenceColumn {
  const steps = Int32Array.from(lists, (list, example) => {
    let count = 0;
    for (const step of list === undefined ? [] : stepsOf(list)) {
      if (step === undefined) refuse(node, `the feature list "${name}" of example ${example} is damaged`);
      count++;
    }
    return count;
  });
  const total = sumOf(steps);
  expectMemory(node, total);
  const counts = new Int32Array(total);
  let index = 0;
  for (const [example, list] of lists.entries()) {
    const first = index;
    for (const step of list === undefined ? [] : stepsOf(list)) {
      counts[index] = step === undefined ? 0 : valuesOf(step, example, index - first);
      index++;
    }
  }
  return { name, type, lists, steps, counts };

  function valuesOf(step: Feature | typeof NO_LIST, example: number, number: number): number {
    if (step === NO_LIST) return 0;
    const where = `step ${number} of the feature list "${name}" of example ${example}`;
    if (step.type !== type) refuse(node, `${where} is of type ${step.type}, and has to be of ${type}`);
    return valueCount(step) ?? refuse(node, `${where} is damaged`);
  }
}

/** The values of steps of one shape, padded with zeros or empty strings: `[batch, longest, ...shape]`. */
export function paddedSteps(
  node: GraphNode,
  column: SequenceColumn,
  shape: readonly number[],
  isBatch: boolean,
): Tensor {
  const size = elementCount(shape);
  const longest = mostOf(column.steps);
  const values = new FeatureValues(node, column.type, longest * size * column.steps.length);
  let index = 0;
  for (const [example, count] of column.steps.entries())
    for (let step = 0; step < count; step++, index++)
      if (column.counts[index] !== size)
        refuse(
          node,
          `step ${step} of the feature list "${column.name}" of example ${example} has ${column.counts[index]} values, and its shape is [${shape}]`,
        );
  for (const [example, list] of column.lists.entries())
    writeSteps(values, column.name, list, example * longest * size);
  return values.tensor([...(isBatch ? [column.steps.length] : []), longest, ...shape]);
}

/** How many steps each example has: `[batch]`, or `[]` for one example. */
export function stepCounts({ steps }: SequenceColumn, isBatch: boolean): Tensor {
  return tensor(steps, isBatch ? [steps.length] : [], 'int32');
}

/** All values of a feature list, one step after the other: `[count]`. */
export function listedSteps(node: GraphNode, { name, type, lists, counts }: SequenceColumn): Tensor {
  const count = sumOf(counts);
  const values = new FeatureValues(node, type, count);
  let end = 0;
  for (const list of lists) end = writeSteps(values, name, list, end);
  return values.tensor([count]);
}

/** The place of each value: `[count, 3]` of example, step and position, or `[count, 2]` for one example. */
export function stepIndices(node: GraphNode, { steps, counts }: SequenceColumn, isBatch: boolean): Tensor {
  const count = sumOf(counts);
  expectMemory(node, count);
  const width = isBatch ? 3 : 2;
  const indices = new Int32Array(count * width);
  let end = 0;
  let index = 0;
  for (const [example, length] of steps.entries()) {
    for (let step = 0; step < length; step++, index++) {
      for (let position = 0; position < (counts[index] ?? 0); position++) {
        if (isBatch) indices[end++] = example;
        indices[end++] = step;
        indices[end++] = position;
      }
    }
  }
  return tensor(indices, [count, width], 'int32');
}

/** `[batch, most steps, most values]`, or the last two for one example. */
export function stepShape({ steps, counts }: SequenceColumn, isBatch: boolean): Tensor {
  const sizes = [mostOf(steps), mostOf(counts)];
  return tensor(isBatch ? [steps.length, ...sizes] : sizes, undefined, 'int32');
}

/** Writes the values of all steps of an example, and returns where they end. */
function writeSteps(
  values: FeatureValues,
  name: string,
  list: Uint8Array | undefined,
  begin: number,
): number {
  let end = begin;
  for (const step of list === undefined ? [] : stepsOf(list))
    if (step !== undefined && step !== NO_LIST) end = values.write(name, step, end);
  return end;
}

const sumOf = (counts: Int32Array): number => counts.reduce((sum, count) => sum + count, 0);
const mostOf = (counts: Int32Array): number => counts.reduce((most, count) => Math.max(most, count), 0);
