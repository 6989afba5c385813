import type { ServableView } from '../../../serving/api.ts';
import { shortened } from '../../json/json_excerpt.ts';
import type { NotFinite } from '../../json/tensors/byte_writer.ts';
import { leftOutReason } from '../../left_out.ts';
import type { MemoryShare } from '../../memory/memory_share.ts';
import type { Computed } from '../../protocol_handler.ts';
import { batchOf, encoded, findSignature, methodFault, notComputed, refused } from '../computed.ts';
import { decodeExamples } from './decode_examples.ts';
import { encodeClassifications, encodeRegressions } from './example_results.ts';
import type { ExampleRequest } from './parse_examples.ts';
import { serializeExamples } from './serialize_examples.ts';

/** Computes a classify or regress request with one version. */
export async function computeExamples(
  servable: ServableView,
  method: 'classify' | 'regress',
  request: ExampleRequest,
  notFinite: NotFinite,
  share: MemoryShare,
): Promise<Computed> {
  const signature = findSignature(servable, request.signatureName);
  if (signature === undefined) {
    const why = leftOutReason(servable.leftOut, request.signatureName);
    return refused(`No signature was found with the name: ${shortened(request.signatureName)}${why}`);
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
  const refusal = share.takeTensors(inputs, 'The inputs');
  if (refusal !== undefined) return refusal;

  const result = await servable.execute(signature, inputs, share.left);
  if (result.kind === 'failed') return notComputed(servable, result.reason);

  const { outputs } = result;
  const tooMuch = share.takeTensors(outputs, 'The outputs');
  if (tooMuch !== undefined) return tooMuch;
  return encoded(
    method === 'classify'
      ? encodeClassifications(outputs, signature.outputs, batchOf(inputs), notFinite)
      : encodeRegressions(outputs, batchOf(inputs), notFinite),
    inputs,
  );
}
