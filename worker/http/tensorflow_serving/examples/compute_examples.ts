import type { ValueOrPromise } from '../../../runtime/value_or_promise.ts';
import type { ServableView } from '../../../serving/api.ts';
import { shortened } from '../../json/json_excerpt.ts';
import type { NotFinite } from '../../json/tensors/byte_writer.ts';
import type { MemoryShare } from '../../memory/memory_share.ts';
import type { Computed } from '../../protocol_handler.ts';
import { batchOf, computed, findSignature, methodFault, noSignature, refused } from '../computed.ts';
import { decodeExamples } from './decode_examples.ts';
import { encodeResults } from './example_results.ts';
import type { ExampleRequest } from './parse_examples.ts';
import { serializeExamples } from './serialize_examples.ts';

/** Computes a classify or regress request with one version. */
export function computeExamples(
  servable: ServableView,
  method: 'classify' | 'regress',
  request: ExampleRequest,
  notFinite: NotFinite,
  share: MemoryShare,
): ValueOrPromise<Computed> {
  const signature = findSignature(servable, request.signatureName);
  if (signature === undefined) {
    const { signatureName: name } = request;
    return noSignature(servable, name, `No signature was found with the name: ${shortened(name)}`);
  }
  const fault = methodFault(method, signature);
  if (fault !== undefined) return refused(fault);
  const [serialized, ...others] = Object.entries(signature.inputs);
  const decoded =
    serialized?.[1].holdsExamples && others.length === 0
      ? serializeExamples(request, serialized[0])
      : decodeExamples(request, signature);
  if (decoded.kind === 'invalid') return refused(decoded.message);
  const { inputs } = decoded;
  return computed(servable, signature, inputs, share, (outputs) =>
    encodeResults(method, outputs, signature.outputs, batchOf(inputs), notFinite),
  );
}
