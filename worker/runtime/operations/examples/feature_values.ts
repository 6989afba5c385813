import type { GraphNode } from '@tensorflow/tfjs-converter';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { operationName, refuse } from '../operation.ts';
import { type Bytes, EMPTY, expectRoom, stringsOf, stringTensor } from '../strings/string_values.ts';
import {
  type Feature,
  type FeatureType,
  writeFloats,
  writeIntegers,
  writeStrings,
} from './example_message.ts';

/** The elements of a feature over all examples: one long example makes all others as long. */
const MOST_ELEMENTS = 8 * 1024 * 1024;

/** @throws ExecutionError if a feature has too many values */
export function expectMemory(node: GraphNode, count: number): void {
  if (count > MOST_ELEMENTS) refuse(node, `there is no memory for ${count} values of a feature`);
}

/** Values of one type, to be filled. */
export class FeatureValues {
  readonly #node: GraphNode;
  readonly #numbers: Float32Array | Int32Array;
  readonly #strings: Bytes[];
  readonly #type: FeatureType;

  constructor(node: GraphNode, type: FeatureType, length: number) {
    expectMemory(node, length);
    if (type === 'string') expectRoom(operationName(node), length);
    this.#node = node;
    this.#type = type;
    this.#numbers =
      type === 'float32' ? new Float32Array(length) : new Int32Array(type === 'int32' ? length : 0);
    this.#strings = type === 'string' ? new Array<Bytes>(length).fill(EMPTY) : [];
  }

  /** Writes the values of a feature, and returns where they end. */
  write(name: string, feature: Feature, begin: number): number {
    if (feature.type === 'string') return writeStrings(feature, this.#strings, begin);
    if (this.#numbers instanceof Float32Array) return writeFloats(feature, this.#numbers, begin);
    return (
      writeIntegers(feature, this.#numbers, begin) ??
      refuse(this.#node, `the feature "${name}" has an integer that does not fit in 32 bits`)
    );
  }

  /** Writes a default value, from its element 0 on or one element again and again. */
  writeDefault(value: Tensor, begin: number, count: number): void {
    const isOne = value.size === 1;
    if (this.#type === 'string') {
      const strings = stringsOf(value);
      for (let index = 0; index < count; index++)
        this.#strings[begin + index] = strings[isOne ? 0 : index] ?? EMPTY;
      return;
    }
    const numbers = value.dataSync();
    for (let index = 0; index < count; index++)
      this.#numbers[begin + index] = numbers[isOne ? 0 : index] ?? 0;
  }

  tensor(shape: readonly number[]): Tensor {
    if (this.#type === 'string') return stringTensor(operationName(this.#node), this.#strings, shape);
    return tensor(this.#numbers, [...shape], this.#type);
  }
}
