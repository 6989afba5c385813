import { sharedModel } from './sources/shared_models.ts';

export const basicPitch = sharedModel({
  name: 'basic-pitch',
  description: 'Basic Pitch: two seconds of sound to notes, 500 nodes',
  format: 'tfjs-graph-model',
  folder: 'basic-pitch/tfjs',
  onnx: 'basic-pitch/other-formats/nmp.onnx',
  input: { name: 'input_2', onnxName: 'serving_default_input_2:0', shape: [1, 43_844, 1] },
  outputs: [
    { name: 'Identity', onnxName: 'StatefulPartitionedCall:0', shape: [1, 172, 264] },
    { name: 'Identity_1', onnxName: 'StatefulPartitionedCall:1', shape: [1, 172, 88] },
    { name: 'Identity_2', onnxName: 'StatefulPartitionedCall:2', shape: [1, 172, 88] },
  ],
});
