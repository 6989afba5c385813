/**
 * Importing models as a library: what TensorFlow and Keras save becomes tfjs models on disk. Nothing here knows of the
 * server that the models are for.
 *
 * - `detectFormat` tells what a path holds, by content.
 * - `openModel` reads a model of any format as what a version would consist of: signatures, files with their
 *   digests, examples. What is not tfjs's is converted into a directory that the caller gives.
 * - `convertModel` writes a model of any format into a directory in tfjs's form, whole or not at all.
 * - `inspectModel` sums a model up.
 * - `quantizationAccuracy` tells how far a quantized model's answers are from the original's.
 *
 * All of them answer `{kind: 'read', ...}`, or `malformed` or `unsupported` with a sentence that names the file and
 * the place in it. They throw only for faults of the file system.
 */
export { describeDifferences, type OutputDifference } from './accuracy/compare_answers.ts';
export { quantizationAccuracy } from './accuracy/quantization_accuracy.ts';
export { convertModel } from './convert_model.ts';
export { detectFormat } from './detect_format.ts';
export { inspectModel } from './inspect_model.ts';
export { openModel } from './open_model.ts';
export type { GraphEnds } from './saved_model/graph_def/read_graph_def.ts';
export type { ModelSummary } from './summarize_model.ts';
export type { ModelImport } from './tfjs/tfjs_directory.ts';
export type { QuantizationMode } from './tfjs/writer/quantize.ts';
