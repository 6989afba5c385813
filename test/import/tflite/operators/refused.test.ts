import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openModel } from '../../../../import/open_model.ts';
import { withTemporaryDirectory } from '../../../../scripts/files/temporary_directory.ts';
import { flag, int8, int32 } from '../../../fixtures/models/flatbuffer.ts';
import { writeTflite } from '../../../fixtures/models/tflite_model.ts';
import { constant, floats, graphOf, integers, type OperatorCase } from './cases/operator_case.ts';

const values = floats([2], [1, 2]);
const number = (value: number) => constant(floats([], [value]));

const REFUSED: readonly (readonly [OperatorCase, string])[] = [
  [{ op: 'DoWhatIMean', inputs: [values], outputs: [values] }, 'operation custom DoWhatIMean'],
  [{ op: 'RANDOM_UNIFORM', inputs: [integers([1], [2])], outputs: [values] }, 'operation RANDOM_UNIFORM'],
  [
    { op: 'CAST', inputs: [values], outputs: [{ type: 'FLOAT16', shape: [2], values: [] }] },
    'gives FLOAT16, to which numbers are not rounded',
  ],
  [
    {
      op: 'NON_MAX_SUPPRESSION_V5',
      inputs: [
        floats([1, 4], [0, 0, 1, 1]),
        floats([1], [1]),
        constant(integers([], [1])),
        number(1),
        number(0),
        number(0.5),
      ],
      outputs: [integers([1], [0]), floats([1], [0]), integers([], [0])],
    },
    'lowers scores (Soft-NMS)',
  ],
  [
    {
      op: 'CONCATENATION',
      options: ['ConcatenationOptions', [int32(0), int8(1)]],
      inputs: [values, values],
      outputs: [floats([4], [])],
    },
    'has the activation RELU',
  ],
  [
    {
      op: 'UNIDIRECTIONAL_SEQUENCE_LSTM',
      options: [
        'UnidirectionalSequenceLSTMOptions',
        [undefined, undefined, undefined, undefined, undefined, flag(true)],
      ],
      inputs: [floats([1, 1, 1], [1])],
      outputs: [floats([1, 1, 1], [1])],
    },
    'has recurrent weights that are the diagonals of matrices',
  ],
  [{ op: 'READ_VARIABLE', inputs: [integers([], [0])], outputs: [values] }, 'takes a handle'],
];

test.each(REFUSED)('%j is refused', async (each, reason) => {
  await withTemporaryDirectory(async (directory) => {
    const file = path.join(directory, 'model.tflite');
    await writeFile(file, writeTflite([graphOf(each)]));
    const opened = await openModel(file, { temporaryDirectory: directory });
    if (opened.kind === 'read') throw new Error('it is taken');
    expect(opened.message).toContain(reason);
    expect(opened.message).toContain('output "y0"');
  });
});
