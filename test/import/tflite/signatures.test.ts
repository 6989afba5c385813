import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../../import/open_model.ts';
import type { ModelImport } from '../../../import/tfjs/tfjs_directory.ts';
import { withTemporaryDirectory } from '../../../scripts/files/temporary_directory.ts';
import { type FileGraph, type FileSignature, writeTflite } from '../../fixtures/models/tflite_model.ts';

function open(graphs: readonly FileGraph[], signatures: readonly FileSignature[]): Promise<ModelImport> {
  return withTemporaryDirectory(async (directory) => {
    const file = path.join(directory, 'model.tflite');
    await writeFile(file, writeTflite(graphs, signatures));
    return openModel(file, { temporaryDirectory: directory });
  });
}

const unary = (op: string): FileGraph => ({
  tensors: [
    { name: 'a:0', type: 'FLOAT32', shape: [1, 2], signature: [-1, 2] },
    { name: 'b:0', type: 'FLOAT32', shape: [1, 2], signature: [-1, 2] },
  ],
  inputs: [0],
  outputs: [1],
  operators: [{ op, inputs: [0], outputs: [1] }],
});

const signature = (key: string, graph: number): FileSignature => ({
  key,
  graph,
  inputs: { given: 0 },
  outputs: { result: 1 },
});

describe('the signatures of a file', () => {
  test('have their keys and names, and open sizes', async () => {
    const opened = await open([unary('EXP'), unary('NEG')], [signature('first', 0), signature('second', 1)]);
    if (opened.kind !== 'read') throw new Error(opened.message);
    const { signatures } = opened.content;
    expect(Object.keys(signatures)).toEqual(['first', 'second']);
    for (const { inputs, outputs } of Object.values(signatures)) {
      expect(inputs).toEqual({ given: expect.objectContaining({ dtype: 'float32', shape: [-1, 2] }) });
      expect(outputs).toEqual({ result: expect.objectContaining({ dtype: 'float32', shape: [-1, 2] }) });
    }
  });

  test('are one with the names of the tensors where there are none', async () => {
    const opened = await open([unary('EXP')], []);
    if (opened.kind !== 'read') throw new Error(opened.message);
    const { serving_default: only } = opened.content.signatures;
    expect(Object.keys(only?.inputs ?? {})).toEqual(['a:0']);
    expect(Object.keys(only?.outputs ?? {})).toEqual(['b:0']);
  });

  test('that cannot be computed are left out with the reason', async () => {
    const opened = await open([unary('EXP'), unary('Unheard')], [signature('good', 0), signature('bad', 1)]);
    if (opened.kind !== 'read') throw new Error(opened.message);
    expect(Object.keys(opened.content.signatures)).toEqual(['good']);
    expect(opened.content.leftOut).toEqual({
      bad: expect.stringContaining('operation custom Unheard (version 1, output "b:0") is not known'),
    });
  });

  test('are refused where none can be computed', async () => {
    const opened = await open([unary('Unheard')], [signature('bad', 0)]);
    expect(opened).toEqual({
      kind: 'unsupported',
      message: expect.stringContaining('operation custom Unheard (version 1, output "b:0") is not known'),
    });
  });

  test('that name a tensor which there is not make the file malformed', async () => {
    const opened = await open([unary('EXP')], [{ ...signature('bad', 0), inputs: { given: 7 } }]);
    expect(opened).toEqual({
      kind: 'malformed',
      message: expect.stringContaining('signature "bad": there is no tensor 7'),
    });
  });
});
