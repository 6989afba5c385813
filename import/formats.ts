/** The format of a model's source, as provenance and `inspect` name it. */
export type SourceFormat =
  | 'tfjs-graph-model'
  | 'tfjs-layers-model'
  | 'saved-model'
  | 'keras-h5'
  | 'keras-v3'
  | 'graph-def'
  | 'onnx'
  | 'tflite';

const SUPPORTED: readonly string[] = [
  'a TensorFlow SavedModel (a directory with saved_model.pb)',
  'a Keras model (.keras, or .h5 with its configuration)',
  'a frozen TensorFlow graph (.pb)',
  'an ONNX model (.onnx)',
  'a TensorFlow Lite model (.tflite)',
  'a tfjs GraphModel or LayersModel (a directory with model.json, or one other JSON file with a "modelTopology", and the files of weights that it names)',
];

/** The end of every message about an unsupported model. */
export const SUPPORTED_FORMATS = `Supported: ${SUPPORTED.join('; ')}`;
