import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as fc from 'fast-check';
import { WeightError } from '../../../import/graph/weight_error.ts';
import { readTflite } from '../../../import/tflite/read_tflite.ts';

/** What `judgeFile` gives for any file. */
export const A_SENTENCE = /^read$|^\S.* \S/;

/** Reads a file to the end of its weights, as publishing does. @returns `read`, or why it cannot be */
export async function judgeFile(directory: string, bytes: Uint8Array): Promise<string> {
  const file = path.join(directory, 'damaged.tflite');
  await writeFile(file, bytes);
  const model = await readTflite(file);
  if (model.kind !== 'read') return model.message;
  try {
    for (const weight of model.value.graph.weights.values()) await (weight.quantized ?? weight).read();
  } catch (error) {
    if (!(error instanceof WeightError)) throw error;
    return error.problem.message;
  }
  return 'read';
}

/** A number in the place of another, such as an offset, a length, a size or an index. */
export const numbers = fc.oneof(
  fc.constantFrom(
    0,
    1,
    2,
    3,
    4,
    127,
    255,
    0x7fffffff,
    0x80000000,
    0xfffffffe,
    0xffffffff,
    0x10000,
    0x40000000,
  ),
  fc.nat({ max: 0xffffffff }),
);
