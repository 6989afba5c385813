import { type ConvertGraphOptions, convertGraph, simplifyGraphModel } from './convert_graph.ts';
import { type DetectedModel, detectFormat } from './detect_format.ts';
import type { ImageFile } from './files/image_file.ts';
import type { SourceFormat } from './formats.ts';
import type { Graph } from './graph/graph.ts';
import { WeightError } from './graph/weight_error.ts';
import { type Imported, read, unsupported } from './import_result.ts';
import { convertArchive } from './keras/convert_archive.ts';
import { convertH5 } from './keras/convert_keras.ts';
import { convertTfjsLayers } from './keras/convert_tfjs_layers.ts';
import { archiveConfiguration, h5Configuration, tfjsConfiguration } from './keras/read_configuration.ts';
import { rescaledInput } from './keras/rescaled_input.ts';
import { type OnnxLayout, readOnnx } from './onnx/read_onnx.ts';
import { type Calibration, calibrationExamples } from './quantize/calibration_examples.ts';
import type { QuantizationForm } from './quantize/quantization_form.ts';
import type { QuantizedGraph } from './quantize/quantize_graph.ts';
import { type GraphEnds, readGraphDef } from './saved_model/graph_def/read_graph_def.ts';
import { readSavedModel } from './saved_model/read_saved_model.ts';
import { type ModelImport, readTfjsDirectory } from './tfjs/tfjs_directory.ts';
import { tfliteImage } from './tflite/metadata/image.ts';
import { readTflite } from './tflite/read_tflite.ts';

/** What the file of a model leaves open. */
export interface SourceOptions {
  /** Where a frozen graph begins and ends. Other formats say it themselves. */
  readonly ends?: GraphEnds;
  /** The order of dimensions in the signature of an ONNX model, if not that of the file. */
  readonly layout?: OnnxLayout;
}

export interface OpenModelOptions extends SourceOptions {
  /**
   * An empty directory for the converted model. The result names files in it, and the caller removes it after reading
   * them.
   */
  readonly temporaryDirectory: string;
  /** Makes the files of weights a half or a quarter as large, at the price of accuracy. */
  readonly quantize?: QuantizationForm;
  /** What int8 is calibrated on, beside the golden examples. */
  readonly calibration?: Calibration;
  /** Receives what int8 computes in bytes, and the examples it was calibrated on. */
  readonly onIntegers?: (quantized: Pick<QuantizedGraph, 'report' | 'examples'>) => void;
  /** Receives the current step of long work. */
  readonly onProgress?: (text: string) => void;
}

/**
 * Reads a model of any supported format as the content of a version. It reads a tfjs model that cannot be simplified in
 * place, and converts any other model in the temporary directory first. Examples and the names of classes come from the
 * files next to the original.
 *
 * @throws only for faults of the file system
 */
export async function openModel(path: string, options: OpenModelOptions): Promise<ModelImport> {
  const detected = await detectFormat(path);
  if (detected.kind !== 'read') return detected;
  const model = detected.value;
  if (model.kind === 'tfjs' && options.quantize !== undefined && options.quantize !== 'int8') {
    return unsupported(
      `${path} is in tfjs's form already: quantize when you convert what it was made of, or to int8`,
    );
  }
  if (model.kind !== 'graph-def' && options.ends !== undefined) {
    return unsupported(
      `${path} says itself what its inputs and outputs are: only for a frozen graph are they named`,
    );
  }
  if (model.kind !== 'onnx' && options.layout !== undefined) {
    return unsupported(`${path} is not an ONNX model: --layout changes only the layout of these`);
  }
  const converted = await convertToTfjs(model, options);
  if (converted.kind !== 'read') {
    // Some messages already name the file.
    const named = converted.message.startsWith(model.path);
    return named ? converted : { ...converted, message: `${path}: ${converted.message}` };
  }
  if (converted.value === undefined) return readTfjsDirectory(model.path);
  const image = await statedImage(model);
  return readTfjsDirectory(options.temporaryDirectory, {
    examplesIn: model.directory,
    sourceFormat: converted.value,
    ...(image === undefined ? {} : { image }),
  });
}

