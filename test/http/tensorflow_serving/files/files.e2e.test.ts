import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../../fixtures/edge/edge.ts';
import { bitmap } from '../../../fixtures/images/bitmap.ts';
import { imageVector } from '../../../fixtures/images/vectors.ts';
import { writeColorModel } from '../../../fixtures/models/color_model.ts';
import { publishModel, SAMPLES } from '../../../fixtures/models/publish_directory.ts';
import { writeGraph } from '../../../fixtures/models/write_graph.ts';

const FLOAT = { T: { type: 'DT_FLOAT' } };

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
  await publishModel(edge.store, await writeColorModel(), 'colors', '1');
  const text = [{ name: 'text', dtype: 'DT_STRING', shape: [-1] }] as const;
  const same = await writeGraph(
    text,
    [{ name: 'y', op: 'StringUpper', input: ['text'] }],
    [{ name: 'y', dtype: 'DT_STRING' }],
  );
  await publishModel(edge.store, same, 'upper', '1');
  const number = [{ name: 'x', dtype: 'DT_FLOAT', shape: [-1] }] as const;
  const numbers = await writeGraph(
    number,
    [{ name: 'y', op: 'Neg', input: ['x'], attr: FLOAT }],
    [{ name: 'y', dtype: 'DT_FLOAT' }],
  );
  await publishModel(edge.store, numbers, 'numbers', '1');
  const length = await writeGraph(
    text,
    [{ name: 'y', op: 'StringLength', input: ['text'] }],
    [{ name: 'y', dtype: 'DT_INT32' }],
  );
  await publishModel(edge.store, length, 'bytes', '1');
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
const close = (...values: number[]) => values.map((value) => expect.closeTo(value, 6));

