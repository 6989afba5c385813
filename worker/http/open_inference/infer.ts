import type { ExecutionResult, ServableView } from '../../serving/api.ts';
import type { MemoryShare } from '../memory/memory_share.ts';
import type { MemoryRefusal } from '../memory/request_memory.ts';
import { type EncodedOutputs, encodeOutputs } from './answer/encode_outputs.ts';
import { type Invalid, invalid } from './outcome.ts';
import { decodeInputs } from './request/decode_inputs.ts';
import type { ParsedRequest } from './request/parse_request.ts';
import { deduceInput } from './request/raw_request.ts';
import { wantedOutputs } from './request/requested_outputs.ts';
import { selectSignature } from './select_signature.ts';

export type InferAnswer =
  /** `examples` is the size of the batch. */
  | { readonly kind: 'inferred'; readonly outputs: EncodedOutputs; readonly examples: number }
  /** This version cannot answer this request; the message is the client's. */
  | Invalid
  | MemoryRefusal;

/**
 * Computes an inference request with one version. Without effects, and synchronous where the execution is, so
 * that it can run speculatively while the pointer is checked.
 */
export function infer(
  servable: ServableView,
  parsed: ParsedRequest,
  share: MemoryShare,
): InferAnswer | Promise<InferAnswer> {
  share.beginComputation();
  const { model, version } = servable;
  const name = parsed.kind === 'raw' ? undefined : parsed.request.parameters?.signature_name;
  const choice = selectSignature(servable.signatures, name);
  if (choice.kind === 'invalid') return choice;
  const { signature } = choice;
  const wanted = wantedOutputs(parsed, signature, model);
  if (!Array.isArray(wanted)) return wanted;
  const inputs = parsed.kind === 'raw' ? deduceInput(parsed.bytes, signature, model) : parsed.inputs;
  if ('message' in inputs) return inputs;
  const decoded = decodeInputs('name' in inputs ? [inputs] : inputs, signature, model);
  if (decoded.kind === 'invalid') return decoded;

  const refusal = share.takeTensors(decoded.inputs, 'The inputs');
  if (refusal !== undefined) return refusal;

  const [first] = decoded.inputs.values();
  const examples = first?.shape[0] ?? 1;
  const answer = (result: ExecutionResult): InferAnswer => {
    if (result.kind === 'failed') {
      return invalid(`Version ${version} of model ${model} could not compute these inputs: ${result.reason}`);
    }
    const tooMuch = share.takeTensors(result.outputs, 'The outputs');
    return tooMuch ?? { kind: 'inferred', outputs: encodeOutputs(result.outputs, wanted), examples };
  };
  const result = servable.execute(signature, decoded.inputs, share.left);
  return result instanceof Promise ? result.then(answer) : answer(result);
}