/** What a file tells of how an image becomes its input: once it is converted, it does not say it any more. */
async function statedImage({ kind, path }: DetectedModel): Promise<ImageFile | undefined> {
  if (kind === 'tflite') return tfliteImage(path);
  if (kind === 'tfjs') return rescaledInput(await tfjsConfiguration(path));
  const text =
    kind === 'keras-archive'
      ? await archiveConfiguration(path)
      : kind === 'keras-h5'
        ? await h5Configuration(path)
        : undefined;
  return text === undefined ? undefined : rescaledInput(JSON.parse(text));
}

async function convertToTfjs(
  model: DetectedModel,
  options: OpenModelOptions,
): Promise<Imported<SourceFormat | undefined>> {
  try {
    return await convertFormat(model, await conversionOptions(model, options));
  } catch (error) {
    // Values are checked only when they are written.
    if (error instanceof WeightError) return error.problem;
    throw namedWriteFault(error, options.temporaryDirectory);
  }
}

/** Adds the directory to Node's error, which does not name the file, so that the message says which disk is full. */
function namedWriteFault(error: unknown, directory: string): unknown {
  const isWrite = error instanceof Error && 'syscall' in error && error.syscall === 'write';
  if (!isWrite || 'path' in error) return error;
  return new Error(`cannot write the converted model into ${directory}: ${error.message}`, { cause: error });
}

type ConversionOptions = ConvertGraphOptions & SourceOptions & Pick<OpenModelOptions, 'temporaryDirectory'>;

async function conversionOptions(
  model: DetectedModel,
  { quantize, calibration = {}, onIntegers, ...others }: OpenModelOptions,
): Promise<ConversionOptions> {
  if (quantize !== 'int8') return quantize === undefined ? others : { ...others, quantize };
  const image = await statedImage(model);
  return {
    ...others,
    integers: {
      examples: (signatures, areNeeded) =>
        calibrationExamples({ directory: model.directory, image }, signatures, calibration, areNeeded),
      onQuantized: (quantized) => onIntegers?.(quantized),
    },
  };
}

/** Writes a model to the temporary directory in tfjs's format, or returns undefined if nothing has to change. */
async function convertFormat(
  model: DetectedModel,
  options: ConversionOptions,
): Promise<Imported<SourceFormat | undefined>> {
  switch (model.kind) {
    case 'tfjs': {
      const converted = await convertTfjsLayers(model.path, options.temporaryDirectory, options);
      if (converted.kind !== 'read') return converted;
      if (converted.value) return read('tfjs-layers-model');
      const simplified = await simplifyGraphModel(model.path, options.temporaryDirectory, options);
      if (simplified.kind !== 'read') return simplified;
      return read(simplified.value ? 'tfjs-graph-model' : undefined);
    }
    case 'keras-h5':
      return convertH5(model.path, options.temporaryDirectory, options);
    case 'keras-archive':
      return convertArchive(model.path, options.temporaryDirectory, options);
    case 'saved-model':
      return fromGraph(await readSavedModel(model.path), 'saved-model', options);
    case 'onnx':
      return fromGraph(await readOnnx(model.path, options.layout), 'onnx', options);
    case 'tflite':
      return fromGraph(await readTflite(model.path), 'tflite', options);
    case 'graph-def':
      return fromGraph(await readGraphDef(model.path, options.ends), 'graph-def', options);
  }
}

async function fromGraph(
  graph: Imported<{ readonly graph: Graph; readonly notes: readonly string[] }>,
  format: SourceFormat,
  options: ConversionOptions,
): Promise<Imported<SourceFormat>> {
  if (graph.kind !== 'read') return graph;
  for (const note of graph.value.notes) options.onProgress?.(note);
  const written = await convertGraph(graph.value.graph, options.temporaryDirectory, options);
  return written.kind === 'read' ? read(format) : written;
}
