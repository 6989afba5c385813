/**
 * A library that imports models: it converts models of TensorFlow and Keras to tfjs models on disk. It does not depend
 * on the server.
 *
 * - `detectFormat` detects the format of a model by its content.
 * - `openModel` reads a model of any format as the content of a version: signatures, files with their digests,
 *   examples. It converts other formats than tfjs's in a directory of the caller.
 * - `convertModel` writes a model of any format to a directory in tfjs's format, completely or not at all.
 * - `inspectModel` summarizes a model.
 * - `quantizationAccuracy` measures the differences of a quantized model's outputs from the original's.
 *
 * All of them return `{kind: 'read', ...}`, or `malformed` or `unsupported` with a sentence that names the file and the
 * position in it. They throw only for faults of the file system.
 */
export type { OutputDifference } from './accuracy/compare_answers.ts';
export { quantizationAccuracy } from './accuracy/quantization_accuracy.ts';
export { convertModel } from './convert_model.ts';
export { detectFormat } from './detect_format.ts';
export { inspectModel } from './inspect_model.ts';
export { openModel, type SourceOptions } from './open_model.ts';
export type { CalibrationExample } from './quantize/calibration_examples.ts';
export type { QuantizationForm } from './quantize/quantization_form.ts';
export type { IntegerReport } from './quantize/quantize_graph.ts';
export type { ModelSummary } from './summarize_model.ts';
export type { ModelImport } from './tfjs/tfjs_directory.ts';
