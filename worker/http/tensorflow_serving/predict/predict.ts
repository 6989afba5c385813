import type { ValueOrPromise } from '../../../runtime/value_or_promise.ts';
import type { ServableView } from '../../../serving/api.ts';
import { shortened } from '../../json/json_excerpt.ts';
import type { NotFinite } from '../../json/tensors/byte_writer.ts';
import type { MemoryShare } from '../../memory/memory_share.ts';
import type { Computed } from '../../protocol_handler.ts';
import { computed, findSignature, noSignature, refused } from '../computed.ts';
import { tooLarge } from '../files/compute_upload.ts';
import { encodedImages } from '../files/encoded_images.ts';
import { decodeInputs } from './decode_predict.ts';
import { encodeOutputs } from './encode_predict.ts';
import type { PredictRequest } from './parse_predict.ts';

/** Computes a predict request with one version: decodes the inputs, executes, encodes the outputs. */
export function computePrediction(
  servable: ServableView,
  request: PredictRequest,
  notFinite: NotFinite,
  share: MemoryShare,
): ValueOrPromise<Computed> {
  const signature = findSignature(servable, request.signatureName);
  if (signature === undefined) {
    const { signatureName: name } = request;
    return noSignature(
      servable,
      name,
      `Serving signature name: "${shortened(name)}" not found in signature def`,
    );
  }
  const decoded = decodeInputs(request, signature);
  const images =
    decoded.kind === 'invalid' ? encodedImages(servable, request, signature, share.left) : undefined;
  if (images?.kind === 'refused') return refused(images.message);
  if (images?.kind === 'too large') return tooLarge(images.bytes);
  const made = images ?? decoded;
  if (made.kind === 'invalid') return refused(made.message);
  const format = request.tensors.kind === 'row' ? 'row' : 'columnar';
  return computed(servable, signature, made.inputs, share, (outputs) =>
    encodeOutputs(outputs, format, notFinite),
  );
}
