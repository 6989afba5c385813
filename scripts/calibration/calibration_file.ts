import { open, readFile, stat } from 'node:fs/promises';
// Not from index.ts, which loads tfjs.
import { imageFiles, withSamples } from '../../import/examples/image_examples.ts';
import { type Imported, inFile, malformed, read } from '../../import/import_result.ts';
import type { CalibrationExample } from '../../import/index.ts';
import { misfit } from '../../import/quantize/calibration_examples.ts';
import type { ImageInput } from '../../worker/model/image_input.ts';
import type { Signature } from '../../worker/model/signature.ts';
import { imageFormat } from '../../worker/runtime/images/image_format.ts';
import { LARGEST_REQUEST, readRequest } from '../rehearsal/request_file.ts';
import { decodeImages } from './image_decoder.ts';

type Signatures = Readonly<Record<string, Signature>>;

interface CalibrationFile {
  readonly example: CalibrationExample;
  /** How many images became samples. */
  readonly images: number;
}

/** The bytes by which files are told apart. */
const START = 64;

/**
 * Reads a file with an image or with a request that the model computes, whose images become samples. A file that by its content and
 * name is neither is another one.
 *
 * @param mostImages how many there is room for
 */
export async function readCalibrationFile(
  path: string,
  signatures: Signatures,
  image: ImageInput | undefined,
  mostImages: number,
): Promise<Imported<CalibrationFile> | { readonly kind: 'other' }> {
  const request = await readExample(path, signatures, image);
  if (request.kind !== 'read') return request;
  const images = imageFiles(request.value, image)?.length ?? 0;
  if (images > mostImages)
    return malformed(`${path}: there is no memory for the samples of more images: give fewer`);
  const decoded = await withSamples(request.value, signatures, image, decodeImages);
  if (decoded.kind !== 'read') return inFile(path, decoded);
  const fault = misfit(decoded.value, signatures);
  return fault === undefined ? read({ example: decoded.value, images }) : malformed(`${path}: ${fault}`);
}

/** Messages name the file. */
async function readExample(
  path: string,
  signatures: Signatures,
  image: ImageInput | undefined,
): Promise<Imported<CalibrationExample> | { readonly kind: 'other' }> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory())
    return malformed(`${path}: is a folder in a folder: give it with a --calibrate of its own`);
  if (!found?.isFile()) return malformed(`${path} is not a file`);
  const start = await readStart(path);
  if (imageFormat(start) !== undefined) return imageExample(path, found.size, image);
  const isRequest = /^\s*[{[]/.test(new TextDecoder().decode(start)) || /\.json$/i.test(path);
  if (!isRequest)
    return /\.(jpe?g|png|gif|bmp|webp)$/i.test(path)
      ? malformed(`${path}: is damaged, or another kind of file than its name says`)
      : { kind: 'other' };
  const request = await readRequest(path, signatures);
  if (request.kind === 'malformed') return { kind: 'malformed', message: request.reason };
  return read(request.request);
}

/** The request that the server makes of an image as the body. */
async function imageExample(
  path: string,
  bytes: number,
  image: ImageInput | undefined,
): Promise<Imported<CalibrationExample>> {
  if (image === undefined)
    return malformed(
      `${path}: is an image, and nothing says how an image becomes the input of this model: put an image.json next to it (docs/api/images-and-text.md), or give requests with numbers in JSON`,
    );
  if (bytes > LARGEST_REQUEST) return malformed(`${path}: is larger than 64 MB`);
  const file = { b64: (await readFile(path)).toString('base64') };
  return read({ signature_name: image.signature, inputs: { [image.input]: [file] } });
}

async function readStart(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(START), 0, START, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
