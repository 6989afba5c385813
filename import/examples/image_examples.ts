import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';
import type { ImageInput } from '../../worker/model/image_input.ts';
import { isJsonObject, type JsonObject } from '../../worker/model/json_object.ts';
import type { Signature } from '../../worker/model/signature.ts';
import type { NumberTensor } from '../../worker/model/tensor.ts';
import { type Imported, malformed, read } from '../import_result.ts';
import { readInput } from './tensor_json.ts';

/** Makes rows of an input of files of images, as the server does. Files that cannot be decoded are malformed. */
export type DecodeImages = (
  files: readonly Uint8Array[],
  image: ImageInput,
  dtype: NumberTensor['dtype'],
) => Promise<Imported<NumberTensor>>;

interface Example {
  readonly signature_name?: string | undefined;
  readonly inputs: JsonObject;
}

/** Returns the files of images that an example has in the place of the samples of its input, each as `{"b64": "..."}`. */
export function imageFiles(
  { signature_name: name = DEFAULT_SIGNATURE, inputs }: Example,
  image: ImageInput | undefined,
): readonly JsonObject[] | undefined {
  const given = image?.signature === name ? inputs[image.input] : undefined;
  return Array.isArray(given) && given.length > 0 && given.every(isJsonObject) ? given : undefined;
}

/** Returns an example whose files of images are samples; as it is if it has no such files. */
export async function withSamples(
  example: Example,
  signatures: Readonly<Record<string, Signature>>,
  image: ImageInput | undefined,
  decode: DecodeImages | undefined,
): Promise<Imported<Example>> {
  const given = imageFiles(example, image);
  const dtype = image && signatures[image.signature]?.inputs[image.input]?.dtype;
  if (image === undefined || given === undefined || decode === undefined) return read(example);
  if (dtype !== 'float32' && dtype !== 'int32') return read(example);
  const files: Uint8Array[] = [];
  for (const json of given) {
    const bytes = readInput(json, 'string');
    if (typeof bytes !== 'object')
      return malformed(`input "${image.input}" has an object in place of ${dtype}`);
    files.push(Buffer.from(bytes.b64, 'base64'));
  }
  const samples = await decode(files, image, dtype);
  return samples.kind === 'read'
    ? read({ ...example, inputs: { ...example.inputs, [image.input]: samples.value } })
    : samples;
}
