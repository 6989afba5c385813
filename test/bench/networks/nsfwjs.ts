import { sharedModel } from './sources/shared_models.ts';

export const nsfwjs = sharedModel({
  name: 'nsfwjs-mobilenet-v2',
  description: 'NSFWJS: MobileNetV2 classifier as published, 8-bit weights, LayersModel',
  format: 'tfjs-layers-model',
  folder: 'nsfwjs-mobilenet-v2',
  input: { name: 'input_1', onnxName: 'input_1', shape: [1, 224, 224, 3] },
  outputs: [{ name: 'dense_3', onnxName: 'dense_3', shape: [1, 5] }],
});
