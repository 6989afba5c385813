import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { imageVector } from '../../fixtures/images/vectors.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import { writeGraph } from '../../fixtures/models/write_graph.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

type Attributes = Readonly<Record<string, unknown>>;
const type = (name: string) => ({ type: name });

/** A model of one operation that takes a string, and casts to floats what it gives. */
async function publishDecoder(
  model: string,
  op: string,
  attr: Attributes,
  from = 'DT_UINT8',
  addFiles: (directory: string) => Promise<void> = async () => undefined,
): Promise<void> {
  const directory = await writeGraph(
    [{ name: 'x', dtype: 'DT_STRING' }],
    [
      { name: 'decoded', op, input: ['x'], attr },
      { name: 'y', op: 'Cast', input: ['decoded'], attr: { SrcT: type(from), DstT: type('DT_FLOAT') } },
    ],
    [{ name: 'y', dtype: 'DT_FLOAT' }],
  );
  await addFiles(directory);
  await publishModel(edge.store, directory, model, '1');
}

const b64 = (file: Uint8Array) => ({ b64: Buffer.from(file).toString('base64') });
const predict = (model: string, inputs: unknown) =>
  ask(edge.isolates[0], `/v1/models/${model}:predict`, { inputs });

function shapeOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
}

async function decodedBy(model: string, name: string): Promise<{ shape: number[]; values: unknown[] }> {
  const answer = await predict(model, b64(imageVector(name).file));
  expect(answer).toMatchObject({ status: 200 });
  const outputs: unknown = Reflect.get(Object(answer.body), 'outputs');
  const values = Array.isArray(outputs) ? outputs.flat(Number.POSITIVE_INFINITY) : [];
  return { shape: shapeOf(outputs), values };
}

describe('an image in a request is decoded in the graph', () => {
  test.each([
    ['DecodeJpeg', 'JPEG 4:2:0'],
    ['DecodeJpeg', 'PNG rgb 8'],
    ['DecodePng', 'PNG palette 4'],
    ['DecodeBmp', 'BMP 24'],
    ['DecodeJpeg', 'GIF'],
  ])('%s of %s', async (op, name) => {
    const model = `${op} ${name}`.toLowerCase().replaceAll(/\W/g, '_');
    await publishDecoder(model, op, { channels: { i: '3' } });
    const wanted = imageVector(name);
    for (let round = 0; round < 3; round++) {
      const { shape, values } = await decodedBy(model, name);
      expect(shape).toEqual(wanted.shape);
      expect(values).toEqual(wanted.values);
    }
  });

  test('an animation is a list of frames, or the first of them', async () => {
    await publishDecoder('all_frames', 'DecodeImage', { channels: { i: '3' } });
    await publishDecoder('first_frame', 'DecodeImage', {
      channels: { i: '3' },
      expand_animations: { b: false },
    });
    await publishDecoder('gif', 'DecodeGif', {});
    await publishDecoder('jpeg_of_gif', 'DecodeJpeg', {});
    const { shape, values, file } = imageVector('GIF of three frames');
    expect(await decodedBy('all_frames', 'GIF of three frames')).toEqual({ shape, values });
    expect(await decodedBy('gif', 'GIF of three frames')).toEqual({ shape, values });
    const first = values.slice(0, values.length / 3);
    expect(await decodedBy('first_frame', 'GIF of three frames')).toEqual({
      shape: shape.slice(1),
      values: first,
    });
    expect(await predict('jpeg_of_gif', b64(file))).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('DecodeJpeg: the image is an animation') },
    });
  });

  test('as floats from 0 to 1', async () => {
    await publishDecoder(
      'floats',
      'DecodeImage',
      { channels: { i: '0' }, dtype: type('DT_FLOAT') },
      'DT_FLOAT',
    );
    const { values } = await decodedBy('floats', 'PNG gray 8');
    const wanted = imageVector('PNG gray 8').values;
    expect(values).toEqual(wanted.map((value) => expect.closeTo(value / 255, 6)));
  });

  test.each([
    ['nothing', '', /the image is empty/],
    ['a text', 'cat', /the bytes are no image/],
    [
      'a file that is cut off',
      b64(imageVector('JPEG 4:2:0').file.subarray(0, 400)),
      /the JPEG image is cut off/,
    ],
    ['a BMP file', b64(imageVector('BMP 24').file), /it does not decode BMP images; tf.io.decode_image does/],
    ['a list', [b64(imageVector('GIF').file)], /it decodes one image, and got strings of shape \[1\]/],
  ])('%s is refused', async (_, inputs, message) => {
    await publishDecoder('jpeg', 'DecodeJpeg', { channels: { i: '3' } });
    expect(await predict('jpeg', inputs)).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(message) },
    });
  });
});

