import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { counted } from '../count_progress.ts';
import type { DecodeImages } from '../examples/image_examples.ts';
import { GOLDEN_FILE } from '../files/sidecar_files.ts';
import { type Imported, inFile, read } from '../import_result.ts';
import { type OpenModelOptions, openModel, type SourceOptions } from '../open_model.ts';
import { type CalibrationExample, goldenSamples, misfit } from '../quantize/calibration_examples.ts';
import type { ModelImport } from '../tfjs/tfjs_directory.ts';
import { compareAnswers, type OutputDifference } from './compare_answers.ts';
import { openComputation } from './computation.ts';

type ReadImport = Extract<ModelImport, { kind: 'read' }>;

/**
 * Returns the differences of a quantized model's outputs from the original's on examples, by default the model's golden ones. The
 * list is empty without examples of numbers or images. The original is converted a second time, and this process computes both.
 *
 * @param path the path of the original
 * @param temporaryDirectory a directory for the original in tfjs's format
 */
export async function quantizationAccuracy(
  path: string,
  quantized: ReadImport,
  {
    temporaryDirectory,
    onProgress,
    examples: given,
    decodeImages,
    onOriginal,
    ...source
  }: SourceOptions &
    Pick<OpenModelOptions, 'temporaryDirectory' | 'onProgress'> & {
      readonly examples?: readonly CalibrationExample[] | undefined;
      /** Without it, golden examples with files of images are left out. */
      readonly decodeImages?: DecodeImages | undefined;
      /** Receives the original in tfjs's format. */
      readonly onOriginal?: (original: ReadImport) => void;
    },
): Promise<Imported<OutputDifference[]>> {
  const golden = given === undefined ? await goldenSamples(quantized.content, decodeImages) : read(given);
  if (golden.kind !== 'read') return inFile(GOLDEN_FILE, golden);
  const { signatures } = quantized.content;
  const examples = golden.value.filter((example) => misfit(example, signatures) === undefined);
  if (examples.length === 0) return read([]);
  const directory = join(temporaryDirectory, 'original');
  await mkdir(directory);
  const original = await openModel(path, { ...source, temporaryDirectory: directory });
  if (original.kind !== 'read') return original;
  onOriginal?.(original);
  const before = await openComputation(topologyFile(original));
  const after = await openComputation(topologyFile(quantized));
  const differences = await compareAnswers(
    before,
    after,
    signatures,
    counted(examples, 'Comparing the answers on the examples', onProgress),
    original.content.signatures,
  );
  before.dispose();
  after.dispose();
  return read(differences);
}

function topologyFile({ content, files }: ReadImport): string {
  const file = files.get(content.topology);
  if (file === undefined) throw new Error(`the import names no file for ${content.topology}`);
  return file;
}
