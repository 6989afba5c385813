import type { Signature, TensorInfo } from '../../registry/signature.ts';
import type { TensorValue } from '../../runtime/tensor.ts';
import { decodeColumnar } from './decode_columnar.ts';
import { type DecodeOutcome, invalid } from './decode_outcome.ts';
import { decodeRow } from './decode_row.ts';
import { shapeText } from './nested_list.ts';
import type { PredictRequest } from './parse.ts';

/**
 * Makes a request's tensors, held against a signature: first as TensorFlow Serving checks them (dtypes and
 * regular lists), then by the shapes that the signature names.
 */
export function decodeInputs(request: PredictRequest, signature: Signature): DecodeOutcome {
  if (Object.keys(signature.inputs).length === 0) {
    return invalid(`Failed to get input map for signature: ${request.signatureName}`);
  }
  const { tensors, elementLimit } = request;
  if (tensors.kind === 'missing') return invalid(tensors.message);
  const decoded =
    tensors.kind === 'row'
      ? decodeRow(tensors.instances, signature.inputs, elementLimit)
      : decodeColumnar(tensors.inputs, signature.inputs, elementLimit);
  if (decoded.kind === 'invalid') return decoded;

  for (const [name, info] of Object.entries(signature.inputs)) {
    const tensor = decoded.inputs.get(name);
    if (tensor !== undefined && !fits(tensor, info)) {
      const shapes = `Expecting shape ${shapeText(info.shape)} but got: ${shapeText(tensor.shape)}`;
      return invalid(`input ${name}: ${shapes}`);
    }
  }
  return decoded;
}

function fits(tensor: TensorValue, info: TensorInfo): boolean {
  if (info.shape === null) return true;
  return (
    info.shape.length === tensor.shape.length &&
    info.shape.every((size, axis) => size === -1 || size === tensor.shape[axis])
  );
}
