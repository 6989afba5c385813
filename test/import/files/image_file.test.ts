import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { ImageFileSchema, imageInput } from '../../../import/files/image_file.ts';
import type { Signature, TensorInfo } from '../../../worker/model/signature.ts';

const float = (shape: number[] | null): TensorInfo => ({ name: 'x:0', dtype: 'float32', shape });
const signature = (inputs: Record<string, TensorInfo>): Signature => ({
  method: 'tensorflow/serving/predict',
  inputs,
  outputs: {},
});
const taking = (x: TensorInfo) => ({ serving_default: signature({ x }) });
const PHOTO = taking(float([-1, 224, 160, 3]));

function read(file: object, signatures: Record<string, Signature> = PHOTO) {
  const image = imageInput(v.parse(ImageFileSchema, file), signatures);
  return image.kind === 'read' ? image.value : image.message;
}

const DEFAULTS = {
  signature: 'serving_default',
  input: 'x',
  height: 224,
  width: 160,
  fit: 'stretch',
  resize: 'bilinear',
  channels: 'rgb',
  layout: 'NHWC',
  scale: [1],
  offset: [0],
};

describe('image.json', () => {
  test('makes no samples that the input would refuse', () => {
    const bytes = taking({ name: 'x:0', dtype: 'int32', shape: [1, 224, 160, 3], range: [-128, 127] });
    expect(read({ offset: -128 }, bytes)).toEqual({ ...DEFAULTS, offset: [-128] });
    // Rounded, these are the least and the largest one.
    expect(read({ scale: 1.001, offset: -128 }, bytes)).toMatchObject({ scale: [1.001] });
    const samples = 'scale and offset: samples would be from';
    const takes = 'and the input "x" takes values from -128 to 127';
    expect(read({}, bytes)).toBe(`${samples} 0 to 255, ${takes}`);
    expect(read({ offset: -129 }, bytes)).toBe(`${samples} -129 to 126, ${takes}`);
  });

  test('may be empty where the shape of the input tells all', () => {
    expect(read({})).toEqual(DEFAULTS);
    expect(read({}, taking(float([1, 1, 28, 20])))).toEqual({
      ...DEFAULTS,
      height: 28,
      width: 20,
      channels: 'gray',
      layout: 'NCHW',
    });
  });

  test('says what the shape does not', () => {
    const file = {
      size: [32, 48],
      fit: 'crop',
      channels: 'bgr',
      scale: [0.1, 0.2, 0.3],
      offset: -1,
      layout: 'NCHW',
    };
    expect(read(file, taking(float(null)))).toEqual({
      ...DEFAULTS,
      height: 32,
      width: 48,
      fit: 'crop',
      channels: 'bgr',
      layout: 'NCHW',
      scale: [0.1, 0.2, 0.3],
      offset: [-1],
    });
  });

  test.each([
    ['a size that nobody tells', {}, taking(float([-1, -1, -1, 3])), 'size is missing'],
    ['another size than the input has', { size: [1, 1] }, PHOTO, 'an image would be of shape [?, 1, 1, 3]'],
    ['a size of 0', { size: [0, 1] }, taking(float(null)), 'height is less than 1'],
    ['scales for other channels', { scale: [1, 2] }, PHOTO, 'scale has 2 numbers'],
    ['a signature that is not there', { signature_name: 'other' }, PHOTO, 'there is no signature "other"'],
    ['an input that is not there', { input: 'z' }, PHOTO, 'has no input "z"'],
    [
      'an input that is one of two',
      { input: 'x' },
      { serving_default: signature({ x: float([-1, 1, 1, 3]), y: float([-1]) }) },
      'takes x, y',
    ],
    [
      'an input of strings',
      {},
      taking({ name: 'x:0', dtype: 'string', shape: [-1] }),
      'is of dtype string, and an image becomes float32 or int32',
    ],
  ])('is refused for %s', (_, file, signatures, message) => {
    expect(read(file, signatures)).toContain(message);
  });

  test('is refused for a member that it does not have', () => {
    const parsed = v.safeParse(ImageFileSchema, { mean: 127 });
    expect(parsed.issues?.[0].message).toMatch(
      /is no member of image.json, which has signature_name, input, size/,
    );
  });
});
