import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REPOSITORY } from '../../fixtures/edge/built_worker.ts';
import { A_SENTENCE, judgeFile, numbers } from './judge_file.ts';

const MODELS = path.join(REPOSITORY, '../shared/models/tflite');
if (!existsSync(MODELS))
  process.emitWarning(`SKIPPED: damaged models of TensorFlow Lite; there is no ${MODELS}`);
const NAMES = [
  'hello_world__hello_world_int8',
  'micro_speech__micro_speech_quantized',
  'mnist_lstm__trained_lstm',
  'seanet/seanet__conv__conv18',
  'seanet/seanet__strided_slice__strided_slice1',
  'split_concat',
].filter((name) => existsSync(path.join(MODELS, `${name}.tflite`)));

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tflite-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const judge = (bytes: Uint8Array): Promise<string> => judgeFile(directory, bytes);

describe.skipIf(NAMES.length === 0).each(NAMES)('%s, damaged,', (name) => {
  const bytes =
    name === '' ? new Uint8Array() : new Uint8Array(readFileSync(path.join(MODELS, `${name}.tflite`)));

  test('is read where it is whole', async () => {
    expect(await judge(bytes)).toBe('read');
  });

  test('is refused wherever it ends', () =>
    fc.assert(
      fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), async (length) => {
        // The end of some files is padding.
        if (length > bytes.length - 16) return;
        expect(await judge(bytes.subarray(0, length))).not.toBe('read');
      }),
      { numRuns: 100 },
    ));

  test('is read or refused with a sentence, whatever bytes are others', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 })), {
          minLength: 1,
          maxLength: 8,
        }),
        async (changes) => {
          const changed = Uint8Array.from(bytes);
          for (const [place, value] of changes) changed[place] = value;
          expect(await judge(changed)).toMatch(A_SENTENCE);
        },
      ),
      { numRuns: 300 },
    ));

  test('is read or refused with a sentence, whatever number stands in the place of another', () =>
    fc.assert(
      fc.asyncProperty(fc.nat({ max: Math.floor(bytes.length / 4) - 1 }), numbers, async (word, number) => {
        const changed = Uint8Array.from(bytes);
        new DataView(changed.buffer).setUint32(word * 4, number, true);
        expect(await judge(changed)).toMatch(A_SENTENCE);
      }),
      { numRuns: 500 },
    ));
});
