import { join } from 'node:path';
import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';
import { channelCount, type ImageInput } from '../../worker/model/image_input.ts';
import type { JsonObject } from '../../worker/model/json_object.ts';
import type { Signature } from '../../worker/model/signature.ts';
import { exampleTensor } from '../examples/example_tensor.ts';
import { type DecodeImages, imageFiles, withSamples } from '../examples/image_examples.ts';
import type { ImageFile } from '../files/image_file.ts';
import { GOLDEN_FILE, readSidecarFiles, type SidecarFiles } from '../files/sidecar_files.ts';
import { type Imported, inFile, malformed, read, unsupported } from '../import_result.ts';

/** The inputs of a request, by their public names. */
export interface CalibrationExample {
  readonly signature_name?: string | undefined;
  readonly inputs: JsonObject;
}

type Signatures = Readonly<Record<string, Signature>>;

/**
 * Returns further examples for a model of these signatures.
 *
 * @param image the input that takes images, where one does
 */
export type MoreExamples = (
  signatures: Signatures,
  image: ImageInput | undefined,
) => Promise<Imported<readonly CalibrationExample[]>>;

/** What a model is calibrated on, beside the golden examples of its directory. */
export interface Calibration {
  readonly more?: MoreExamples;
  /** Without it, examples with files of images are left out. */
  readonly decodeImages?: DecodeImages;
}

/** The most bytes of the samples of images, of golden examples and of those of the caller alike. */
export const MOST_SAMPLE_BYTES = 256 * 1024 * 1024;
const BYTES_PER_SAMPLE = 4;

/**
 * Returns the examples on which a model is calibrated: the golden ones of its directory, and those of the caller.
 *
 * @param areNeeded false if the model can be quantized without examples, which then only compare its answers
 */
export async function calibrationExamples(
  { directory, image: stated }: { readonly directory: string; readonly image?: ImageFile | undefined },
  signatures: Signatures,
  { more, decodeImages }: Calibration,
  areNeeded: boolean,
): Promise<Imported<readonly CalibrationExample[]>> {
  const sidecars = await readSidecarFiles(directory, signatures, stated);
  if (sidecars.kind !== 'read') return sidecars;
  const { image } = sidecars.value;
  const added = (await more?.(signatures, image)) ?? read([]);
  if (added.kind !== 'read') return added;
  const golden = await goldenSamples(sidecars.value, decodeImages);
  if (golden.kind !== 'read') return inFile(join(directory, GOLDEN_FILE), golden);
  const all = [...golden.value, ...added.value];
  const numbers = all.filter((example) => misfit(example, signatures) === undefined);
  if (numbers.length > 0 || !areNeeded) return read(numbers);
  const [first] = all;
  const lack =
    first === undefined
      ? 'it has no golden.json'
      : `the first one cannot be used: ${misfit(first, signatures)}`;
  const images = image === undefined ? '' : 'images or ';
  return unsupported(
    `--quantize int8 needs examples to measure the ranges of its values, and ${lack}; give ${images}requests with --calibrate PATH, or let record write golden.json`,
  );
}

/** Returns the golden examples with samples in the place of images, of which there are as many as memory permits. */
export async function goldenSamples(
  { golden, signatures, image }: Pick<SidecarFiles, 'golden' | 'signatures' | 'image'>,
  decodeImages: DecodeImages | undefined,
): Promise<Imported<readonly CalibrationExample[]>> {
  const examples: CalibrationExample[] = [];
  let bytes = 0;
  for (const [index, example] of golden.entries()) {
    const files = imageFiles(example, image)?.length ?? 0;
    if (image !== undefined) bytes += files * sampleBytes(image);
    if (files > 0 && bytes > MOST_SAMPLE_BYTES) continue;
    const decoded = await withSamples(example, signatures, image, decodeImages);
    if (decoded.kind !== 'read') return malformed(`examples[${index}]: ${decoded.message}`);
    examples.push(decoded.value);
  }
  return read(examples);
}

/** The bytes that the samples of one image take. */
export function sampleBytes(image: ImageInput): number {
  return BYTES_PER_SAMPLE * image.height * image.width * channelCount(image);
}

/** Why this process cannot compute an example, whose inputs have to be numbers and not files; undefined if it can. */
export function misfit(
  { signature_name: name = DEFAULT_SIGNATURE, inputs }: CalibrationExample,
  signatures: Signatures,
): string | undefined {
  const signature = Object.hasOwn(signatures, name) ? signatures[name] : undefined;
  if (signature === undefined) return `there is no signature "${name}"`;
  for (const [input, info] of Object.entries(signature.inputs)) {
    const tensor = exampleTensor(inputs[input], info);
    if (tensor.kind !== 'read') return `input "${input}" ${tensor.message}`;
  }
  return undefined;
}
