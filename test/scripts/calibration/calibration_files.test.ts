import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { calibrationFiles } from '../../../scripts/calibration/calibration_files.ts';
import type { ImageInput } from '../../../worker/model/image_input.ts';
import type { Signature } from '../../../worker/model/signature.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { bitmap } from '../../fixtures/images/bitmap.ts';
import { imageVector } from '../../fixtures/images/vectors.ts';

const folder = await temporaryFolder();

const IMAGE: ImageInput = {
  ...{ signature: 'serving_default', input: 'x', height: 2, width: 2, fit: 'stretch', resize: 'nearest' },
  ...{ channels: 'rgb', layout: 'NHWC', scale: [1], offset: [0] },
};
const SIGNATURES: Record<string, Signature> = {
  serving_default: {
    method: 'tensorflow/serving/predict',
    inputs: { x: { name: 'x:0', dtype: 'float32', shape: [-1, 2, 2, 3] } },
    outputs: {},
  },
};

type Files = Readonly<Record<string, Uint8Array | string>>;

async function folderOf(name: string, files: Files): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  for (const [file, content] of Object.entries(files)) await writeFile(join(path, file), content);
  return path;
}

/** An image of one color. */
const plain = (value: number): Uint8Array => bitmap([[[value, value, value]]]);
const request = (value: number): string =>
  JSON.stringify({ instances: [[0, 1].map(() => [0, 1].map(() => [value, value, value]))] });

async function readFiles(
  paths: readonly string[],
  image: ImageInput | undefined = IMAGE,
  told: string[] = [],
) {
  const found = await calibrationFiles(paths, (text) => told.push(text))(SIGNATURES, image);
  return found.kind === 'read' ? found.value.map(({ inputs }) => inputs.x) : found.message;
}

const samples = (value: number) => ({
  ...{ dtype: 'float32', shape: [1, 2, 2, 3], values: new Float32Array(12).fill(value) },
});

describe('the files of --calibrate', () => {
  test('are images and requests, in the order of their names, and other files of a folder are left out', async () => {
    const told: string[] = [];
    const files = {
      'b.bmp': plain(2),
      'a.bmp': plain(1),
      'c.json': request(3),
      'README.md': 'a',
      '.hidden': '',
    };
    const found = await readFiles([await folderOf('mixed', files)], IMAGE, told);
    expect(found).toEqual([samples(1), samples(2), JSON.parse(request(3)).instances]);
    expect(told.join()).toMatch(/Neither images nor requests, and left out: \S+README\.md$/);
  });

  test('may have images in a request, in base64 or as files beside it', async () => {
    const b64 = Buffer.from(plain(5)).toString('base64');
    const files = { 'in.json': JSON.stringify({ instances: [{ b64 }, { file: 'image' }] }), image: plain(5) };
    const path = await folderOf('inside', files);
    const two = { ...samples(5), shape: [2, 2, 2, 3], values: new Float32Array(24).fill(5) };
    expect(await readFiles([join(path, 'in.json')])).toEqual([two]);
  });

  test('may be gray, of inks, with alpha, with 16 bits, or an animation', async () => {
    const names = [
      'JPEG 4:2:0',
      'JPEG gray',
      'JPEG of inks',
      'PNG rgba 8',
      'PNG gray 16',
      'GIF of three frames',
    ];
    const files = names.map((name, index) => [`${index}`, imageVector(name).file] as const);
    expect(await readFiles([await folderOf('kinds', Object.fromEntries(files))])).toHaveLength(names.length);
  });

  test('are of a large folder fifty, evenly spread by name', async () => {
    const files = Array.from({ length: 200 }, (_, index) => [`${1000 + index}`, plain(index)] as const);
    const told: string[] = [];
    const found = await readFiles([await folderOf('many', Object.fromEntries(files))], IMAGE, told);
    expect(found).toEqual(Array.from({ length: 50 }, (_, index) => samples(4 * index)));
    expect(told[0]).toMatch(/many: 50 of 200 files are taken, evenly spread by name$/);
  });

  test('are as many images as memory permits', async () => {
    // 22 times 12 MiB.
    const image = { ...IMAGE, height: 1024, width: 1024 };
    const instances = Array.from({ length: 22 }, () => ({ file: 'a.bmp' }));
    const files = { 'a.bmp': plain(1), 'many.json': JSON.stringify({ instances }) };
    const path = join(await folderOf('large', files), 'many.json');
    expect(await readFiles([path], image)).toMatch(/many\.json: there is no memory for the samples of more/);
  });

  test('are refused without what says how an image becomes the input', async () => {
    const path = await folderOf('unsaid', { 'a.bmp': plain(1) });
    const found = await calibrationFiles([path])(SIGNATURES, undefined);
    expect(found).toMatchObject({
      message: expect.stringMatching(
        /a\.bmp: is an image, .*put an image\.json next to it \(docs\/api.*or give requests/,
      ),
    });
  });
});

const cutOff = imageVector('JPEG 4:4:4').file.subarray(0, 300);
const beyond = JSON.stringify({ instances: [0] }).replace('0', '[[[1e39,0,0],[0,0,0]],[[0,0,0],[0,0,0]]]');

test.each<[what: string, files: Files, file: string, reason: RegExp]>([
  ['a damaged image', { 'a.bmp': plain(1), 'b.jpg': cutOff }, '', /b\.jpg: the JPEG image /],
  [
    'what is only called an image',
    { 'a.jpg': 'HTTP 404' },
    '',
    /a\.jpg: is damaged, or another kind of file/,
  ],
  ['an image cut off in its first bytes', { 'a.png': '' }, '', /a\.png: is damaged, or another/],
  ['an empty folder', { '.hidden': '' }, '', /the folder has no files: name one with/],
  ['a folder of other files', { 'a.txt': 'a' }, '', /no file is an image \(JPEG, .*\) or a request in JSON/],
  ['another file by its name', { 'a.txt': 'a' }, 'a.txt', /a\.txt is neither an image/],
  ['a file that is not there', {}, 'none.jpg', /^[^:]+none\.jpg is not a file$/],
  ['a damaged request', { 'a.json': 'x' }, '', /a\.json: is not JSON/],
  [
    'an image that is too large',
    { 'a.bmp': huge() },
    '',
    /a\.bmp: the BMP image says that it has 20000 x 20000/,
  ],
  [
    'what float32 cannot hold',
    { 'a.json': beyond },
    '',
    /a\.json: input "x" has a number that float32 cannot hold: 1e\+39/,
  ],
  [
    'base64 of something else than an image',
    { 'a.json': '{"instances":[{"b64":"!"}]}' },
    '',
    /a\.json: input "x" has an object in place of float32/,
  ],
])('the files of --calibrate may not be %s', async (what, files, file, reason) => {
  expect(await readFiles([join(await folderOf(what, files), file)])).toMatch(reason);
});

test('a folder in a folder and a link to nothing are refused by name', async () => {
  const outer = await folderOf('outer', {});
  await mkdir(join(outer, 'inner'));
  expect(await readFiles([outer])).toMatch(/inner: is a folder in a folder: give it with/);
  const links = await folderOf('links', {});
  await symlink(join(folder, 'nothing'), join(links, 'link.jpg'));
  expect(await readFiles([links])).toMatch(/^[^:]+link\.jpg is not a file$/);
});

/** A header alone, of an image of a gigabyte. */
function huge(): Uint8Array {
  const file = plain(1);
  const view = new DataView(file.buffer);
  view.setInt32(18, 20_000, true);
  view.setInt32(22, 20_000, true);
  return file;
}
