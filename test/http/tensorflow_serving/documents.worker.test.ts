import { expect, test } from 'vitest';
import { metadataDocument } from '../../../worker/http/tensorflow_serving/documents/metadata_document.ts';
import { statusDocument } from '../../../worker/http/tensorflow_serving/documents/status_document.ts';
import { valueRange } from '../../../worker/model/image_input.ts';

test('metadata has the names and value types of TensorFlow Serving', () => {
  const document = metadataDocument('half_plus_two', '123', {
    signatures: {
      serving_default: {
        method: 'tensorflow/serving/predict',
        inputs: { x: { name: 'serving_default_x:0', dtype: 'float32', shape: [-1, 1] } },
        outputs: {
          y: { name: 'y:0', dtype: 'string', shape: [], classes: ['cat', 'dog'] },
          any: { name: 'any:0', dtype: 'bool', shape: null },
          whole: { name: 'whole:0', dtype: 'int32', shape: [3] },
        },
      },
    },
    image: {
      signature: 'serving_default',
      input: 'x',
      height: 224,
      width: 192,
      fit: 'crop',
      resize: 'bilinear',
      channels: 'bgr',
      layout: 'NHWC',
      scale: [1],
      offset: [-103.939, -116.779, -123.68],
    },
  });
  expect(document).toEqual({
    model_spec: { name: 'half_plus_two', signature_name: '', version: '123' },
    metadata: {
      signature_def: {
        signature_def: {
          serving_default: {
            inputs: {
              x: {
                dtype: 'DT_FLOAT',
                tensor_shape: {
                  dim: [
                    { size: '-1', name: '' },
                    { size: '1', name: '' },
                  ],
                  unknown_rank: false,
                },
                name: 'serving_default_x:0',
              },
            },
            outputs: {
              y: { dtype: 'DT_STRING', tensor_shape: { dim: [], unknown_rank: false }, name: 'y:0' },
              any: { dtype: 'DT_BOOL', tensor_shape: { dim: [], unknown_rank: true }, name: 'any:0' },
              whole: {
                dtype: 'DT_INT32',
                tensor_shape: { dim: [{ size: '3', name: '' }], unknown_rank: false },
                name: 'whole:0',
              },
            },
            method_name: 'tensorflow/serving/predict',
            defaults: {},
          },
        },
      },
      class_names: { serving_default: { y: ['cat', 'dog'] } },
      image_inputs: {
        serving_default: {
          x: {
            height: 224,
            width: 192,
            channels: 'bgr',
            layout: 'NHWC',
            minimum: -123.68,
            maximum: 151.061,
          },
        },
      },
    },
  });
});

test.each([
  [[1], [0], { minimum: 0, maximum: 255 }],
  [[1 / 255], [0], { minimum: 0, maximum: 1 }],
  [[0.00784313725490196], [-1], { minimum: -1, maximum: 1 }],
  [[-1], [255], { minimum: 0, maximum: 255 }],
  [
    [1 / 58.395, 1 / 57.12, 1 / 57.375],
    [-2.117904, -2.035714, -1.804444],
    { minimum: -2.117904, maximum: 2.64 },
  ],
])('the samples of an image, times %j plus %j, are from %j', (scale, offset, range) => {
  expect(valueRange({ scale, offset })).toEqual(range);
});

test('status lists versions from the newest to the oldest', () => {
  const document = statusDocument([
    { version: '1.9.0', state: 'AVAILABLE' },
    { version: '1.10.0', state: 'END', error: 'a blob is missing' },
    { version: '2', state: 'LOADING' },
  ]);
  expect(document).toEqual({
    model_version_status: [
      { version: '2', state: 'LOADING', status: { error_code: 'OK', error_message: '' } },
      {
        version: '1.10.0',
        state: 'END',
        status: { error_code: 'UNKNOWN', error_message: 'a blob is missing' },
      },
      { version: '1.9.0', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } },
    ],
  });
});
