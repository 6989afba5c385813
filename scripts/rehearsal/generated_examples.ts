import type { DataType } from '../../worker/model/dtype.ts';
import type { Signature, TensorInfo } from '../../worker/model/signature.ts';
import { elementCount } from '../../worker/model/tensor.ts';

/** A request in the columnar format of TensorFlow Serving's JSON. */
export interface ExampleRequest {
  readonly signature_name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** The most elements of one input: more would make a request of several megabytes. */
const LARGEST_INPUT = 400_000;

const WORDS = ['a', 'the', 'good', 'day', 'model', 'edge', 'seven', 'blue'];

/**
 * Generates a request of random values for every signature whose shapes are known, except the first dimension, which is
 * a batch of one. Floats are in [0, 1) if an input looks like an image, else in [-1, 1). Integers, which mostly are
 * indices into tables, are from 0 to 7. The result depends only on signatures and seed: it is rule 1 of the recorded
 * answers and must not change.
 */
export function makeExamples(
  signatures: Readonly<Record<string, Signature>>,
  seed: number,
): ExampleRequest[] {
  const examples: ExampleRequest[] = [];
  for (const [signature_name, { inputs }] of Object.entries(signatures).sort(byName)) {
    const shapes = Object.entries(inputs)
      .sort(byName)
      .map(([name, info]) => ({ name, info, shape: knownShape(info) }));
    if (shapes.length === 0 || shapes.some(({ shape }) => shape === undefined)) continue;
    const random = randomNumbers(seed);
    const values = shapes.map(({ name, info, shape = [] }): [string, unknown] => [
      name,
      nest(shape, () => randomValue(info.dtype, shape.length, random)),
    ]);
    examples.push({ signature_name, inputs: Object.fromEntries(values) });
  }
  return examples;
}

function knownShape({ shape }: TensorInfo): number[] | undefined {
  if (shape === null || shape.slice(1).includes(-1)) return undefined;
  const known = shape.map((size) => (size === -1 ? 1 : size));
  return elementCount(known) <= LARGEST_INPUT ? known : undefined;
}

const byName = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
  left < right ? -1 : 1;

function nest(shape: readonly number[], value: () => unknown): unknown {
  const [size, ...inner] = shape;
  return size === undefined ? value() : Array.from({ length: size }, () => nest(inner, value));
}

function randomValue(dtype: DataType, rank: number, random: () => number): unknown {
  switch (dtype) {
    case 'float32':
      return Math.round((rank > 2 ? random() : random() * 2 - 1) * 1000) / 1000;
    case 'int32':
      return Math.floor(random() * 8);
    case 'bool':
      return random() < 0.5;
    case 'string':
      return WORDS[Math.floor(random() * WORDS.length)];
  }
}

/** Generates uniform numbers in [0, 1): a linear congruential generator whose low bits are not used. */
function randomNumbers(seed: number): () => number {
  let state = (seed ^ 0x2545f491) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}
