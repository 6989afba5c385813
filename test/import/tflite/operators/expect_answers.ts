import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { withTemporaryDirectory } from '../../../../scripts/files/temporary_directory.ts';
import type { Edge } from '../../../fixtures/edge/edge.ts';
import { publishModel } from '../../../fixtures/models/publish_directory.ts';
import { type FileGraph, writeTflite } from '../../../fixtures/models/tflite_model.ts';
import { infer, type RawTensor } from '../../../fixtures/requests/raw_inference.ts';
import type { CaseTensor } from './cases/operator_case.ts';

/** The executor answers first; then a plan is recorded, proven and used. */
const ROUNDS = 3;

interface Exchange {
  readonly given: Readonly<Record<string, CaseTensor>>;
  readonly wanted: Readonly<Record<string, CaseTensor>>;
  /** How far the values may be off; 1e-5 of the largest for floats, and 0 for integers, unless told. */
  readonly tolerance?: number | undefined;
}

/** Publishes a file of these graphs, and asks it for the values. */
export async function expectAnswers(
  edge: Edge,
  graphs: readonly FileGraph[],
  { given, wanted, tolerance }: Exchange,
): Promise<void> {
  const model = `m${randomUUID()}`;
  await withTemporaryDirectory(async (directory) => {
    const file = path.join(directory, 'model.tflite');
    await writeFile(file, writeTflite(graphs));
    return publishModel(edge.store, file, model, '1');
  });
  const inputs = Object.fromEntries(Object.entries(given).map(([name, tensor]) => [name, rawOf(tensor)]));
  for (let round = 0; round < ROUNDS; round++) {
    const answer = await infer(edge.isolates[0], model, inputs);
    if (answer.kind === 'refused') throw new Error(`${answer.status} ${answer.message}`);
    for (const [name, tensor] of Object.entries(wanted)) {
      const output = answer.outputs[name];
      expect(output?.shape).toEqual(tensor.shape);
      compare(output?.data ?? [], tensor, tolerance);
    }
  }
}

const DATATYPES: Partial<Record<CaseTensor['type'], RawTensor['datatype']>> = {
  FLOAT32: 'FP32',
  BOOL: 'BOOL',
  STRING: 'BYTES',
};

function rawOf({ type, shape, values }: CaseTensor): RawTensor {
  return { shape, datatype: DATATYPES[type] ?? 'INT32', data: values };
}

function compare(data: RawTensor['data'], { type, values }: CaseTensor, tolerance: number | undefined): void {
  expect(data.length).toBe(values.length);
  if (type !== 'FLOAT32' && tolerance === undefined) {
    expect(data).toEqual(values);
    return;
  }
  const largest = Math.max(1, ...values.map((value) => Math.abs(Number(value))));
  const most = tolerance ?? 1e-5 * largest;
  const wrong = values.findIndex((value, index) => !(Math.abs(Number(value) - Number(data[index])) <= most));
  if (wrong >= 0)
    throw new Error(`gives ${data.slice(0, 24).join(' ')}, not ${values.slice(0, 24).join(' ')}`);
}
