import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeTflite } from '../../fixtures/models/tflite_model.ts';
import { A_SENTENCE, judgeFile, numbers } from './judge_file.ts';
import { ELEMENTWISE_CASES } from './operators/cases/elementwise.ts';
import { INDEXING_CASES } from './operators/cases/indexing.ts';
import { INTEGER_RECURRENT_CASES } from './operators/cases/integer_recurrent.ts';
import { NETWORK_CASES } from './operators/cases/network.ts';
import { graphOf } from './operators/cases/operator_case.ts';
import { RECURRENT_CASES } from './operators/cases/recurrent.ts';
import { SHAPE_CASES } from './operators/cases/shape.ts';
import { SLICE_CASES } from './operators/cases/slice.ts';

const FILES = [
  ...ELEMENTWISE_CASES,
  ...INDEXING_CASES,
  ...NETWORK_CASES,
  ...RECURRENT_CASES,
  ...INTEGER_RECURRENT_CASES,
  ...SHAPE_CASES,
  ...SLICE_CASES,
].map((each) => ({
  name: `${each.op} ${each.about ?? ''}`.trim(),
  bytes: writeTflite([graphOf(each), ...(each.graphs ?? [])]),
}));

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tflite-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const RUNS = Number(process.env.TFLITE_RUNS ?? 20);

describe('a file with one number in the place of another is read, or refused with a sentence', () => {
  test.each(FILES)('$name', ({ bytes }) =>
    fc.assert(
      fc.asyncProperty(fc.nat({ max: Math.floor(bytes.length / 4) - 1 }), numbers, async (word, number) => {
        const changed = Uint8Array.from(bytes);
        new DataView(changed.buffer).setUint32(word * 4, number, true);
        expect(await judgeFile(directory, changed)).toMatch(A_SENTENCE);
      }),
      { numRuns: RUNS },
    ),
  );
});