test('a version is warmed up with the file that warmup.json names', async () => {
  const { file } = imageVector('PNG black');
  const warmed = (model: string, bytes: Uint8Array) =>
    publishDecoder(model, 'DecodePng', {}, 'DT_UINT8', async (directory) => {
      await writeFile(join(directory, 'black.png'), bytes);
      await writeFile(
        join(directory, 'warmup.json'),
        '{"examples": [{"inputs": {"x": {"file": "black.png"}}}]}',
      );
    });
  await warmed('warm', file);
  expect(await predict('warm', b64(file))).toMatchObject({ status: 200 });
  // A request that was written and fails is a fault of the version.
  await warmed('cold', file.subarray(0, 30));
  expect(await predict('cold', b64(file))).toMatchObject({
    status: 503,
    body: {
      error: expect.stringContaining('warmup of serving_default: DecodePng: the PNG image is cut off'),
    },
  });
});

describe('bytes in a string', () => {
  /** Bytes by the formats of numbers: IEEE 754, and two's complement. */
  test.each([
    ['DT_UINT8', [[1, 2, 255]], [1, 2, 255], true],
    ['DT_INT8', [[1, 255]], [1, -1], true],
    ['DT_UINT16', [[1, 2]], [513], true],
    ['DT_UINT16', [[1, 2]], [258], false],
    ['DT_INT16', [[0xfe, 0xff]], [-2], true],
    ['DT_INT32', [[0xfe, 0xff, 0xff, 0xff]], [-2], true],
    ['DT_INT64', [[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]], [-2], true],
    ['DT_FLOAT', [[0, 0, 0x80, 0x3f]], [1], true],
    ['DT_HALF', [[0, 0xc0]], [-2], true],
    ['DT_DOUBLE', [[0, 0, 0, 0, 0, 0, 0xe0, 0x3f]], [0.5], true],
    ['DT_BOOL', [[0, 1]], [0, 1], true],
  ] as const)('is a list of %s', async (name, strings, values, isLittle) => {
    const model = `raw_${name.toLowerCase()}_${isLittle}`;
    await publishDecoder(model, 'DecodeRaw', { out_type: type(name), little_endian: { b: isLittle } }, name);
    const inputs = strings.map((bytes) => b64(Uint8Array.from(bytes)));
    expect(await predict(model, inputs)).toMatchObject({ status: 200, body: { outputs: [values] } });
  });

  test.each([
    [
      'strings of different lengths',
      [b64(Uint8Array.of(1, 2)), b64(Uint8Array.of(1, 2, 3, 4))],
      'strings of 2 and of 4 bytes',
    ],
    ['half of a number', [b64(Uint8Array.of(1))], 'a string of 1 bytes is no list of DT_UINT16'],
  ])('is refused for %s', async (_, inputs, message) => {
    await publishDecoder('raw', 'DecodeRaw', { out_type: type('DT_UINT16') }, 'DT_UINT16');
    expect(await predict('raw', inputs)).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining(message) },
    });
  });
});
