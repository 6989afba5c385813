import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../../fixtures/edge/edge.ts';
import { bitmap } from '../../../fixtures/images/bitmap.ts';
import { imageVector } from '../../../fixtures/images/vectors.ts';
import { writeColorModel } from '../../../fixtures/models/color_model.ts';
import { publishDirectory, publishModel, SAMPLES } from '../../../fixtures/models/publish_directory.ts';
import { faultsOf } from '../../../fixtures/requests/conformance.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
  await publishModel(edge.store, await writeColorModel(), 'colors', '1');
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'numbers', '1');
});
afterAll(() => edge?.stop());

async function post(
  path: string,
  body: string | FormData | Uint8Array<ArrayBuffer>,
  type?: string,
): Promise<{ status: number; answer: unknown }> {
  const headers = type === undefined ? {} : { 'content-type': type };
  const response = await fetch(new URL(path, edge.isolates[0]), { method: 'POST', body, headers });
  return { status: response.status, answer: await response.json() };
}

const bytes = (file: Uint8Array) => new Uint8Array(file);
/** What curl's option -d makes of a file. */
const withoutLineEnds = (file: Uint8Array) => file.filter((byte) => byte !== 0x0a && byte !== 0x0d);
const ORANGE = bitmap([[[255, 51, 0]]]);
const BLUE = bitmap([[[0, 0, 255]]]);

describe('an image that is not sent as one', () => {
  const type = 'application/x-www-form-urlencoded';

  test('is told of, with the header that it needs', async () => {
    const { status, answer } = await post(
      '/v1/models/colors:predict',
      bytes(imageVector('JPEG orange').file),
      type,
    );
    expect([status, answer]).toEqual([
      400,
      {
        error: expect.stringMatching(
          /^JSON Parse error: .*; the body is a JPEG image, which needs the header content-type: image\/jpeg \(curl: --data-binary @FILE -H 'content-type: image\/jpeg'\)$/,
        ),
      },
    ]);
  });

  test('is told of where its line ends are missing', async () => {
    const file = withoutLineEnds(imageVector('PNG black').file);
    const { answer } = await post('/v1/models/colors:classify', bytes(file), type);
    expect(answer).toEqual({
      error: expect.stringMatching(
        /^JSON Parse error: .*; the body was a PNG image: curl's option -d removes line ends; use --data-binary, and the header content-type: image\/png$/,
      ),
    });
  });

  test('is none where the body is text', async () => {
    const { answer } = await post('/v1/models/colors:predict', 'instances=1', type);
    expect(answer).toEqual({ error: 'JSON Parse error: Invalid value. at offset: 0' });
  });
});

describe('of several images', () => {
  test('the refusal says which one is wrong, in a form and in JSON', async () => {
    const form = new FormData();
    form.append('first', new Blob([bytes(ORANGE)]), 'orange.bmp');
    form.append('second', new Blob(['no image']), 'broken.bmp');
    const b64 = (file: Uint8Array) => ({ b64: Buffer.from(file).toString('base64') });
    const json = JSON.stringify({ instances: [b64(ORANGE), b64(BLUE), b64(ORANGE.subarray(0, 56))] });
    expect(await post('/v1/models/colors:predict', form)).toMatchObject({
      status: 400,
      answer: { error: expect.stringMatching(/cannot be decoded: image 2 of 2: the bytes are no image/) },
    });
    expect(await post('/v1/models/colors:predict', json)).toMatchObject({
      status: 400,
      answer: { error: expect.stringMatching(/cannot be decoded: image 3 of 3: the BMP image is cut off/) },
    });
  });
});

describe('the metadata', () => {
  const range = { minimum: 0, maximum: 1, channels: 'rgb' };

  test("of TensorFlow Serving's API has the classes and the values of images beside the signatures", async () => {
    const response = await fetch(new URL('/v1/models/colors/metadata', edge.isolates[0]));
    const { metadata } = (await response.json()) as { metadata: object };
    expect(metadata).toMatchObject({
      class_names: { serving_default: { y: ['red', 'green', 'blue'] } },
      image_inputs: { serving_default: { image: { height: 2, width: 2, layout: 'NHWC', ...range } } },
    });
  });

  test('of Open Inference has them as parameters of the tensors', async () => {
    const response = await fetch(new URL('/v2/models/colors', edge.isolates[0]));
    const json: unknown = await response.json();
    expect(json).toEqual({
      name: 'colors',
      versions: ['1'],
      platform: 'tensorflowjs_graphmodel',
      inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 2, 2, 3], parameters: range }],
      outputs: [
        {
          name: 'y',
          datatype: 'FP32',
          shape: [-1, 3],
          parameters: { classes: '["red","green","blue"]' },
        },
      ],
    });
    const [contentType, status] = [response.headers.get('content-type'), response.status];
    expect(faultsOf({ method: 'GET', path: '/v2/models/colors', status, contentType, json })).toEqual([]);
  });

  test('has none of them for a model without', async () => {
    const of = async (path: string) => (await fetch(new URL(path, edge.isolates[0]))).text();
    expect(await of('/v1/models/numbers/metadata')).not.toMatch(/class_names|image_inputs/);
    expect(await of('/v2/models/numbers')).not.toContain('parameters');
  });
});
