import type { ValueOrPromise } from '../../../runtime/value_or_promise.ts';
import type { ServableView } from '../../../serving/api.ts';
import { shortened } from '../../json/json_excerpt.ts';
import type { NotFinite } from '../../json/tensors/byte_writer.ts';
import type { MemoryShare } from '../../memory/memory_share.ts';
import type { Computed } from '../../protocol_handler.ts';
import { batchOf, computed, findSignature, methodFault, noSignature, refused } from '../computed.ts';
import { encodeResults } from '../examples/example_results.ts';
import { encodeOutputs } from '../predict/encode_predict.ts';
import type { Upload } from './upload.ts';
import { signatureOf, uploadInputs } from './upload_inputs.ts';

/** Refuses images whose tensor would be too large. */
export function tooLarge(bytes: number): Computed {
  const message = `The images take ${bytes} bytes as inputs, more than REQUEST_MEMORY_MB allows; send fewer`;
  return { kind: 'too large', message };
}

/** Computes an upload with one version. Its answer is that to as many instances or examples. */
export function computeUpload(
  servable: ServableView,
  method: 'predict' | 'classify' | 'regress',
  upload: Upload,
  notFinite: NotFinite,
  share: MemoryShare,
): ValueOrPromise<Computed> {
  const name = signatureOf(upload, servable.image);
  const signature = findSignature(servable, name);
  if (signature === undefined) {
    return noSignature(
      servable,
      name,
      `Serving signature name: "${shortened(name)}" not found in signature def`,
    );
  }
  const fault = method === 'predict' ? undefined : methodFault(method, signature);
  if (fault !== undefined) return refused(fault);
  const made = uploadInputs(servable, [name, signature], upload, share.left);
  if (made.kind === 'refused') return refused(made.message);
  if (made.kind === 'too large') return tooLarge(made.bytes);
  const { inputs } = made;
  return computed(servable, signature, inputs, share, (outputs) =>
    method === 'predict'
      ? encodeOutputs(outputs, 'row', notFinite)
      : encodeResults(method, outputs, signature.outputs, batchOf(inputs), notFinite),
  );
}
