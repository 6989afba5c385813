import { symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readOnnx } from '../../../import/onnx/read_onnx.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { writeOnnx } from '../../fixtures/onnx/onnx_writer.ts';

const folder = await temporaryFolder();
beforeAll(() =>
  writeFile(path.join(folder, 'values.bin'), new Uint8Array(Float32Array.of(1, 2, 3, 4, 5).buffer)),
);

/** Reads a model with four floats in another file. @returns `read`, or the problem as a sentence */
async function importWith(external: Readonly<Record<string, string>>): Promise<string> {
  const file = path.join(folder, 'model.onnx');
  const bytes = writeOnnx({
    nodes: [{ op: 'Add', inputs: ['x', 'c'], outputs: ['y'] }],
    inputs: { x: { type: 'FLOAT', shape: [4] } },
    outputs: ['y'],
    constants: { c: { type: 'FLOAT', shape: [4], external } },
  });
  await writeFile(file, bytes);
  const imported = await readOnnx(file);
  return imported.kind === 'read' ? 'read' : `${imported.kind}: ${imported.message}`;
}

describe('values in another file', () => {
  test('are read, also where two tensors have the same bytes', async () => {
    expect(await importWith({ location: 'values.bin', offset: '4', length: '16' })).toBe('read');
    expect(await importWith({ location: './values.bin' })).toBe('read');
  });

  test.each([
    ['../secret.bin', /is not a path inside the model's directory/],
    ['/etc/passwd', /is not a path inside the model's directory/],
    ['a/../../secret.bin', /is not a path inside the model's directory/],
    ['C:\\secret.bin', /is not a path inside the model's directory/],
    ['', /is not a path inside the model's directory/],
    ['missing.bin', /there is no file "missing.bin"/],
    ['.', /is not a file/],
  ])('are refused at %j', async (location, reason) => {
    expect(await importWith({ location })).toMatch(reason);
  });

  test('are refused behind a link out of the directory', async () => {
    await symlink('/etc/passwd', path.join(folder, 'link.bin'));
    expect(await importWith({ location: 'link.bin' })).toMatch(/is a link out of the model's directory/);
  });

  const beyond = [
    { offset: '8' },
    { offset: '-4' },
    { offset: '1e300' },
    { offset: 'none' },
    { length: '4' },
  ];

  test.each(beyond)('are refused outside of the file, at %j', async (place) => {
    expect(await importWith({ location: 'values.bin', ...place })).toMatch(/malformed: .*needs 16 bytes/);
  });
});
