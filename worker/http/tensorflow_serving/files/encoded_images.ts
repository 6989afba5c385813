import type { Signature } from '../../../model/signature.ts';
import type { ServableView } from '../../../serving/api.ts';
import { decodeInputs } from '../predict/decode_predict.ts';
import type { PredictRequest } from '../predict/parse_predict.ts';
import { type UploadInputs, uploadInputs } from './upload_inputs.ts';

/**
 * Makes the input of a request that has images in base64, `{"b64": "..."}`, in the place of their samples.
 *
 * @param mostBytes of the tensor
 * @returns undefined where the request has something else, or the version does not say how images become its input
 */
export function encodedImages(
  servable: ServableView,
  request: PredictRequest,
  signature: Signature,
  mostBytes: number,
): UploadInputs | undefined {
  const { image } = servable;
  const info = image === undefined ? undefined : signature.inputs[image.input];
  if (image === undefined || info === undefined || image.signature !== request.signatureName)
    return undefined;
  const ofFiles: Signature['inputs'] = { [image.input]: { ...info, dtype: 'string', shape: [-1] } };
  const decoded = decodeInputs(request, { ...signature, inputs: ofFiles });
  const files = decoded.kind === 'decoded' ? decoded.inputs.get(image.input) : undefined;
  if (files?.dtype !== 'string') return undefined;
  const upload = { media: 'image', files: files.values, signatureName: undefined } as const;
  return uploadInputs(servable, [request.signatureName, signature], upload, mostBytes);
}