describe('an image as the body', () => {
  test('is predicted and classified', async () => {
    for (let round = 0; round < 3; round++) {
      expect(await post('/v1/models/colors:predict', bytes(ORANGE), 'image/bmp')).toEqual({
        status: 200,
        answer: { predictions: [close(1, 0.2, 0)] },
      });
      expect(await post('/v1/models/colors:classify', bytes(ORANGE), 'image/bmp')).toEqual({
        status: 200,
        answer: {
          results: [
            [
              ['red', 1],
              ['green', expect.closeTo(0.2, 6)],
              ['blue', 0],
            ],
          ],
        },
      });
    }
  });

  test('is told by its bytes, whatever image its type names', async () => {
    const black = { status: 200, answer: { predictions: [[0, 0, 0]] } };
    expect(
      await post('/v1/models/colors:predict', bytes(imageVector('PNG black').file), 'image/jpeg'),
    ).toEqual(black);
  });

  test('of JPEG has the values of its colors', async () => {
    const { answer } = await post(
      '/v1/models/colors:predict',
      bytes(imageVector('JPEG orange').file),
      'image/jpeg',
    );
    expect(answer).toEqual({
      predictions: [[expect.closeTo(1, 1), expect.closeTo(0.5, 1), expect.closeTo(0, 1)]],
    });
  });

  test('of a drawn digit is read as its samples in JSON are', async () => {
    await publishModel(edge.store, join(SAMPLES, 'digits/1.0.0'), 'digits', '1');
    const file = await readFile(join(SAMPLES, 'digits/seven.png'));
    const json = await readFile(join(SAMPLES, 'digits/example.json'), 'utf8');
    const { answer } = await post('/v1/models/digits:predict', json);
    const [probabilities]: [number[]] = Reflect.get(Object(answer), 'predictions');
    // Its samples have 8 bits, where JSON has two decimals.
    const likely = probabilities.map((probability) => expect.closeTo(probability, 2));
    expect(probabilities[7]).toBeGreaterThan(0.9);
    expect(await post('/v1/models/digits:predict', bytes(file), 'image/png')).toEqual({
      status: 200,
      answer: { predictions: [likely] },
    });
  });

  test('comes in a form, alone or with others', async () => {
    const form = new FormData();
    form.append('first', new Blob([bytes(ORANGE)]), 'orange.bmp');
    form.append('second', new Blob([bytes(BLUE)]), 'blue.bmp');
    form.append('signature_name', 'serving_default');
    expect(await post('/v1/models/colors:predict', form)).toEqual({
      status: 200,
      answer: { predictions: [close(1, 0.2, 0), [0, 0, 1]] },
    });
  });

  test('comes in JSON, as base64 in the place of its samples', async () => {
    const b64 = (file: Uint8Array) => ({ b64: Buffer.from(file).toString('base64') });
    const predictions = [close(1, 0.2, 0), [0, 0, 1]];
    const body = JSON.stringify({ instances: [b64(ORANGE), b64(BLUE)] });
    expect(await post('/v1/models/colors:predict', body)).toEqual({ status: 200, answer: { predictions } });
    const named = JSON.stringify({ instances: [{ image: b64(ORANGE) }, { image: b64(BLUE) }] });
    expect(await post('/v1/models/colors:predict', named)).toEqual({ status: 200, answer: { predictions } });
  });

  test('may still be samples in JSON', async () => {
    const pixel = [0.25, 0.5, 0];
    const instances = [
      [
        [pixel, pixel],
        [pixel, pixel],
      ],
    ];
    expect(await post('/v1/models/colors:predict', JSON.stringify({ instances }))).toEqual({
      status: 200,
      answer: { predictions: [pixel] },
    });
  });

  test('is the only element of an input of strings', async () => {
    expect(await post('/v1/models/bytes:predict', bytes(ORANGE), 'image/bmp')).toEqual({
      status: 200,
      answer: { predictions: [ORANGE.length] },
    });
  });

  test.each([
    ['no image', 'colors', Uint8Array.of(1, 2, 3), /The body cannot be decoded: the bytes are no image/],
    ['nothing', 'colors', new Uint8Array(0), /the image is empty/],
    ['half of an image', 'colors', ORANGE.subarray(0, 56), /the BMP image is cut off/],
    [
      'an image for a model of numbers',
      'numbers',
      ORANGE,
      /takes no image as the body: there was no image.json.* Publish a version with an image.json .* or send the samples/,
    ],
    [
      'a file that curl -d has read',
      'colors',
      withoutLineEnds(imageVector('PNG black').file),
      /it was a PNG image: curl's option -d removes line ends; use --data-binary$/,
    ],
    [
      'a damaged image, which curl -d may have read',
      'colors',
      imageVector('JPEG orange').file.subarray(0, 200),
      /if curl sent it: curl's option -d removes line ends; use --data-binary$/,
    ],
    [
      'the name of a file',
      'colors',
      new TextEncoder().encode('cats/cat 1.jpg'),
      /it is the name of a file: with curl, write --data-binary @cats\/cat 1.jpg$/,
    ],
  ])('is refused where it is %s', async (_, model, body, message) => {
    expect(await post(`/v1/models/${model}:predict`, bytes(body), 'image/png')).toEqual({
      status: 400,
      answer: { error: expect.stringMatching(message) },
    });
  });

  test.each([
    ['without a file', (form: FormData) => form.append('signature_name', 'serving_default'), /has no file/],
    ['with a field that is not known', (form: FormData) => form.append('size', '2'), /has a field "size"/],
  ])('is refused in a form %s', async (_, fill, message) => {
    const form = new FormData();
    fill(form);
    expect(await post('/v1/models/colors:predict', form)).toEqual({
      status: 400,
      answer: { error: expect.stringMatching(message) },
    });
  });
});

describe('a text as the body', () => {
  test('is the only element of an input of strings', async () => {
    expect(await post('/v1/models/upper:predict', 'a day', 'text/plain')).toEqual({
      status: 200,
      answer: { predictions: ['A DAY'] },
    });
    expect(await post('/v1/models/bytes:predict', 'a day', 'text/plain; charset=utf-8')).toEqual({
      status: 200,
      answer: { predictions: [5] },
    });
  });

  test('without a type is JSON, as everything that TensorFlow Serving takes', async () => {
    expect(await post('/v1/models/upper:predict', 'a day')).toEqual({
      status: 400,
      answer: { error: expect.stringMatching(/^JSON Parse error: Invalid value. at offset: 0/) },
    });
  });

  test('is JSON where it begins with a brace, since browsers send JSON as text', async () => {
    const body = ' {"instances": ["b"]}';
    expect(await post('/v1/models/upper:predict', body, 'text/plain')).toEqual({
      status: 200,
      answer: { predictions: ['B'] },
    });
  });

  test('is refused where the model takes numbers', async () => {
    expect(await post('/v1/models/numbers:predict', 'a day', 'text/plain')).toEqual({
      status: 400,
      answer: {
        error: expect.stringContaining(
          'takes no text as the body: signature serving_default has no single input',
        ),
      },
    });
  });
});
