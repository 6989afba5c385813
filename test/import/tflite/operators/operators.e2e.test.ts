import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withTemporaryDirectory } from '../../../../scripts/files/temporary_directory.ts';
import { type Edge, startEdge } from '../../../fixtures/edge/edge.ts';
import { publishModel } from '../../../fixtures/models/publish_directory.ts';
import { writeTflite } from '../../../fixtures/models/tflite_model.ts';
import { infer, type RawTensor } from '../../../fixtures/requests/raw_inference.ts';
import { ELEMENTWISE_CASES } from './elementwise_cases.ts';
import { INDEXING_CASES } from './indexing_cases.ts';
import { NETWORK_CASES } from './network_cases.ts';
import { type CaseTensor, graphOf, type OperatorCase } from './operator_case.ts';
import { RECURRENT_CASES } from './recurrent_cases.ts';
import { SHAPE_CASES } from './shape_cases.ts';
import { SLICE_CASES } from './slice_cases.ts';

/** The executor answers first; then a plan is recorded, proven and used. */
const ROUNDS = 3;

let edge: Edge;
let count = 0;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

describe.each([
  ['of each element', ELEMENTWISE_CASES],
  ['of shapes', SHAPE_CASES],
  ['of ranges', SLICE_CASES],
  ['of places', INDEXING_CASES],
  ['of networks', NETWORK_CASES],
  ['of sequences', RECURRENT_CASES],
])('operators %s', (_, cases) => {
  test.each(cases.map((each) => [`${each.op} ${each.about ?? ''}`.trim(), each] as const))(
    '%s',
    async (_name, each) => {
      const model = `operator_${count++}`;
      await publish(each, model);
      const given = Object.fromEntries(
        each.inputs.flatMap((tensor, index) =>
          tensor === undefined || tensor.isConstant || tensor.isVariable
            ? []
            : [[`x${index}`, rawOf(tensor)]],
        ),
      );
      for (let round = 0; round < ROUNDS; round++) {
        const answer = await infer(edge.isolates[0], model, given);
        if (answer.kind === 'refused') throw new Error(`${answer.status} ${answer.message}`);
        for (const [index, wanted] of each.outputs.entries()) {
          const output = answer.outputs[`y${index}`];
          expect(output?.shape).toEqual(wanted.shape);
          compare(output?.data ?? [], wanted, each.tolerance);
        }
      }
    },
  );
});

function publish(each: OperatorCase, model: string): Promise<unknown> {
  return withTemporaryDirectory(async (directory) => {
    const file = path.join(directory, 'model.tflite');
    await writeFile(file, writeTflite([graphOf(each), ...(each.graphs ?? [])]));
    return publishModel(edge.store, file, model, '1');
  });
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
