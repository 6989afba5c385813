import type { ServableView } from '../../serving/api.ts';
import type { MemoryShare } from '../memory/memory_share.ts';
import type { Computed } from '../protocol_handler.ts';
import { classTensors } from './answer/classes.ts';
import { encodeOutputs } from './answer/encode_outputs.ts';
import { encodedAnswer } from './answer/encoded_answer.ts';
import { invalid } from './outcome.ts';
import { decodeInputs } from './request/decode_inputs.ts';
import type { ParsedRequest } from './request/parse_request.ts';
import { deduceInput } from './request/raw_request.ts';
import { wantedOutputs } from './request/requested_outputs.ts';
import { selectSignature } from './select_signature.ts';

/** Computes an inference request with one version: decodes the inputs, executes, encodes the outputs. */
export async function infer(
  servable: ServableView,
  parsed: ParsedRequest,
  share: MemoryShare,
): Promise<Computed> {
  share.beginComputation();
  const { model, version } = servable;
  const name = parsed.kind === 'raw' ? undefined : parsed.request.parameters?.signature_name;
  const choice = selectSignature(servable.signatures, name, servable.leftOut);
  if (choice.kind === 'invalid') return refused(choice);
  const { signature } = choice;
  const wanted = wantedOutputs(parsed, signature, model);
  if (!Array.isArray(wanted)) return refused(wanted);
  const inputs = parsed.kind === 'raw' ? deduceInput(parsed.bytes, signature, model) : parsed.inputs;
  if ('message' in inputs) return refused(inputs);
  const decoded = decodeInputs('name' in inputs ? [inputs] : inputs, signature, model);
  if (decoded.kind === 'invalid') return refused(decoded);
  const refusal = share.takeTensors(decoded.inputs, 'The inputs');
  if (refusal !== undefined) return refusal;

  const result = await servable.execute(signature, decoded.inputs, share.left);
  if (result.kind === 'failed') {
    const message = `Version ${version} of model ${model} could not compute these inputs: ${result.reason}`;
    return refused(invalid(message));
  }

  const tooMuch = share.takeTensors(result.outputs, 'The outputs');
  if (tooMuch !== undefined) return tooMuch;
  const classes = classTensors(result.outputs, wanted, signature);
  if ('message' in classes) return refused(classes);
  const tooMany = share.takeTensors(classes, 'The classes');
  if (tooMany !== undefined) return tooMany;
  const [first] = decoded.inputs.values();
  const id = parsed.kind === 'raw' ? undefined : parsed.request.id;
  const outputs = encodeOutputs(new Map([...result.outputs, ...classes]), wanted);
  return encodedAnswer({ model, version, id }, outputs, first?.shape[0] ?? 1);
}

function refused({ message }: { readonly message: string }): Computed {
  return { kind: 'refused', message };
}
