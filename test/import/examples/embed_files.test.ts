import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { embedFiles } from '../../../import/examples/embed_files.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';

const folder = await temporaryFolder();
const directory = join(folder, 'model');
await mkdir(join(directory, 'pictures'), { recursive: true });
await writeFile(join(directory, 'a.bin'), Uint8Array.of(0, 255, 16));
await writeFile(join(directory, 'pictures', 'b.bin'), 'b');
await writeFile(join(folder, 'secret'), 's');
await symlink(join(folder, 'secret'), join(directory, 'link'));

test('the bytes of a file take the place of its name, wherever it stands', async () => {
  const json = {
    examples: [{ inputs: { x: [{ file: 'a.bin' }, [{ file: 'pictures/b.bin' }]], n: [1, null, 'file'] } }],
  };
  expect(await embedFiles(json, directory)).toEqual({
    kind: 'read',
    value: { examples: [{ inputs: { x: [{ b64: 'AP8Q' }, [{ b64: 'Yg==' }]], n: [1, null, 'file'] } }] },
  });
});

test('an object with other members is no file', async () => {
  const json = [{ file: 'a.bin', size: 3 }, { file: 3 }];
  expect(await embedFiles(json, directory)).toEqual({ kind: 'read', value: json });
});

test.each([
  ['that is not there', 'c.bin', /there is no file "c.bin"/],
  ['outside of the directory', '../secret', /"..\/secret" is not a path inside/],
  ['that is a link out of it', 'link', /"link" is a link out of/],
  ['that is a directory', 'pictures', /"pictures" is not a file/],
])('a file %s is refused', async (_, file, message) => {
  expect(await embedFiles([{ file }], directory)).toMatchObject({
    kind: 'malformed',
    message: expect.stringMatching(message),
  });
});

test('one file that is named over and over does not fill the memory', async () => {
  await writeFile(join(directory, 'large.bin'), new Uint8Array(8 * 1024 * 1024));
  const json = Array.from({ length: 33 }, () => ({ file: 'large.bin' }));
  expect(await embedFiles(json.slice(0, 3), directory)).toMatchObject({ kind: 'read' });
  expect(await embedFiles(json, directory)).toEqual({
    kind: 'malformed',
    message: 'the files of its examples have more than 268435456 bytes; name fewer or smaller ones',
  });
});
