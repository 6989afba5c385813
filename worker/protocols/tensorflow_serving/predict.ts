import type { ExecutionResult, ServableView } from '../../serving/serving.ts';
import { decodeInputs } from './decode.ts';
import { encodeOutputs } from './encode.ts';
import type { PredictRequest } from './parse.ts';

export type PredictAnswer =
  | { readonly kind: 'predicted'; readonly text: string }
  /** This version cannot answer this request; the message is the client's. */
  | { readonly kind: 'refused'; readonly message: string };

/**
 * Computes a predict request with one version. Without effects, and synchronous where the execution is, so
 * that it can run speculatively while the pointer is checked.
 */
export function predict(
  servable: ServableView,
  request: PredictRequest,
): PredictAnswer | Promise<PredictAnswer> {
  const { signatureName } = request;
  const signature = Object.hasOwn(servable.signatures, signatureName)
    ? servable.signatures[signatureName]
    : undefined;
  if (signature === undefined) {
    return refused(`Serving signature name: "${signatureName}" not found in signature def`);
  }
  const decoded = decodeInputs(request, signature);
  if (decoded.kind === 'invalid') return refused(decoded.message);

  const answer = (result: ExecutionResult): PredictAnswer => {
    if (result.kind === 'failed') {
      const { model, version } = servable;
      return refused(`Version ${version} of model ${model} could not compute these inputs: ${result.reason}`);
    }
    const format = request.tensors.kind === 'row' ? 'row' : 'columnar';
    const encoded = encodeOutputs(result.outputs, format);
    return encoded.kind === 'invalid' ? refused(encoded.message) : { kind: 'predicted', text: encoded.text };
  };
  const result = servable.execute(signature, decoded.inputs);
  return result instanceof Promise ? result.then(answer) : answer(result);
}

function refused(message: string): PredictAnswer {
  return { kind: 'refused', message };
}
