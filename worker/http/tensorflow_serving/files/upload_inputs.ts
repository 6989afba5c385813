import { DEFAULT_SIGNATURE } from '../../../model/default_signature.ts';
import { channelCount, type ImageInput } from '../../../model/image_input.ts';
import type { Signature, TensorInfo } from '../../../model/signature.ts';
import type { NamedTensors, TensorValue } from '../../../model/tensor.ts';
import { imageTensor } from '../../../runtime/images/image_tensor.ts';
import { ExecutionError } from '../../../runtime/loaded_model.ts';
import type { ServableView } from '../../../serving/api.ts';
import { undecodedImageHint } from './image_hint.ts';
import type { Upload } from './upload.ts';

export type UploadInputs =
  | { readonly kind: 'inputs'; readonly inputs: NamedTensors }
  /** The model cannot take the upload, or it is no image. */
  | { readonly kind: 'refused'; readonly message: string }
  /** It would take more memory than the request may have. */
  | { readonly kind: 'too large'; readonly bytes: number };

const BYTES_PER_SAMPLE = 4;

/** The signature that an upload is for. */
export function signatureOf({ signatureName }: Upload, image: ImageInput | undefined): string {
  return signatureName ?? image?.signature ?? DEFAULT_SIGNATURE;
}

/**
 * Makes the inputs of an upload: the tensor that the version's `image` describes, or the only input where that takes
 * strings, whose elements are then the files.
 *
 * @param mostBytes of the tensor
 */
export function uploadInputs(
  { model, version, image }: Pick<ServableView, 'model' | 'version' | 'image'>,
  [name, signature]: readonly [name: string, signature: Signature],
  { media, files }: Upload,
  mostBytes: number,
): UploadInputs {
  if (media === 'image' && image?.signature === name) {
    const info = signature.inputs[image.input];
    const dtype = info?.dtype;
    if (dtype === 'float32' || dtype === 'int32') {
      const bytes = files.length * image.height * image.width * channelCount(image) * BYTES_PER_SAMPLE;
      // The samples, and what they become.
      if (2 * bytes > mostBytes) return { kind: 'too large', bytes: 2 * bytes };
      return decoded(image, dtype, files);
    }
  }
  const [only, ...others] = Object.entries(signature.inputs);
  const tensor = only === undefined || others.length > 0 ? undefined : stringTensor(only[1], files);
  if (only !== undefined && tensor !== undefined)
    return { kind: 'inputs', inputs: new Map([[only[0], tensor]]) };
  const missing =
    media === 'text'
      ? `signature ${name} has no single input of strings`
      : `there was no image.json for signature ${name} when it was published, and it has no single input of strings. ` +
        'Publish a version with an image.json (docs/api/images-and-text.md), or send the samples as JSON';
  const message = `Version ${version} of model ${model} takes no ${media} as the body: ${missing}`;
  return { kind: 'refused', message };
}

function decoded(image: ImageInput, dtype: 'float32' | 'int32', files: readonly Uint8Array[]): UploadInputs {
  try {
    const tensor = imageTensor(files, image, dtype);
    return { kind: 'inputs', inputs: new Map([[image.input, tensor]]) };
  } catch (error) {
    if (!(error instanceof ExecutionError)) throw error;
    const [file, ...others] = files;
    const hint = file === undefined || others.length > 0 ? '' : undecodedImageHint(file);
    return { kind: 'refused', message: `The body cannot be decoded: ${error.message}${hint}` };
  }
}

/** Undefined where the input does not take so many strings. */
function stringTensor({ dtype, shape }: TensorInfo, files: readonly Uint8Array[]): TensorValue | undefined {
  if (dtype !== 'string') return undefined;
  const count = files.length;
  const wanted = shape ?? [-1];
  const [batch = 1, ...inner] = wanted;
  const fits = (batch === -1 || batch === count) && inner.every((size) => size === -1 || size === 1);
  if (!fits) return undefined;
  const given = wanted.length === 0 ? [] : [count, ...inner.map(() => 1)];
  return { dtype, shape: given, values: files };
}
